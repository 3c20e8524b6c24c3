import { StudyError } from "corrigenda/error";
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
  /** Probabilities of the token after each target, [targets, vocab], without dropout. */
  predict(batch: Batch): Promise<Float32Array>;
  /** A tensor of the state: a parameter's name, or "m." or "v." before it for AdamW's moving averages. */
  read(name: string): Promise<Float32Array>;
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

/**
 * The state that a run starts from, asked for tensor by tensor so that no two copies of a large model are needed.
 * A moving average that is not there starts at 0; a parameter that is not there is an error.
 */
export type StateSource = (name: string) => Float32Array | undefined | Promise<Float32Array | undefined>;

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

/** Names of the whole state of a model: each parameter, and its two moving averages. */
export function stateNames(model: ModelShape): readonly string[] {
  return parametersOf(model).flatMap(({ name }) => [name, `m.${name}`, `v.${name}`]);
}

/** A tensor to start from; undefined for a moving average that starts at 0. Throws StudyError "dataset" where it does not fit. */
export async function startingTensor(
  model: ModelShape,
  from: StateSource,
  name: string,
): Promise<Float32Array | undefined> {
  const bare = name.replace(/^[mv]\./, "");
  const shape = parametersOf(model).find((one) => one.name === bare)?.shape ?? [];
  const found = await from(name);
  if (found?.length === elements(shape) || (!found && bare !== name)) return found;
  const has = found ? `${found.length} numbers` : "nothing";
  throw new StudyError(
    "dataset",
    `${name} should be [${shape.join(", ")}], but there is ${has}; check the model's size`,
  );
}
