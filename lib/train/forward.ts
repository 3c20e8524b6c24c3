import type { Value } from "./graph.ts";
import type { GraphBuilder } from "./graph-builder.ts";
import { type ModelShape, NORM_EPSILON, parametersOf } from "./model.ts";

/** What a graph of the model is written with. */
export interface Writing {
  readonly g: GraphBuilder;
  readonly model: ModelShape;
  /** The parameters by name, as inputs. */
  readonly p: (name: string) => Value;
  /** Multiplies by the mask of a place, an input "drop.<place>" of 0 and 1 / (1 - dropout); undefined without dropout. */
  readonly drop?: ((place: string, x: Value) => Dropped) | undefined;
}

/** A result, and the mask that made it: the gradient passes the same mask. */
export interface Dropped {
  readonly y: Value;
  readonly mask?: Value | undefined;
}

export interface NormSaved {
  readonly x: Value;
  readonly y: Value;
  readonly mean: Value;
  readonly inverse: Value;
}

/** What the backward pass of one block needs. Heads are [rows, heads, length, width / heads]. */
export interface BlockSaved {
  readonly norm1: NormSaved;
  readonly q: Value;
  readonly k: Value;
  readonly v: Value;
  /** Attention after softmax, and after its dropout. */
  readonly attention: Value;
  readonly dropped: Dropped;
  /** The attended values, in heads and side by side. */
  readonly context: Value;
  readonly merged: Value;
  readonly project: Dropped;
  readonly norm2: NormSaved;
  readonly wide: Value;
  readonly curved: Value;
  readonly narrow: Dropped;
}

export interface ForwardSaved {
  readonly tokens: Value;
  readonly positions: Value;
  readonly embedded: Dropped;
  readonly blocks: readonly BlockSaved[];
  readonly last: NormSaved;
}

/** Tokens stand side by side: everything but attention works on them without knowing of rows. */
export const TOKENS = "rows*length";

/** The parameters as inputs of a graph. */
export function parameterInputs(g: GraphBuilder, model: ModelShape): (name: string) => Value {
  const values = new Map(parametersOf(model).map(({ name, shape }) => [name, g.input(name, shape)]));
  return (name) => {
    const value = values.get(name);
    if (!value) throw new RangeError(`no parameter ${name}`);
    return value;
  };
}

/**
 * The hidden states of every token. Inputs: "tokens" and "positions" [rows * length], and "mask" [rows, 1, length, length],
 * 0 where a token may look and a large negative number elsewhere. @see Radford et al. 2019, section 2.3
 */
export function forward(w: Writing): ForwardSaved {
  const { g, model, p } = w;
  const tokens = g.input("tokens", [TOKENS], "i32");
  const positions = g.input("positions", [TOKENS], "i32");
  const mask = g.input("mask", ["rows", 1, "length", "length"]);
  const sum = g.add(g.gather(p("wte.weight"), tokens), g.gather(p("wpe.weight"), positions));
  const embedded = dropped(w, "embed", sum);
  let x = embedded.y;
  const blocks = Array.from({ length: model.layers }, (_, layer) => {
    const { saved, y } = block(w, `h.${layer}.`, x, mask);
    x = y;
    return saved;
  });
  return { tokens, positions, embedded, blocks, last: norm(w, "ln_f", x) };
}

function block(w: Writing, at: string, x: Value, mask: Value): { saved: BlockSaved; y: Value } {
  const { g, model } = w;
  const norm1 = norm(w, `${at}ln_1`, x);
  const [q0, k0, v0] = g.split(linear(w, `${at}attn.c_attn`, norm1.y), 3) as [Value, Value, Value];
  // The scale goes to q, which is smaller than the scores.
  const q = toHeads(w, g.scale(q0, 1 / Math.sqrt(model.width / model.heads)));
  const [k, v] = [toHeads(w, k0), toHeads(w, v0)];
  const attention = g.softmax(g.add(g.matmul(q, k, { transposeB: true }), mask));
  const after = dropped(w, `${at}attn`, attention);
  const context = g.matmul(after.y, v);
  const merged = fromHeads(w, context);
  const project = dropped(w, `${at}project`, linear(w, `${at}attn.c_proj`, merged));
  const middle = g.add(x, project.y);
  const norm2 = norm(w, `${at}ln_2`, middle);
  const wide = linear(w, `${at}mlp.c_fc`, norm2.y);
  const curved = g.gelu(wide);
  const narrow = dropped(w, `${at}mlp`, linear(w, `${at}mlp.c_proj`, curved));
  const saved = { norm1, q, k, v, attention, dropped: after, context, merged, project, norm2, wide, curved, narrow };
  return { saved, y: g.add(middle, narrow.y) };
}

function dropped({ drop }: Writing, place: string, x: Value): Dropped {
  return drop ? drop(place, x) : { y: x };
}

function norm({ g, p }: Writing, name: string, x: Value): NormSaved {
  return { x, ...g.layerNorm(x, p(`${name}.weight`), p(`${name}.bias`), NORM_EPSILON) };
}

function linear({ g, p }: Writing, name: string, x: Value): Value {
  return g.matmul(x, p(`${name}.weight`), { plus: p(`${name}.bias`) });
}

/** [rows * length, width] as [rows, heads, length, width / heads]. */
export function toHeads({ g, model }: Writing, x: Value): Value {
  const split = g.reshape(x, ["rows", "length", model.heads, model.width / model.heads]);
  return g.transpose(split, [0, 2, 1, 3]);
}

/** The way back from heads. */
export function fromHeads({ g, model }: Writing, x: Value): Value {
  return g.reshape(g.transpose(x, [0, 2, 1, 3]), [TOKENS, model.width]);
}
