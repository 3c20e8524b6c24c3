import type { Op } from "./graph.ts";

export type Array64 = Float64Array<ArrayBuffer>;

/** A tensor of the oracle: row-major. */
export interface Tensor64 {
  readonly data: Array64;
  readonly shape: readonly number[];
}

const SMALLEST = 2 ** -126;
const GELU = { root: Math.sqrt(2 / Math.PI), cube: 0.044715 };

/** Does one operation. @returns its outputs. */
export function runOp(op: Op, inputs: readonly Tensor64[], shapes: readonly (readonly number[])[]): readonly Array64[] {
  const [a, b, c] = inputs as [Tensor64, Tensor64, Tensor64 | undefined];
  const shape = shapes[0] ?? [];
  switch (op.kind) {
    case "add":
      return [elementwise(a, b, shape, (x, y) => x + y)];
    case "sub":
      return [elementwise(a, b, shape, (x, y) => x - y)];
    case "mul":
      return [elementwise(a, b, shape, (x, y) => x * y)];
    case "scale":
      return [a.data.map((x) => x * op.by)];
    case "matmul":
      return [matmul(a, b, c, shape, op.transposeA, op.transposeB)];
    case "softmax":
      return [softmax(a)];
    case "layerNorm":
      return layerNorm(a, b, c as Tensor64, op.epsilon);
    case "sum":
      return [sumAxis(a, op.axis)];
    case "gather":
      return [gather(a, b)];
    case "scatterAdd":
      return [scatterAdd(a, b, c as Tensor64)];
    case "pick":
      return [b.data.map((column, row) => at(a.data, row * (a.shape[1] as number) + column))];
    case "negLog":
      return [a.data.map((x) => -Math.log(Math.max(x, SMALLEST)))];
    case "reshape":
      return [a.data];
    case "transpose":
      return [transpose(a, op.order)];
    case "split":
      return split(a, shapes.length);
    case "concat":
      return [concat(inputs, op.axis, shape)];
    case "zeros":
      return [new Float64Array(shape.reduce((n, size) => n * size, 1))];
    case "gelu":
      return [a.data.map((x) => (x / 2) * (1 + Math.tanh(inner(x))))];
    case "geluGrad":
      return [a.data.map((x, i) => geluSlope(x) * at(b.data, i))];
    case "clip":
      return clip(inputs, op.most);
    case "adamw":
      return adamw(op, inputs);
  }
}

function at(data: Array64, place: number): number {
  return data[place] as number;
}

function elementwise(a: Tensor64, b: Tensor64, shape: readonly number[], of: (x: number, y: number) => number) {
  const out = new Float64Array(shape.reduce((n, size) => n * size, 1));
  const [stepsA, stepsB] = [stepsOf(a.shape, shape), stepsOf(b.shape, shape)];
  const index = shape.map(() => 0);
  for (let i = 0; i < out.length; i++) {
    out[i] = of(at(a.data, dot(index, stepsA)), at(b.data, dot(index, stepsB)));
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      index[axis] = (index[axis] as number) + 1;
      if ((index[axis] as number) < (shape[axis] as number)) break;
      index[axis] = 0;
    }
  }
  return out;
}

/** Elements to move per step along each axis of `shape`; 0 where the tensor is broadcast. */
function stepsOf(own: readonly number[], shape: readonly number[]): number[] {
  let step = 1;
  const steps = own.map(() => 0);
  for (let axis = own.length - 1; axis >= 0; axis--) {
    steps[axis] = own[axis] === 1 ? 0 : step;
    step *= own[axis] as number;
  }
  return [...shape.slice(own.length).map(() => 0), ...steps];
}

function dot(index: readonly number[], steps: readonly number[]): number {
  return index.reduce((sum, i, axis) => sum + i * (steps[axis] as number), 0);
}

function matmul(
  a: Tensor64,
  b: Tensor64,
  plus: Tensor64 | undefined,
  shape: readonly number[],
  tA: boolean,
  tB: boolean,
) {
  const [m, n] = shape.slice(-2) as [number, number];
  const k = (tA ? a.shape.at(-2) : a.shape.at(-1)) as number;
  const stacks = shape.slice(0, -2).reduce((count, size) => count * size, 1);
  const out = new Float64Array(stacks * m * n);
  for (let stack = 0; stack < stacks; stack++) {
    for (let i = 0; i < m; i++) {
      for (let j = 0; j < n; j++) {
        let sum = 0;
        for (let inner = 0; inner < k; inner++) {
          const x = at(a.data, stack * m * k + (tA ? inner * m + i : i * k + inner));
          const y = at(b.data, stack * k * n + (tB ? j * k + inner : inner * n + j));
          sum += x * y;
        }
        out[stack * m * n + i * n + j] = sum;
      }
    }
  }
  return plus ? elementwise({ data: out, shape }, plus, shape, (x, y) => x + y) : out;
}

function softmax({ data, shape }: Tensor64): Array64 {
  const width = shape.at(-1) as number;
  const out = new Float64Array(data.length);
  for (let start = 0; start < data.length; start += width) {
    const row = data.subarray(start, start + width);
    const most = row.reduce((x, y) => Math.max(x, y));
    const powers = row.map((x) => Math.exp(x - most));
    const sum = powers.reduce((x, y) => x + y);
    for (let i = 0; i < width; i++) out[start + i] = at(powers, i) / sum;
  }
  return out;
}

