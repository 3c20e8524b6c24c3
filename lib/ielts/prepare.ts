import { StudyError } from "corrigenda/error";
import { contentHash, type Json, type JsonObject } from "corrigenda/json";
import type { Metrics } from "corrigenda/results";
import { wilson } from "corrigenda/stats";
import { z } from "zod";

export const DATASET = "chillies/IELTS-writing-task-2-evaluation";
/** The source's default: made below the run's own folder. */
export const OUTPUT_DIR = "./finetuning_data";

/** The flags of prepare that are the study's own, with the source's names and defaults. */
export const prepareFlags = {
  dataset: z.string().default(DATASET).describe("data set of the Hugging Face hub"),
  datasetSplit: z.string().default("train").describe("its split"),
  numSamples: z.number().int().positive().optional().describe("rows drawn by the seed; default: all"),
  validationRatio: z
    .number()
    .min(0)
    .lt(1)
    .default(0.2)
    .describe("share of the examples in validation.jsonl; 0: no such file"),
  outputDir: z.string().default(OUTPUT_DIR).describe("folder of the files; the default lies in the run's folder"),
  batchSize: z.number().int().positive().max(256).default(10).describe("synchronous calls in flight at most"),
  seed: z.number().int().default(42).describe("decides sample, drawn bands and split"),
  disableAzure: z.boolean().default(false).describe("mock mode: a simulator answers, nothing is sent"),
  from: z.string().optional().describe("a .csv, .jsonl or .parquet file instead of the hub"),
  resume: z.boolean().default(false).describe("only go on with a run that was begun; never start one"),
  timeout: z.number().positive().default(600).describe("seconds for one call, or one answer of the hub"),
  criteriaFromEvaluation: z
    .boolean()
    .default(false)
    .describe("the evaluation's four criteria decide the overall band, not the band column"),
  batchApi: z.boolean().default(false).describe("the service's Batch API: half the price, answers within a day"),
  target: z
    .enum(["azure", "openai"])
    .default("azure")
    .describe("whose training files: azure has a byte order mark, openai none"),
  model: z
    .string()
    .optional()
    .describe("who gives the evidence; default: AZURE_OPENAI_DEPLOYMENT_SCORER, else gpt-4o-mini"),
  fineTuneModel: z.string().default("gpt-4o-mini").describe("the model that will be tuned: price and context"),
  run: z.string().optional().describe("the run's name; default: ielts- and 8 hex digits of the config"),
};
export type PrepareFlags = Readonly<z.infer<z.ZodObject<typeof prepareFlags>>>;

/** What decides the results, for config.json. @param provider as recorded; mock mode says so */
export function prepareConfig(
  flags: PrepareFlags,
  found: { readonly revision: string | undefined; readonly model: string; readonly provider: Json },
): JsonObject {
  const { numSamples = null, validationRatio, seed, criteriaFromEvaluation, target, fineTuneModel } = flags;
  const source =
    flags.from === undefined
      ? { dataset: flags.dataset, split: flags.datasetSplit, revision: found.revision ?? null }
      : { from: flags.from };
  const { provider, model } = found;
  return { source, numSamples, validationRatio, seed, criteriaFromEvaluation, target, fineTuneModel, model, provider };
}

/** The flags again, as words of a recorded command. */
export function prepareWords(flags: PrepareFlags, isMock: boolean): string[] {
  const words =
    flags.from === undefined
      ? ["--dataset", flags.dataset, "--dataset-split", flags.datasetSplit]
      : ["--from", flags.from];
  if (flags.numSamples !== undefined) words.push("--num-samples", String(flags.numSamples));
  words.push(
    "--validation-ratio",
    String(flags.validationRatio),
    "--seed",
    String(flags.seed),
    "--target",
    flags.target,
  );
  if (isMock) words.push("--disable-azure");
  if (flags.criteriaFromEvaluation) words.push("--criteria-from-evaluation");
  if (flags.batchApi) words.push("--batch-api");
  if (flags.model !== undefined) words.push("--model", flags.model);
  return [...words, "--fine-tune-model", flags.fineTuneModel];
}

/** A share with Wilson's interval, as metrics.json. */
export function shareMetrics(name: string, done: number, n: number, provider: string): Metrics {
  const value = n === 0 ? 0 : done / n;
  const { low, high } = n === 0 ? { low: null, high: null } : wilson(done, n);
  return { headline: { name, value, low, high, n, unit: "share", provider }, metrics: [] };
}

/** The run's name. Throws StudyError "stage" where --resume finds no run that was begun. */
export async function runOf(
  { run, resume }: PrepareFlags,
  config: JsonObject,
  has: (path: string) => Promise<boolean>,
): Promise<string> {
  const name = run ?? `ielts-${contentHash(config).slice(0, 8)}`;
  if (!resume || (await has(`ielts/${name}/rows/config.json`))) return name;
  throw new StudyError("stage", `there is no run ${name} to go on with; leave out --resume to start it`);
}

/** Said where a simulator answers. @param why Azure cannot be asked */
export function mockNotice(why: string | undefined): string {
  const what = "what a model would answer is simulated (provider: offline) and says nothing about any model";
  if (why === undefined) return `mock mode: ${what}`;
  return `MOCK MODE: ${why}; ${what}. Set AZURE_OPENAI_API_KEY and AZURE_OPENAI_ENDPOINT in .env for real ones, or say --disable-azure`;
}
