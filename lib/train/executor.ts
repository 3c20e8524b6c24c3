import { keyedRng } from "corrigenda/rng";
import type { Batch } from "./batch.ts";
import type { Dim, Sizes } from "./dim.ts";
import { elements } from "./dim.ts";
import { fillMask, type MaskKey } from "./dropout.ts";
import type { Graph } from "./graph.ts";
import { type ModelShape, parametersOf } from "./model.ts";
import { ADAM } from "./step.ts";

/** What runs the step: every executor keeps the parameters and the optimiser's moments to itself until they are read. */
export interface Executor {
  /** "ref", "ort on cpu" ... */
  readonly name: string;
  /** Adds up the gradients of the batches, clips, and updates. A norm that is not finite changes nothing. */
  step(batches: readonly Batch[], update: Update): Promise<StepResult>;
  /** Negative log-likelihood of each target, in nats, without dropout. */
  evaluate(batch: Batch): Promise<Float32Array>;
  read(): Promise<TrainState>;
  dispose(): Promise<void>;
}

export interface Update {
  /** From 1. */
  readonly step: number;
  readonly rate: number;
  readonly weightDecay: number;
}

export interface StepResult {
  /** For each batch, the negative log-likelihood of each target. */
  readonly nll: readonly Float32Array[];
  /** Of all gradients together, before clipping. */
  readonly norm: number;
}

/** Tensors by parameter name. */
export type Tensors = ReadonlyMap<string, Float32Array>;

export interface TrainState {
  readonly parameters: Tensors;
  /** AdamW's moving averages of the gradient and of its square; absent before the first step. */
  readonly m?: Tensors | undefined;
  readonly v?: Tensors | undefined;
}

export interface ExecutorOptions {
  readonly model: ModelShape;
  /** Chunks of the head; see `chunksFor`. */
  readonly chunks: number;
  /** [0, 1) */
  readonly dropout: number;
  /** Of the dropout masks. */
  readonly seed: number;
  /** Largest gradient norm. */
  readonly clip: number;
}

const CHUNK_BYTES = 64 << 20;

/** Chunks of the head, so that one chunk's logits take at most 64 MB. @param tokens in the largest batch */
export function chunksFor({ vocab }: ModelShape, tokens: number): number {
  return Math.max(1, Math.ceil((tokens * vocab * 4) / CHUNK_BYTES));
}

/** The inputs [1] of the update's graph. */
export function ratesOf({ step, rate, weightDecay }: Update) {
  return {
    stepSize: rate / (1 - ADAM.beta1 ** step),
    rootCorrection: 1 / Math.sqrt(1 - ADAM.beta2 ** step),
    keep: 1 - rate * weightDecay,
    one: 1,
  };
}

/** Where dropout falls: the graph's inputs "drop.<place>". */
export function maskPlaces(graph: Graph): readonly { readonly name: string; readonly shape: readonly Dim[] }[] {
  return [...graph.inputs].flatMap(([name, { shape }]) => (name.startsWith("drop.") ? [{ name, shape }] : []));
}

/** The key of one mask: the same on every executor, and after a resume. */
export function maskKey(seed: number, step: number, batch: number, place: string): MaskKey {
  const rng = keyedRng(seed, "dropout", step, batch, place);
  return [rng.int(2 ** 32), rng.int(2 ** 32)];
}

/** One filled mask. */
export function maskOf(shape: readonly Dim[], sizes: Sizes, key: MaskKey, dropout: number) {
  const mask = new Float32Array(elements(shape, sizes));
  fillMask(mask, key, dropout);
  return mask;
}

/** Zeros in the shape of the parameters: the moments before the first step. */
export function zerosLike(model: ModelShape): Map<string, Float32Array> {
  return new Map(parametersOf(model).map(({ name, shape }) => [name, new Float32Array(elements(shape))]));
}