function layerNorm({ data, shape }: Tensor64, gain: Tensor64, bias: Tensor64, epsilon: number): Array64[] {
  const width = shape.at(-1) as number;
  const y = new Float64Array(data.length);
  const [means, inverses] = [new Float64Array(data.length / width), new Float64Array(data.length / width)];
  for (let row = 0; row < means.length; row++) {
    const x = data.subarray(row * width, (row + 1) * width);
    const mean = x.reduce((sum, one) => sum + one, 0) / width;
    const variance = x.reduce((sum, one) => sum + (one - mean) ** 2, 0) / width;
    const inverse = 1 / Math.sqrt(variance + epsilon);
    for (let i = 0; i < width; i++)
      y[row * width + i] = (at(x, i) - mean) * inverse * at(gain.data, i) + at(bias.data, i);
    [means[row], inverses[row]] = [mean, inverse];
  }
  return [y, means, inverses];
}

function sumAxis({ data, shape }: Tensor64, axis: number): Array64 {
  const size = shape[axis] as number;
  const inside = shape.slice(axis + 1).reduce((n, one) => n * one, 1);
  const out = new Float64Array(data.length / size);
  for (let i = 0; i < data.length; i++) {
    const place = Math.floor(i / (inside * size)) * inside + (i % inside);
    out[place] = at(out, place) + at(data, i);
  }
  return out;
}

function gather(table: Tensor64, index: Tensor64): Array64 {
  const width = table.shape[1] as number;
  const out = new Float64Array(index.data.length * width);
  for (const [row, from] of index.data.entries())
    out.set(table.data.subarray(from * width, (from + 1) * width), row * width);
  return out;
}

function scatterAdd(table: Tensor64, index: Tensor64, rows: Tensor64): Array64 {
  const width = table.shape[1] as number;
  const out = table.data.slice();
  for (const [row, to] of index.data.entries())
    for (let i = 0; i < width; i++) out[to * width + i] = at(out, to * width + i) + at(rows.data, row * width + i);
  return out;
}

function transpose({ data, shape }: Tensor64, order: readonly number[]): Array64 {
  const steps = stepsOf(shape, shape).map((step, axis) => (shape[axis] === 1 ? 0 : step));
  const moved = order.map((axis) => shape[axis] as number);
  const movedSteps = order.map((axis) => steps[axis] as number);
  const out = new Float64Array(data.length);
  for (let i = 0; i < out.length; i++) {
    let [rest, from] = [i, 0];
    for (let axis = moved.length - 1; axis >= 0; axis--) {
      from += (rest % (moved[axis] as number)) * (movedSteps[axis] as number);
      rest = Math.floor(rest / (moved[axis] as number));
    }
    out[i] = at(data, from);
  }
  return out;
}

function split({ data, shape }: Tensor64, parts: number): Array64[] {
  const [whole, size] = [shape.at(-1) as number, (shape.at(-1) as number) / parts];
  return Array.from({ length: parts }, (_, part) => data.filter((_, i) => Math.floor((i % whole) / size) === part));
}

function concat(parts: readonly Tensor64[], axis: number, shape: readonly number[]): Array64 {
  const inside = shape.slice(axis + 1).reduce((n, size) => n * size, 1);
  const whole = (shape[axis] as number) * inside;
  const out = new Float64Array(shape.reduce((n, size) => n * size, 1));
  let offset = 0;
  for (const { data, shape: own } of parts) {
    const size = (own[axis] as number) * inside;
    for (let i = 0; i < data.length; i++) out[Math.floor(i / size) * whole + offset + (i % size)] = at(data, i);
    offset += size;
  }
  return out;
}

function inner(x: number): number {
  return GELU.root * (x + GELU.cube * x ** 3);
}

function geluSlope(x: number): number {
  const t = Math.tanh(inner(x));
  return (1 + t) / 2 + (x / 2) * (1 - t * t) * GELU.root * (1 + 3 * GELU.cube * x * x);
}

/** As torch.nn.utils.clip_grad_norm_: most / (norm + 1e-6), never above 1. */
function clip(gradients: readonly Tensor64[], most: number): Array64[] {
  const norm = Math.sqrt(gradients.reduce((sum, { data }) => data.reduce((part, x) => part + x * x, sum), 0));
  return [Float64Array.of(norm), Float64Array.of(Math.min(1, most / (norm + 1e-6)))];
}

function adamw({ beta1, beta2, epsilon }: Extract<Op, { kind: "adamw" }>, inputs: readonly Tensor64[]): Array64[] {
  const [w, m, v, gradient, factor, stepSize, rootCorrection, keep] = inputs.map(({ data }) => data) as Array64[] &
    [Array64, Array64, Array64, Array64, Array64, Array64, Array64, Array64];
  const g = gradient.map((x) => x * at(factor, 0));
  const nextM = m.map((x, i) => beta1 * x + (1 - beta1) * at(g, i));
  const nextV = v.map((x, i) => beta2 * x + (1 - beta2) * at(g, i) ** 2);
  const root = nextV.map((x) => Math.sqrt(x) * at(rootCorrection, 0) + epsilon);
  const nextW = w.map((x, i) => x * at(keep, 0) - (at(stepSize, 0) * at(nextM, i)) / at(root, i));
  return [nextW, nextM, nextV];
}
