import {
  type BlockSaved,
  type Dropped,
  type ForwardSaved,
  fromHeads,
  type NormSaved,
  toHeads,
  type Writing,
} from "./forward.ts";
import type { Value } from "./graph.ts";

/** What the head has found: gradients of the hidden states and of the token table. */
export interface HeadGradients {
  readonly hidden: Value;
  readonly table: Value;
}

/** The gradients of all parameters, by name. The pass is written out by hand: no executor differentiates anything. */
export function backward(w: Writing, saved: ForwardSaved, head: HeadGradients): ReadonlyMap<string, Value> {
  const { g, model } = w;
  const found = new Map<string, Value>();
  let dx = normBackward(w, "ln_f", saved.last, head.hidden, found);
  for (let layer = model.layers - 1; layer >= 0; layer--)
    dx = blockBackward(w, `h.${layer}.`, saved.blocks[layer] as BlockSaved, dx, found);
  const embedded = undrop(w, saved.embedded, dx);
  found.set("wte.weight", g.scatterAdd(head.table, saved.tokens, embedded));
  found.set("wpe.weight", g.scatterAdd(g.zeros([model.context, model.width]), saved.positions, embedded));
  return found;
}

type Found = Map<string, Value>;

function blockBackward(w: Writing, at: string, s: BlockSaved, dy: Value, found: Found): Value {
  const { g } = w;
  const dCurved = linearBackward(w, `${at}mlp.c_proj`, s.curved, undrop(w, s.narrow, dy), found);
  const dNorm2 = linearBackward(w, `${at}mlp.c_fc`, s.norm2.y, g.geluGrad(s.wide, dCurved), found);
  const dMiddle = g.add(dy, normBackward(w, `${at}ln_2`, s.norm2, dNorm2, found));
  const dMerged = linearBackward(w, `${at}attn.c_proj`, s.merged, undrop(w, s.project, dMiddle), found);
  const dNorm1 = linearBackward(w, `${at}attn.c_attn`, s.norm1.y, attentionBackward(w, s, dMerged), found);
  return g.add(dMiddle, normBackward(w, `${at}ln_1`, s.norm1, dNorm1, found));
}

/** The gradient of q, k and v, side by side as the projection made them. */
function attentionBackward(w: Writing, s: BlockSaved, dMerged: Value): Value {
  const { g, model } = w;
  const dContext = toHeads(w, dMerged);
  const dv = g.matmul(s.dropped.y, dContext, { transposeA: true });
  const dAttention = undrop(w, s.dropped, g.matmul(dContext, s.v, { transposeB: true }));
  // The softmax needs sum(p * dp) of each row: it equals sum(context * dcontext), which is smaller. @see Dao et al. 2022
  const rowSum = g.sum(g.mul(dContext, s.context), 3, true);
  const dScores = g.mul(s.attention, g.sub(dAttention, rowSum));
  const dq = g.scale(fromHeads(w, g.matmul(dScores, s.k)), 1 / Math.sqrt(model.width / model.heads));
  const dk = fromHeads(w, g.matmul(dScores, s.q, { transposeA: true }));
  return g.concat([dq, dk, fromHeads(w, dv)], 1);
}

function linearBackward({ g, p }: Writing, name: string, x: Value, dy: Value, found: Found): Value {
  found.set(`${name}.weight`, g.matmul(x, dy, { transposeA: true }));
  found.set(`${name}.bias`, g.sum(dy, 0));
  return g.matmul(dy, p(`${name}.weight`), { transposeB: true });
}

/** dx = (dy gain - mean(dy gain) - z mean(dy gain z)) / deviation, z being the normed x. @see Ba et al. 2016 */
function normBackward({ g, model, p }: Writing, name: string, s: NormSaved, dy: Value, found: Found): Value {
  const gain = p(`${name}.weight`);
  const z = g.mul(g.sub(s.x, s.mean), s.inverse);
  const dyz = g.mul(dy, z);
  found.set(`${name}.weight`, g.sum(dyz, 0));
  found.set(`${name}.bias`, g.sum(dy, 0));
  const column = g.reshape(gain, [model.width, 1]);
  const mean = g.scale(g.matmul(dy, column), 1 / model.width);
  const slope = g.scale(g.matmul(dyz, column), 1 / model.width);
  return g.mul(g.sub(g.sub(g.mul(dy, gain), mean), g.mul(z, slope)), s.inverse);
}

function undrop({ g }: Writing, { mask }: Dropped, dy: Value): Value {
  return mask ? g.mul(dy, mask) : dy;
}
