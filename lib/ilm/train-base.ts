import type { HubModel } from "corrigenda/dataset";
import { StudyError } from "corrigenda/error";
import type { Disk } from "corrigenda/files";
import type { ModelShape } from "corrigenda/train";
import { z } from "zod";
import { TASKS } from "./example-layout.ts";
import { GPT2_TOKENS, infillTokens } from "./tokens-infill.ts";
import type { TokenSetup } from "./train-documents.ts";
import type { TrainFlags } from "./train-flags.ts";

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
  /** The commit that weights of the hub are of. */
  readonly revision?: string;
  /** GPT-2 tokens before the infilling ones. */
  readonly vocabulary: number;
}

/** What bases are made of, handed in by the script. */
export interface BaseSources {
  /** Shapes of published models, by their name. */
  readonly shapes: Readonly<Record<string, ModelShape>>;
  /** Fetches a model of the hub, once. @param instead what can be done without the hub */
  fetch(model: string, instead: string): Promise<HubModel>;
}

/** Where weights are put that do not come from the hub, by the name of a published model. */
export const MODELS = "data/raw/models";
const OWNER = "openai-community";

/**
 * A base by its name (gpt2, micro …), its name on the hub, or its folder: of a model that was trained here, or of a
 * GPT-2's files. Throws StudyError "files" where its weights are not there.
 */
export async function openBase(
  disk: Disk,
  { modelName: name, trainFromScratch: fromScratch }: Pick<TrainFlags, "modelName" | "trainFromScratch">,
  { shapes, fetch }: BaseSources,
): Promise<TrainBase> {
  const small = SMALL_SHAPES[name];
  if (small) return { shape: small, vocabulary: small.vocab };
  const known = shapes[name];
  if (known && fromScratch) return { shape: known, vocabulary: known.vocab };
  if (!known && (await disk.size(`${name}/${INFILLING_FILE}`)) !== undefined)
    return { folder: `${name}/best`, vocabulary: (await readInfilling(disk, name)).vocabulary };
  const folder = known ? `${MODELS}/${name}` : name;
  const files = await disk.list(folder);
  if (files.some((file) => file.startsWith("model.safetensors"))) return { folder, vocabulary: GPT2_TOKENS };
  if (known || (await isOfHub(disk, name))) {
    const instead = known
      ? `put its config.json and model.safetensors into ${folder}/, or give --train-from-scratch`
      : "give a folder with config.json and model.safetensors";
    const model = await fetch(known ? `${OWNER}/${name}` : name, instead);
    return { ...model, vocabulary: GPT2_TOKENS };
  }
  const names = [...Object.keys(shapes), ...Object.keys(SMALL_SHAPES)].join(", ");
  throw new StudyError(
    "files",
    `${disk.resolve(folder)} has no model.safetensors; give one of ${names}, a name of the hub, or a folder with weights`,
  );
}

/** A name of the hub looks like a path: it is none where its first part is a folder here. */
async function isOfHub(disk: Disk, name: string): Promise<boolean> {
  const [owner = "", ...rest] = name.split("/");
  return rest.length === 1 && /^[\w-][\w.-]*$/.test(owner) && (await disk.list(owner)).length === 0;
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
