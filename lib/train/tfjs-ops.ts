import type { Scalar, Tensor, Tensor1D, Tensor2D } from "@tensorflow/tfjs-core";
import type { Op } from "./graph.ts";

export type Tf = typeof import("@tensorflow/tfjs-core");

const SMALLEST = 2 ** -126;
const GELU = { root: Math.sqrt(2 / Math.PI), cube: 0.044715 };

/** Does one operation with tfjs-core, without its differentiation. @param shapes of the outputs in this batch */
export function runTfjsOp(tf: Tf, op: Op, inputs: readonly Tensor[], shapes: readonly (readonly number[])[]): Tensor[] {
  const [a, b, c] = inputs as [Tensor, Tensor, Tensor | undefined];
  switch (op.kind) {
    case "layerNorm":
      return layerNorm(tf, a, b, c as Tensor, op.epsilon);
    case "split":
      return tf.split(a, op.parts, a.shape.length - 1);
    case "clip":
      return clip(tf, inputs, op.most);
    case "adamw":
      return adamw(tf, op, inputs);
    case "matmul": {
      const product = tf.matMul(a, b, op.transposeA, op.transposeB);
      return [c ? tf.add(product, c) : product];
    }
    default:
      return [single(tf, op, inputs, [...(shapes[0] ?? [])])];
  }
}

type Single = Exclude<Op, { kind: "layerNorm" | "split" | "clip" | "adamw" | "matmul" }>;

function single(tf: Tf, op: Single, inputs: readonly Tensor[], shape: number[]): Tensor {
  const [a, b, c] = inputs as [Tensor, Tensor, Tensor];
  switch (op.kind) {
    case "add":
    case "sub":
    case "mul":
      return tf[op.kind](a, b);
    case "scale":
      return tf.mul(a, op.by);
    case "softmax":
      return tf.softmax(a);
    case "sum":
      return tf.sum(a, op.axis, op.keep);
    case "gather":
      return tf.gather(a, b as Tensor1D);
    case "scatterAdd":
      return tf.add(a, tf.scatterND(tf.expandDims(b, 1), c, shape));
    case "pick": {
      const places = tf.stack([tf.range(0, b.shape[0] ?? 0, 1, "int32"), b as Tensor1D], 1);
      return tf.expandDims(tf.gatherND(a, places), 1);
    }
    case "negLog":
      return tf.neg(tf.log(tf.maximum(a, SMALLEST)));
    case "reshape":
      return tf.reshape(a, shape);
    case "transpose":
      return tf.transpose(a, [...op.order]);
    case "concat":
      return tf.concat([...inputs], op.axis);
    case "zeros":
      return tf.zeros(shape);
    case "gelu":
      return tf.mul(tf.mul(a, 0.5), tf.add(tf.tanh(inner(tf, a)), 1));
    case "geluGrad":
      return tf.mul(b, geluSlope(tf, a));
  }
}

function layerNorm(tf: Tf, x: Tensor, gain: Tensor, bias: Tensor, epsilon: number): Tensor[] {
  const mean = tf.mean(x, -1, true);
  const centred = tf.sub(x, mean);
  const inverse = tf.rsqrt(tf.add(tf.mean(tf.square(centred), -1, true), epsilon));
  return [tf.add(tf.mul(tf.mul(centred, inverse), gain), bias), mean, inverse];
}

function inner(tf: Tf, x: Tensor): Tensor {
  return tf.mul(tf.add(x, tf.mul(tf.mul(tf.square(x), x), GELU.cube)), GELU.root);
}

function geluSlope(tf: Tf, x: Tensor): Tensor {
  const t = tf.tanh(inner(tf, x));
  const bend = tf.mul(tf.sub(1, tf.square(t)), tf.mul(tf.add(tf.mul(tf.square(x), 3 * GELU.cube), 1), GELU.root));
  return tf.add(tf.mul(tf.add(t, 1), 0.5), tf.mul(tf.mul(x, 0.5), bend));
}

function clip(tf: Tf, gradients: readonly Tensor[], most: number): Tensor[] {
  // Two by two: addN on WebGPU takes no more tensors than a shader has buffers, and gives wrong sums beyond.
  const norm = tf.sqrt(gradients.map((one) => tf.sum<Scalar>(tf.square(one))).reduce((sum, one) => tf.add(sum, one)));
  const factor = tf.minimum(1, tf.div(most, tf.add(norm, 1e-6)));
  return [tf.reshape(norm, [1]), tf.reshape(factor, [1])];
}

function adamw(
  tf: Tf,
  { beta1, beta2, epsilon }: Extract<Op, { kind: "adamw" }>,
  [p, m, v, gradient, factor, stepSize, rootCorrection, keep]: readonly Tensor[],
): Tensor[] {
  const times = (a: Tensor | undefined, b: Tensor | number | undefined): Tensor => tf.mul(a as Tensor2D, b as Tensor);
  const g = times(gradient, factor);
  const first = tf.add(times(m, beta1), times(g, 1 - beta1));
  const second = tf.add(times(v, beta2), times(tf.square(g), 1 - beta2));
  const root = tf.add(times(tf.sqrt(second), rootCorrection), epsilon);
  return [tf.sub(times(p, keep), tf.div(times(first, stepSize), root)), first, second];
}
