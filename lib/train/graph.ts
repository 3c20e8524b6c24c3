import { StudyError } from "corrigenda/error";
import { broadcast, type Dim, misfit, sameElements } from "./dim.ts";

/** A tensor of a graph: "i32" holds places and token ids, "f32" everything else. */
export interface Value {
  readonly id: number;
  readonly type: "f32" | "i32";
  readonly shape: readonly Dim[];
}

/** One operation. Every executor knows these twenty-one and no others. */
export type Op =
  | { readonly kind: "add" | "sub" | "mul" }
  | { readonly kind: "scale"; readonly by: number }
  /** Two matrices, or stacks of them; a third input is added (a bias, or what was summed so far). */
  | { readonly kind: "matmul"; readonly transposeA: boolean; readonly transposeB: boolean }
  /** Over the last axis. */
  | { readonly kind: "softmax" }
  /** Over the last axis; gives y, the mean and one over the standard deviation. */
  | { readonly kind: "layerNorm"; readonly epsilon: number }
  /** Over one axis, which stays with size 1 where `keep` is set. */
  | { readonly kind: "sum"; readonly axis: number; readonly keep: boolean }
  /** Rows of a table. */
  | { readonly kind: "gather" }
  /** A table to whose rows other rows are added; a row may be named more than once. */
  | { readonly kind: "scatterAdd" }
  /** One column of each row. */
  | { readonly kind: "pick" }
  /** -ln x, at most 87.3 (the smallest normal number of 32 bits). */
  | { readonly kind: "negLog" }
  | { readonly kind: "reshape" }
  | { readonly kind: "transpose"; readonly order: readonly number[] }
  /** Equal parts of the last axis. */
  | { readonly kind: "split"; readonly parts: number }
  | { readonly kind: "concat"; readonly axis: number }
  | { readonly kind: "zeros" }
  /** GPT-2's: 0.5 x (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3))). */
  | { readonly kind: "gelu" }
  /** Of x and the gradient of gelu(x): the gradient of x. */
  | { readonly kind: "geluGrad" }
  /** Of all gradients: their norm, and the factor that brings it to `most` (1 where it is below). */
  | { readonly kind: "clip"; readonly most: number }
  /** Of w, m, v, gradient, clip factor, step size, root correction, keep: the new w, m, v. */
  | { readonly kind: "adamw"; readonly beta1: number; readonly beta2: number; readonly epsilon: number };

export interface Node {
  readonly op: Op;
  readonly inputs: readonly Value[];
  readonly outputs: readonly Value[];
}

/** Operations in an order in which they can run. */
export interface Graph {
  readonly inputs: ReadonlyMap<string, Value>;
  readonly outputs: ReadonlyMap<string, Value>;
  readonly nodes: readonly Node[];
}

export type GraphBuilder = ReturnType<typeof graphBuilder>;

