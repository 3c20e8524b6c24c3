import { StudyError } from "corrigenda/error";
import type { Disk } from "corrigenda/files";
import type { ModelShape } from "corrigenda/train";
import { z } from "zod";
import { TASKS } from "./example-layout.ts";
import { GPT2_TOKENS, infillTokens } from "./tokens-infill.ts";
import type { TokenSetup } from "./train-documents.ts";

/** Shapes below GPT-2's own, always trained from scratch. `vocab`: the first so many of GPT-2's tokens. */
export const SMALL_SHAPES: Readonly<Record<string, ModelShape>> = {
  /** Shows in seconds that the steps run; learns next to nothing. */
  micro: { vocab: 1024, context: 1024, width: 32, layers: 2, heads: 2 },
  /** A few minutes on a processor. */
  mini: { vocab: GPT2_TOKENS, context: 256, width: 256, layers: 4, heads: 4 },
};

/** infilling.json: what a trained model's tokens mean, beside its weights in best/. */
export const Infilling = z.strictObject({
  format: z.literal("ilm model 1"),
  task: z.enum(TASKS),
  /** Longest example in training. */
  length: z.number().int().positive(),
  /** In the order of their infilling tokens. */
  types: z.array(z.string()).min(1),
  /** GPT-2 tokens before the infilling ones. */
  vocabulary: z.number().int().min(256).max(GPT2_TOKENS),
});
export type Infilling = z.infer<typeof Infilling>;
export const INFILLING_FILE = "infilling.json";

export function infillingText({ task, length, types, vocabulary }: Omit<Infilling, "format">): string {
  return `${JSON.stringify({ format: "ilm model 1", task, length, types, vocabulary }, null, 2)}\n`;
}

/** How the model was shown its texts. */
export function setupOf(
  { task, length, types, vocabulary }: Infilling,
  tokenizer: TokenSetup["tokenizer"],
): TokenSetup {
  return { task, length, tokens: infillTokens(types, vocabulary), tokenizer };
}

/** Where a training starts. */
export interface TrainBase {
  /** From scratch with this shape; else the weights of `folder`. */
  readonly shape?: ModelShape;
  readonly folder?: string;
  /** GPT-2 tokens before the infilling ones. */
  readonly vocabulary: number;
}

/** Folders of published weights, by their name. */
const PUBLISHED = "data/raw/models";

/**
 * A base by its name (gpt2, micro …) or folder: of a model that was trained here, or of a GPT-2's files.
 * Throws StudyError "files" where its weights are not there.
 */
export async function openBase(
  disk: Disk,
  name: string,
  fromScratch: boolean,
  published: Readonly<Record<string, ModelShape>>,
): Promise<TrainBase> {
  const small = SMALL_SHAPES[name];
  if (small) return { shape: small, vocabulary: small.vocab };
  const known = published[name];
  if (known && fromScratch) return { shape: known, vocabulary: known.vocab };
  if (!known && (await disk.size(`${name}/${INFILLING_FILE}`)) !== undefined)
    return { folder: `${name}/best`, vocabulary: (await readInfilling(disk, name)).vocabulary };
  const folder = known ? `${PUBLISHED}/${name}` : name;
  const files = await disk.list(folder);
  if (files.some((file) => file.startsWith("model.safetensors"))) return { folder, vocabulary: GPT2_TOKENS };
  const get = known
    ? `put model.safetensors and config.json of huggingface.co/openai-community/${name} there, or give --train-from-scratch`
    : `give one of ${[...Object.keys(published), ...Object.keys(SMALL_SHAPES)].join(", ")}, or a folder with weights`;
  throw new StudyError("files", `${disk.resolve(folder)} has no model.safetensors; ${get}`);
}

/** What a trained model's tokens mean. @param folder of its training Throws StudyError "files". */
export async function readInfilling(disk: Disk, folder: string): Promise<Infilling> {
  const path = `${folder}/${INFILLING_FILE}`;
  if ((await disk.size(path)) === undefined)
    throw new StudyError("files", `${disk.resolve(path)} does not exist; scripts/ilm/train-ilm.ts makes such a folder`);
  const parts: Uint8Array[] = [];
  for await (const part of disk.read(path)) parts.push(part);
  try {
    return Infilling.parse(JSON.parse(Buffer.concat(parts).toString("utf8")));
  } catch (cause) {
    throw new StudyError("files", `${disk.resolve(path)} is damaged; train this model again`, { cause });
  }
}
