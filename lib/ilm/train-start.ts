import { StudyError } from "corrigenda/error";
import type { Disk } from "corrigenda/files";
import { parseJson } from "corrigenda/json";
import type { Tokenizer } from "corrigenda/text";
import type { growVocab, initialWeights, openWeights, Weights } from "corrigenda/train";
import type { InfillTokens } from "./tokens-infill.ts";
import type { TrainBase } from "./train-base.ts";

/** The trainer's doors to weights, handed in by the script. */
export interface WeightDoors {
  readonly openWeights: typeof openWeights;
  readonly growVocab: typeof growVocab;
  readonly initialWeights: typeof initialWeights;
}

/** What weights have to fit. */
export interface StartOptions {
  readonly tokens: InfillTokens;
  readonly tokenizer: Pick<Tokenizer, "decode">;
  readonly seed: number;
}

/**
 * The weights that a training starts from, with rows for the infilling tokens. Throws StudyError "config" for weights of
 * another vocabulary, by its size or by the vocab.json beside them: its tokens would mean other words.
 */
export async function startingWeights(
  doors: WeightDoors,
  disk: Disk,
  { shape, folder = "", vocabulary }: TrainBase,
  { tokens, tokenizer, seed }: StartOptions,
): Promise<Weights> {
  if (shape) return doors.initialWeights({ ...shape, vocab: tokens.size }, seed);
  const opened = await doors.openWeights(disk, folder);
  const { vocab } = opened.model;
  const other =
    vocab !== vocabulary && vocab !== tokens.size
      ? `has ${vocab} tokens where GPT-2 has ${vocabulary}`
      : await otherToken(disk, `${folder}/vocab.json`, tokenizer);
  if (other === undefined) return doors.growVocab(opened, tokens.size, seed);
  await opened.close();
  throw new StudyError("config", `${disk.resolve(folder)} ${other}: only weights with GPT-2's own tokens can be used`);
}

/** Behind the 256 bytes: the most frequent pairs of a language come first. */
const COMPARED = [256, 1_256] as const;

/** The first token of a published vocab.json that is not GPT-2's; undefined where there is none, or no such file. */
async function otherToken(
  disk: Disk,
  file: string,
  { decode }: Pick<Tokenizer, "decode">,
): Promise<string | undefined> {
  if ((await disk.size(file)) === undefined) return undefined;
  const parts: Uint8Array[] = [];
  for await (const part of disk.read(file)) parts.push(part);
  const read = parseJson(Buffer.concat(parts).toString("utf8"));
  const ids = (typeof read === "object" && read !== null ? read : {}) as Readonly<Record<string, unknown>>;
  for (let id = COMPARED[0]; id < COMPARED[1]; id++) {
    const text = decode([id]);
    // The file writes a space as Ġ, and printing ASCII as it is.
    const known = /^[ -~]+$/.test(text) ? ids[text.replaceAll(" ", "Ġ")] : id;
    if (known !== id) return `has another token ${id} than GPT-2, whose is ${JSON.stringify(text)} (vocab.json)`;
  }
  return undefined;
}