/** Writes a graph, operation by operation; a shape that does not fit throws StudyError "config" at once. */
export function graphBuilder() {
  const inputs = new Map<string, Value>();
  const outputs = new Map<string, Value>();
  const nodes: Node[] = [];
  let count = 0;
  const value = (shape: readonly Dim[], type: Value["type"] = "f32"): Value => ({ id: count++, type, shape });
  const node = (op: Op, from: readonly Value[], ...shapes: readonly (readonly Dim[])[]): Value[] => {
    const made = shapes.map((shape) => value(shape));
    nodes.push({ op, inputs: from, outputs: made });
    return made;
  };
  const one = (op: Op, from: readonly Value[], shape: readonly Dim[]): Value => node(op, from, shape)[0] as Value;
  const pair = (kind: "add" | "sub" | "mul", a: Value, b: Value): Value =>
    one({ kind }, [a, b], broadcast(a.shape, b.shape, kind));
  return {
    input: (name: string, shape: readonly Dim[], type: Value["type"] = "f32"): Value => {
      const made = value(shape, type);
      if (inputs.has(name)) throw new StudyError("config", `the graph has two inputs "${name}"; rename one`);
      inputs.set(name, made);
      return made;
    },
    output: (name: string, of: Value): void => {
      outputs.set(name, of);
    },
    graph: (): Graph => ({ inputs, outputs, nodes }),
    add: (a: Value, b: Value) => pair("add", a, b),
    sub: (a: Value, b: Value) => pair("sub", a, b),
    mul: (a: Value, b: Value) => pair("mul", a, b),
    scale: (a: Value, by: number) => one({ kind: "scale", by }, [a], a.shape),
    matmul: (a: Value, b: Value, { transposeA = false, transposeB = false, plus }: MatmulOptions = {}) => {
      const shape = matmulShape(a.shape, b.shape, transposeA, transposeB);
      if (plus && broadcast(plus.shape, shape, "matmul").join() !== shape.join()) throw misfit("matmul", plus.shape);
      return one({ kind: "matmul", transposeA, transposeB }, plus ? [a, b, plus] : [a, b], shape);
    },
    softmax: (a: Value) => one({ kind: "softmax" }, [a], a.shape),
    layerNorm: (x: Value, gain: Value, bias: Value, epsilon: number) => {
      if (gain.shape.join() !== `${x.shape.at(-1)}` || bias.shape.join() !== gain.shape.join())
        throw misfit("layerNorm", x.shape, gain.shape);
      const each = [...x.shape.slice(0, -1), 1];
      const [y, mean, inverse] = node({ kind: "layerNorm", epsilon }, [x, gain, bias], x.shape, each, each);
      return { y: y as Value, mean: mean as Value, inverse: inverse as Value };
    },
    sum: (a: Value, axis: number, keep = false) => {
      if (axis < 0 || axis >= a.shape.length) throw misfit(`sum over axis ${axis}`, a.shape);
      const shape = a.shape.flatMap((dim, at) => (at !== axis ? [dim] : keep ? [1] : []));
      return one({ kind: "sum", axis, keep }, [a], shape);
    },
    gather: (table: Value, index: Value) => {
      if (table.shape.length !== 2 || index.type !== "i32") throw misfit("gather", table.shape, index.shape);
      return one({ kind: "gather" }, [table, index], [...index.shape, table.shape[1] as Dim]);
    },
    scatterAdd: (table: Value, index: Value, rows: Value) => {
      const fits = index.type === "i32" && rows.shape.join() === [...index.shape, table.shape[1]].join();
      if (!fits || table.shape.length !== 2) throw misfit("scatterAdd", table.shape, index.shape, rows.shape);
      return one({ kind: "scatterAdd" }, [table, index, rows], table.shape);
    },
    pick: (a: Value, index: Value) => {
      if (a.shape.length !== 2 || index.type !== "i32" || index.shape.join() !== `${a.shape[0]}`)
        throw misfit("pick", a.shape, index.shape);
      return one({ kind: "pick" }, [a, index], [a.shape[0] as Dim, 1]);
    },
    negLog: (a: Value) => one({ kind: "negLog" }, [a], a.shape),
    reshape: (a: Value, shape: readonly Dim[]) => {
      if (!sameElements(a.shape, shape)) throw misfit("reshape", a.shape, shape);
      return one({ kind: "reshape" }, [a], shape);
    },
    transpose: (a: Value, order: readonly number[]) => {
      if ([...order].sort().join() !== a.shape.map((_, at) => at).join()) throw misfit(`transpose ${order}`, a.shape);
      return one(
        { kind: "transpose", order },
        [a],
        order.map((at) => a.shape[at] as Dim),
      );
    },
    split: (a: Value, parts: number) => {
      const last = Number(a.shape.at(-1)) / parts;
      if (!Number.isInteger(last)) throw misfit(`split in ${parts}`, a.shape);
      return node(
        { kind: "split", parts },
        [a],
        ...Array.from({ length: parts }, () => [...a.shape.slice(0, -1), last]),
      );
    },
    concat: (parts: readonly Value[], axis: number) => {
      const rest = (shape: readonly Dim[]): string => shape.filter((_, at) => at !== axis).join();
      const first = parts[0]?.shape ?? [];
      if (parts.some(({ shape }) => rest(shape) !== rest(first)))
        throw misfit("concat", ...parts.map(({ shape }) => shape));
      const sizes = parts.map(({ shape }) => shape[axis] as Dim);
      const joined = sizes.every((size) => typeof size === "number") ? sum(sizes) : sizes.join("+");
      return one({ kind: "concat", axis }, parts, first.with(axis, joined));
    },
    zeros: (shape: readonly number[]) => one({ kind: "zeros" }, [], shape),
    gelu: (x: Value) => one({ kind: "gelu" }, [x], x.shape),
    geluGrad: (x: Value, dy: Value) => {
      if (x.shape.join() !== dy.shape.join()) throw misfit("geluGrad", x.shape, dy.shape);
      return one({ kind: "geluGrad" }, [x, dy], x.shape);
    },
    clip: (gradients: readonly Value[], most: number) => {
      const [norm, factor] = node({ kind: "clip", most }, gradients, [1], [1]);
      return { norm: norm as Value, factor: factor as Value };
    },
    adamw: (state: AdamState, rates: AdamInputs, { beta1, beta2, epsilon }: AdamConstants) => {
      const { w, m, v, gradient } = state;
      if ([m, v, gradient].some(({ shape }) => shape.join() !== w.shape.join())) throw misfit("adamw", w.shape);
      const from = [w, m, v, gradient, rates.factor, rates.stepSize, rates.rootCorrection, rates.keep];
      const [w2, m2, v2] = node({ kind: "adamw", beta1, beta2, epsilon }, from, w.shape, w.shape, w.shape);
      return { w: w2 as Value, m: m2 as Value, v: v2 as Value };
    },
  };
}

export interface MatmulOptions {
  readonly transposeA?: boolean;
  readonly transposeB?: boolean;
  /** Added to the product; broadcast to its shape. */
  readonly plus?: Value | undefined;
}

export interface AdamState {
  readonly w: Value;
  readonly m: Value;
  readonly v: Value;
  readonly gradient: Value;
}

/** Each of shape [1]. */
export interface AdamInputs {
  readonly factor: Value;
  readonly stepSize: Value;
  readonly rootCorrection: Value;
  readonly keep: Value;
}

export interface AdamConstants {
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
}

function matmulShape(a: readonly Dim[], b: readonly Dim[], transposeA: boolean, transposeB: boolean): readonly Dim[] {
  const [stackA, stackB] = [a.slice(0, -2), b.slice(0, -2)];
  const [m, k] = transposeA ? [a.at(-1), a.at(-2)] : [a.at(-2), a.at(-1)];
  const [k2, n] = transposeB ? [b.at(-1), b.at(-2)] : [b.at(-2), b.at(-1)];
  if (m === undefined || n === undefined || k !== k2 || stackA.join() !== stackB.join()) throw misfit("matmul", a, b);
  return [...stackA, m, n];
}

const sum = (sizes: readonly Dim[]): number => sizes.reduce<number>((total, size) => total + Number(size), 0);
