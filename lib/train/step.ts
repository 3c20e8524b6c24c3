import { backward, type HeadGradients } from "./backward.ts";
import { forward, parameterInputs, type Writing } from "./forward.ts";
import type { Graph, Value } from "./graph.ts";
import { type AdamConstants, type GraphBuilder, graphBuilder } from "./graph-builder.ts";
import { type ModelShape, parametersOf } from "./model.ts";

/**
 * The targets come in chunks, each with its own inputs "targets.<i>", "labels.<i>" and "weights.<i>", so that only one
 * chunk's logits are in memory at a time. A target is the place of a token whose next token, the label, is predicted.
 */
export interface StepOptions {
  /** [1, ...) all chunks of a batch have the same number of targets. */
  readonly chunks: number;
  /** [0, 1) the graph of the gradients then has an input "drop.<place>" for each mask. */
  readonly dropout?: number;
}

/** AdamW as it is used here. @see Loshchilov & Hutter 2019, algorithm 2 */
export const ADAM: AdamConstants = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };

/** Losses ("nll.<i>" [targets, 1], in nats, unweighted) without gradients. */
export function lossGraph(model: ModelShape, { chunks }: Pick<StepOptions, "chunks">): Graph {
  const g = graphBuilder();
  const w: Writing = { g, model, p: parameterInputs(g, model) };
  const { last } = forward(w);
  for (let chunk = 0; chunk < chunks; chunk++) lose(w, chunk, predict(w, chunk, last.y).guess);
  return g.graph();
}

/** Probabilities of the next token at each target ("guess.<i>" [targets, vocab]). */
export function predictionGraph(model: ModelShape, { chunks }: Pick<StepOptions, "chunks">): Graph {
  const g = graphBuilder();
  const w: Writing = { g, model, p: parameterInputs(g, model) };
  const { last } = forward(w);
  for (let chunk = 0; chunk < chunks; chunk++) g.output(`guess.${chunk}`, predict(w, chunk, last.y).guess);
  return g.graph();
}

/**
 * Losses, and the gradient of sum(weight * nll) for every parameter as "d.<name>". One more input, "slots" [rows * length],
 * says for each token which target it is, or names a target of weight 0.
 */
export function gradientGraph(model: ModelShape, { chunks, dropout = 0 }: StepOptions): Graph {
  const g = graphBuilder();
  const w: Writing = { g, model, p: parameterInputs(g, model), drop: dropout > 0 ? maskInput(g) : undefined };
  const saved = forward(w);
  const head = headGradients(w, saved.last.y, chunks);
  for (const [name, gradient] of backward(w, saved, head)) g.output(`d.${name}`, gradient);
  return g.graph();
}

/**
 * Gradients "d.<name>" and AdamW's state ("<name>", "m.<name>", "v.<name>") to the new state under the same names after
 * "next.", and the "norm" of the gradients before clipping. Inputs of shape [1]: "stepSize", "rootCorrection", "keep" (decayed
 * parameters; the others keep all).
 */
export function updateGraph(model: ModelShape, clip: number, constants: AdamConstants = ADAM): Graph {
  const g = graphBuilder();
  const parameters = parametersOf(model);
  const gradients = parameters.map(({ name, shape }) => g.input(`d.${name}`, shape));
  const rates = { stepSize: g.input("stepSize", [1]), rootCorrection: g.input("rootCorrection", [1]) };
  const keeps = { decayed: g.input("keep", [1]), whole: g.input("one", [1]) };
  const { norm, factor } = g.clip(gradients, clip);
  g.output("norm", norm);
  for (const [at, { name, shape, decays }] of parameters.entries()) {
    const state = { w: g.input(name, shape), m: g.input(`m.${name}`, shape), v: g.input(`v.${name}`, shape) };
    const keep = decays ? keeps.decayed : keeps.whole;
    const next = g.adamw({ ...state, gradient: gradients[at] as Value }, { ...rates, factor, keep }, constants);
    g.output(`next.${name}`, next.w);
    g.output(`next.m.${name}`, next.m);
    g.output(`next.v.${name}`, next.v);
  }
  return g.graph();
}

function predict({ g, p }: Writing, chunk: number, hidden: Value) {
  const h = g.gather(hidden, g.input(`targets.${chunk}`, ["targets"], "i32"));
  return { h, guess: g.softmax(g.matmul(h, p("wte.weight"), { transposeB: true })) };
}

/** Makes an output of what the labels cost. @returns the labels */
function lose({ g }: Writing, chunk: number, guess: Value): Value {
  const labels = g.input(`labels.${chunk}`, ["targets"], "i32");
  g.output(`nll.${chunk}`, g.negLog(g.pick(guess, labels)));
  return labels;
}

/**
 * The gradient of the logits is weight * (guess - one-hot label). The one-hot part never becomes a matrix of the
 * vocabulary's width: it is a row taken from the table, and a row added to the table's gradient.
 */
function headGradients(w: Writing, hidden: Value, chunks: number): HeadGradients {
  const { g, p } = w;
  const wte = p("wte.weight");
  const pieces: Value[] = [];
  const answers: { readonly labels: Value; readonly rows: Value }[] = [];
  let table: Value | undefined;
  for (let chunk = 0; chunk < chunks; chunk++) {
    const { h, guess } = predict(w, chunk, hidden);
    const labels = lose(w, chunk, guess);
    const weights = g.input(`weights.${chunk}`, ["targets", 1]);
    const weighted = g.mul(h, weights);
    pieces.push(g.mul(g.sub(g.matmul(guess, wte), g.gather(wte, labels)), weights));
    table = g.matmul(guess, weighted, { transposeA: true, plus: table });
    answers.push({ labels, rows: g.scale(weighted, -1) });
  }
  // Last, so that an executor can take these sums out of the graph.
  for (const { labels, rows } of answers) table = g.scatterAdd(table as Value, labels, rows);
  const slots = g.input("slots", ["rows*length"], "i32");
  const all = pieces.length === 1 ? (pieces[0] as Value) : g.concat(pieces, 0);
  return { hidden: g.gather(all, slots), table: table ?? g.zeros([0, 0]) };
}

function maskInput(g: GraphBuilder): NonNullable<Writing["drop"]> {
  return (place, x) => {
    const mask = g.input(`drop.${place}`, x.shape);
    return { y: g.mul(x, mask), mask };
  };
}
