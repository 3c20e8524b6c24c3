import type { Disk } from "corrigenda/files";
import type { Tokenizer } from "corrigenda/text";
import type {
  chunksFor,
  EnginePlace,
  Executor,
  ModelShape,
  openEngine,
  openWeights,
  packBatch,
} from "corrigenda/train";
import type { Generator } from "./infill-generate.ts";
import { type Infilling, readInfilling, setupOf } from "./train-base.ts";
import type { TokenSetup } from "./train-documents.ts";

/** The trainer's and the tokenizer's doors, handed in by the script. */
export interface Doors {
  readonly openWeights: typeof openWeights;
  readonly openEngine: typeof openEngine;
  readonly chunksFor: typeof chunksFor;
  readonly packBatch: typeof packBatch;
  loadTokenizer(name: "r50k_base", tokens: number): Promise<Tokenizer>;
}

/** A trained model in an engine. */
export interface OpenModel extends AsyncDisposable {
  readonly executor: Executor;
  readonly model: ModelShape;
  readonly infilling: Infilling;
  readonly setup: TokenSetup;
  readonly generator: Generator;
  decode(ids: number[]): string;
}

/** Opens the best model of a training's folder. @param batch examples that it will see at once */
export async function openModel(
  doors: Doors,
  disk: Disk,
  folder: string,
  place: EnginePlace,
  batch: number,
): Promise<OpenModel> {
  await using stack = new AsyncDisposableStack();
  const infilling = await readInfilling(disk, folder);
  const weights = await doors.openWeights(disk, `${folder}/best`);
  stack.defer(() => weights.close());
  const { model } = weights;
  const options = { model, chunks: doors.chunksFor(model, batch * infilling.length), dropout: 0, seed: 0, clip: 1 };
  const executor = await doors.openEngine(place, options, weights.tensor);
  stack.defer(() => executor.dispose());
  const tokenizer = await doors.loadTokenizer("r50k_base", infilling.vocabulary);
  const setup = setupOf(infilling, tokenizer);
  const generator = { executor, pack: doors.packBatch, width: model.width, context: infilling.length };
  const kept = stack.move();
  const close = { [Symbol.asyncDispose]: () => kept.disposeAsync() };
  return { executor, model, infilling, setup, generator, decode: tokenizer.decode, ...close };
}
