import { StudyError } from "corrigenda/error";
import { broadcast, type Dim, misfit, sameElements } from "./dim.ts";
import type { Graph, Node, Op, Value } from "./graph.ts";

export type GraphBuilder = ReturnType<typeof graphBuilder>;

/** Adds an operation and makes its outputs, which are of 32-bit numbers. */
interface Core {
  node(op: Op, from: readonly Value[], ...shapes: readonly (readonly Dim[])[]): Value[];
  /** The same with one output. */
  one(op: Op, from: readonly Value[], shape: readonly Dim[]): Value;
}

/** Writes a graph, operation by operation; a shape that does not fit throws StudyError "config" at once. */
export function graphBuilder() {
  const inputs = new Map<string, Value>();
  const outputs = new Map<string, Value>();
  const nodes: Node[] = [];
  let count = 0;
  const value = (shape: readonly Dim[], type: Value["type"] = "f32"): Value => ({ id: count++, type, shape });
  const node: Core["node"] = (op, from, ...shapes) => {
    const made = shapes.map((shape) => value(shape));
    nodes.push({ op, inputs: from, outputs: made });
    return made;
  };
  const core: Core = { node, one: (op, from, shape) => node(op, from, shape)[0] as Value };
  return {
    input: (name: string, shape: readonly Dim[], type: Value["type"] = "f32"): Value => {
      if (inputs.has(name)) throw new StudyError("config", `the graph has two inputs "${name}"; rename one`);
      const made = value(shape, type);
      inputs.set(name, made);
      return made;
    },
    output: (name: string, of: Value): void => {
      outputs.set(name, of);
    },
    graph: (): Graph => ({ inputs, outputs, nodes }),
    ...arithmetic(core),
    ...networks(core),
    ...rows(core),
    ...arrangement(core),
    ...optimisation(core),
  };
}

function arithmetic({ one }: Core) {
  const pair = (kind: "add" | "sub" | "mul", a: Value, b: Value): Value =>
    one({ kind }, [a, b], broadcast(a.shape, b.shape, kind));
  return {
    add: (a: Value, b: Value) => pair("add", a, b),
    sub: (a: Value, b: Value) => pair("sub", a, b),
    mul: (a: Value, b: Value) => pair("mul", a, b),
    scale: (a: Value, by: number) => one({ kind: "scale", by }, [a], a.shape),
    matmul: (a: Value, b: Value, { transposeA = false, transposeB = false, plus }: MatmulOptions = {}) => {
      const shape = matmulShape(a.shape, b.shape, transposeA, transposeB);
      if (plus && broadcast(plus.shape, shape, "matmul").join() !== shape.join()) throw misfit("matmul", plus.shape);
      return one({ kind: "matmul", transposeA, transposeB }, plus ? [a, b, plus] : [a, b], shape);
    },
    sum: (a: Value, axis: number, keep = false) => {
      if (axis < 0 || axis >= a.shape.length) throw misfit(`sum over axis ${axis}`, a.shape);
      const shape = a.shape.flatMap((dim, at) => (at !== axis ? [dim] : keep ? [1] : []));
      return one({ kind: "sum", axis, keep }, [a], shape);
    },
    negLog: (a: Value) => one({ kind: "negLog" }, [a], a.shape),
  };
}

function networks({ one, node }: Core) {
  return {
    softmax: (a: Value) => one({ kind: "softmax" }, [a], a.shape),
    layerNorm: (x: Value, gain: Value, bias: Value, epsilon: number) => {
      if (gain.shape.join() !== `${x.shape.at(-1)}` || bias.shape.join() !== gain.shape.join())
        throw misfit("layerNorm", x.shape, gain.shape);
      const each = [...x.shape.slice(0, -1), 1];
      const [y, mean, inverse] = node({ kind: "layerNorm", epsilon }, [x, gain, bias], x.shape, each, each);
      return { y: y as Value, mean: mean as Value, inverse: inverse as Value };
    },
    gelu: (x: Value) => one({ kind: "gelu" }, [x], x.shape),
    geluGrad: (x: Value, dy: Value) => {
      if (x.shape.join() !== dy.shape.join()) throw misfit("geluGrad", x.shape, dy.shape);
      return one({ kind: "geluGrad" }, [x, dy], x.shape);
    },
  };
}

function rows({ one }: Core) {
  return {
    gather: (table: Value, index: Value) => {
      if (table.shape.length !== 2 || index.type !== "i32") throw misfit("gather", table.shape, index.shape);
      return one({ kind: "gather" }, [table, index], [...index.shape, table.shape[1] as Dim]);
    },
    scatterAdd: (table: Value, index: Value, added: Value) => {
      const fits = index.type === "i32" && added.shape.join() === [...index.shape, table.shape[1]].join();
      if (!fits || table.shape.length !== 2) throw misfit("scatterAdd", table.shape, index.shape, added.shape);
      return one({ kind: "scatterAdd" }, [table, index, added], table.shape);
    },
    pick: (a: Value, index: Value) => {
      if (a.shape.length !== 2 || index.type !== "i32" || index.shape.join() !== `${a.shape[0]}`)
        throw misfit("pick", a.shape, index.shape);
      return one({ kind: "pick" }, [a, index], [a.shape[0] as Dim, 1]);
    },
  };
}

function arrangement({ one, node }: Core) {
  return {
    reshape: (a: Value, shape: readonly Dim[]) => {
      if (!sameElements(a.shape, shape)) throw misfit("reshape", a.shape, shape);
      return one({ kind: "reshape" }, [a], shape);
    },
    transpose: (a: Value, order: readonly number[]) => {
      if ([...order].sort().join() !== a.shape.map((_, at) => at).join()) throw misfit(`transpose ${order}`, a.shape);
      const shape = order.map((at) => a.shape[at] as Dim);
      return one({ kind: "transpose", order }, [a], shape);
    },
    split: (a: Value, parts: number) => {
      const last = Number(a.shape.at(-1)) / parts;
      if (!Number.isInteger(last)) throw misfit(`split in ${parts}`, a.shape);
      const shapes = Array.from({ length: parts }, () => [...a.shape.slice(0, -1), last]);
      return node({ kind: "split", parts }, [a], ...shapes);
    },
    concat: (parts: readonly Value[], axis: number) => {
      const shapes = parts.map(({ shape }) => shape);
      const rest = (shape: readonly Dim[]): string => shape.filter((_, at) => at !== axis).join();
      const first = shapes[0] ?? [];
      if (shapes.some((shape) => rest(shape) !== rest(first))) throw misfit("concat", ...shapes);
      const sizes = shapes.map((shape) => shape[axis] as Dim);
      const known = sizes.every((size) => typeof size === "number");
      const joined = known ? sizes.reduce<number>((total, size) => total + Number(size), 0) : sizes.join("+");
      return one({ kind: "concat", axis }, parts, first.with(axis, joined));
    },
    zeros: (shape: readonly number[]) => one({ kind: "zeros" }, [], shape),
  };
}

function optimisation({ node }: Core) {
  return {
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
