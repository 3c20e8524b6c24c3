import type { Dim } from "./dim.ts";
import type { Op, Value } from "./graph.ts";
import type { Attributes, OnnxWriter } from "./onnx.ts";

type Shape = readonly Dim[];

const SMALLEST = 2 ** -126;
/** gelu(x) = x sigmoid(x (A + B x^2)): the tanh form, since (1 + tanh u) / 2 = sigmoid(2 u). */
const [A, B] = [2 * Math.sqrt(2 / Math.PI), 2 * Math.sqrt(2 / Math.PI) * 0.044715];
const SIMPLE = { add: "Add", sub: "Sub", mul: "Mul" } as const;

/** One operation and the names of its tensors. */
export interface Emission {
  readonly op: Op;
  readonly inputs: readonly Value[];
  readonly outputs: readonly Value[];
  readonly from: readonly string[];
  readonly to: readonly string[];
}

/** Writes one operation as ONNX nodes. */
export function emitOp(w: OnnxWriter, emission: Emission): void {
  const { op, from, to, outputs } = emission;
  const [a, b, c] = from as [string, string, string];
  if (op.kind === "matmul") matmul(w, op, emission);
  else if (op.kind === "scatterAdd") w.node("ScatterND", [a, column(w, b, 7), c], to, { reduction: "add" });
  else if (op.kind === "pick") w.node("GatherElements", [a, column(w, b, 6)], to, { axis: 1 });
  else if (op.kind === "negLog") w.node("Neg", [w.one("Log", [w.one("Max", [a, w.float(SMALLEST)])])], to);
  else if (op.kind === "geluGrad") geluGrad(w, a, b, to);
  else if (op.kind === "clip") clip(w, from, to, op.most);
  else if (op.kind === "adamw") adamw(w, op, from, to);
  else {
    const { type, of = from, attributes = {} } = single(w, op, from, outputs[0]?.shape ?? []);
    w.node(type, of, to, attributes);
  }
}

type Composed = "matmul" | "scatterAdd" | "pick" | "negLog" | "geluGrad" | "clip" | "adamw";
interface Single {
  readonly type: string;
  readonly of?: readonly string[];
  readonly attributes?: Attributes;
}

/** The operations that ONNX has. */
function single(w: OnnxWriter, op: Exclude<Op, { kind: Composed }>, [a = ""]: readonly string[], shape: Shape): Single {
  switch (op.kind) {
    case "add":
    case "sub":
    case "mul":
      return { type: SIMPLE[op.kind] };
    case "scale":
      return op.by === -1 ? { type: "Neg" } : { type: "Mul", of: [a, w.float(op.by)] };
    case "softmax":
      return { type: "Softmax", attributes: { axis: -1 } };
    case "layerNorm":
      return { type: "LayerNormalization", attributes: { axis: -1, epsilon: { float: op.epsilon } } };
    case "sum":
      return { type: "ReduceSum", of: [a, w.ints([op.axis])], attributes: { keepdims: op.keep ? 1 : 0 } };
    case "gather":
      return { type: "Gather", attributes: { axis: 0 } };
    case "reshape":
      return { type: "Reshape", of: [a, w.shape(shape)] };
    case "transpose":
      return { type: "Transpose", attributes: { perm: op.order } };
    case "split":
      return { type: "Split", attributes: { axis: -1, num_outputs: op.parts } };
    case "concat":
      return { type: "Concat", attributes: { axis: op.axis } };
    case "zeros":
      return { type: "ConstantOfShape", of: [w.shape(shape)] };
    case "gelu":
      return { type: "Gelu", attributes: { approximate: "tanh" } };
  }
}

/** An index [n] as a column of a type that the reader takes (6: int32, 7: int64). */
function column(w: OnnxWriter, index: string, type: 6 | 7): string {
  const upright = w.one("Unsqueeze", [index, w.ints([1])]);
  return type === 6 ? upright : w.one("Cast", [upright], { to: type });
}

function matmul(
  w: OnnxWriter,
  { transposeA, transposeB }: Extract<Op, { kind: "matmul" }>,
  { inputs, from, to }: Emission,
): void {
  const rank = inputs[0]?.shape.length ?? 0;
  if (rank === 2) {
    w.node("Gemm", from, to, { transA: transposeA ? 1 : 0, transB: transposeB ? 1 : 0 });
    return;
  }
  // Onnxruntime fuses these two into one on the CPU; on WebGPU the fused form does not exist.
  const perm = Array.from({ length: rank }, (_, at) => at);
  const turned = perm.with(-1, rank - 2).with(-2, rank - 1);
  const side = (at: 0 | 1, turn: boolean): string =>
    turn ? w.one("Transpose", [from[at] as string], { perm: turned }) : (from[at] as string);
  const factors = [side(0, transposeA), side(1, transposeB)];
  if (from[2] === undefined) w.node("MatMul", factors, to);
  else w.node("Add", [w.one("MatMul", factors), from[2]], to);
}

/** With s the sigmoid: dy (s + x s (1 - s) (A + 3 B x^2)). */
function geluGrad(w: OnnxWriter, x: string, dy: string, to: readonly string[]): void {
  const times = (a: string, b: string): string => w.one("Mul", [a, b]);
  const square = times(x, x);
  const line = (by: number): string => w.one("Add", [times(square, w.float(by)), w.float(A)]);
  const s = w.one("Sigmoid", [times(x, line(B))]);
  const xs = times(x, s);
  const bend = times(w.one("Sub", [xs, times(xs, s)]), line(3 * B));
  w.node("Mul", [w.one("Add", [s, bend]), dy], to);
}

function clip(w: OnnxWriter, gradients: readonly string[], [norm, factor]: readonly string[], most: number): void {
  const squares = gradients.map((one) => w.one("ReduceSumSquare", [w.one("Reshape", [one, w.ints([-1])])]));
  const flat = squares.map((one) => w.one("Reshape", [one, w.ints([1])]));
  const sum = w.one("ReduceSum", [w.one("Concat", flat, { axis: 0 })]);
  w.node("Sqrt", [w.one("Reshape", [sum, w.ints([1])])], [norm as string]);
  const ratio = w.one("Div", [w.float(most), w.one("Add", [norm as string, w.float(1e-6)])]);
  w.node("Min", [w.one("Reshape", [ratio, w.ints([1])]), w.float(1)], [factor as string]);
}

function adamw(
  w: OnnxWriter,
  { beta1, beta2, epsilon }: Extract<Op, { kind: "adamw" }>,
  from: readonly string[],
  to: readonly string[],
): void {
  const [p, m, v, gradient, factor, stepSize, rootCorrection, keep] = from as readonly string[] as [
    string,
    string,
    string,
    string,
    string,
    string,
    string,
    string,
  ];
  const [nextP, nextM, nextV] = to as readonly string[] as [string, string, string];
  const times = (a: string, b: string): string => w.one("Mul", [a, b]);
  const g = times(gradient, factor);
  w.node("Add", [times(m, w.float(beta1)), times(g, w.float(1 - beta1))], [nextM]);
  w.node("Add", [times(v, w.float(beta2)), times(times(g, g), w.float(1 - beta2))], [nextV]);
  const root = w.one("Add", [times(w.one("Sqrt", [nextV]), rootCorrection), w.float(epsilon)]);
  w.node("Sub", [times(p, keep), w.one("Div", [times(nextM, stepSize), root])], [nextP]);
}
