import { StudyError } from "corrigenda/error";
import type { Disk } from "corrigenda/files";
import type { growVocab, initialWeights, ModelShape, openWeights, Weights } from "corrigenda/train";
import type { InfillTokens } from "./tokens-infill.ts";
import type { TrainBase } from "./train-base.ts";

/** The trainer's doors to weights, handed in by the script. */
export interface WeightDoors {
  readonly openWeights: typeof openWeights;
  readonly growVocab: typeof growVocab;
  readonly initialWeights: typeof initialWeights;
}

/**
 * The weights that a training starts from, with rows for the infilling tokens. Throws StudyError "config" for weights of
 * another vocabulary: its tokens would mean other words.
 */
export async function startingWeights(
  doors: WeightDoors,
  disk: Disk,
  { shape, folder = "", vocabulary }: TrainBase,
  tokens: InfillTokens,
  seed: number,
): Promise<Weights> {
  if (shape) return doors.initialWeights({ ...(shape as ModelShape), vocab: tokens.size }, seed);
  const opened = await doors.openWeights(disk, folder);
  const { vocab } = opened.model;
  if (vocab === vocabulary || vocab === tokens.size) return doors.growVocab(opened, tokens.size, seed);
  await opened.close();
  throw new StudyError(
    "config",
    `${disk.resolve(folder)} has ${vocab} tokens where GPT-2 has ${vocabulary}: only weights with GPT-2's own tokens can be used`,
  );
}
