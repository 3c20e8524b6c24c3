import type { Json, JsonObject } from "corrigenda/json";
import { z } from "zod";
import type { CollectParts } from "./collect-parts.ts";
import { LOG_DIR } from "./export.ts";
import { RECOMMENDED } from "./policy.ts";
import { PRESETS, type PresetName } from "./simulate-presets.ts";

const whole = z.number().int();

/** The flags of collect that are the study's own, with the source's names and defaults where it has them. */
export const collectFlags = {
  dataset: z
    .string()
    .default("mock")
    .describe("gsm8k, hotpotqa, hotpotqa-fullwiki, boolq, csv, mock, or <owner>/<name> of the hub"),
  split: z.string().default("train").describe("of a data set of the hub"),
  from: z.string().optional().describe("a .csv, .jsonl, .json or .parquet file instead of the hub"),
  limit: whole.positive().optional().describe("questions at most; default: all, of mock 100"),
  model: z.string().default("gpt-4o-mini").describe("who answers"),
  temperature: z.number().min(0).max(2).optional().describe("default: the service's own; the source had 0.7"),
  maxTokens: whole.positive().default(512).describe("tokens of an answer at most; the source had 150"),
  algorithm: z
    .string()
    .default(RECOMMENDED)
    .describe("the policy; the source's are thompson_sampling and epsilon_greedy"),
  policy: z.string().optional().describe("a final_policy.json (or policy.json.gz) to go on with"),
  learn: z.boolean().default(true).describe("the policy learns from rewards, which the reference answers decide"),
  policyUpdateInterval: whole
    .positive()
    .default(100)
    .describe("traces whose rewards go into the policy together; 1: after each"),
  batchSize: whole.positive().optional().describe("the same, by the source's other name; wins where both are given"),
  maxTurns: whole.positive().default(5).describe("answers of a trace at most, the first one included"),
  lambda: z.number().min(0).default(0.001).describe("what a token of a re-prompt costs, in corrected answers"),
  feedback: z
    .enum(["classifier", "oracle", "none"])
    .default("classifier")
    .describe("what decides to go on: the classifier's guess, the reference answer, or the turn alone"),
  classifier: z.string().optional().describe("a trained model's file; default: fixed rules"),
  classifierVectorizer: z.string().optional().describe("its vectorizer, where that is a file of its own"),
  templates: z
    .string()
    .optional()
    .describe("a JSON file of {id, style, cognitive_load, text}; default: 32 of this study"),
  seed: whole.default(42).describe("decides what the policy draws, and the questions of mock"),
  repetition: whole
    .min(0)
    .default(0)
    .describe("another number asks the same questions anew, instead of taking kept replies"),
  lag: whole.positive().default(128).describe("trace i decides with what traces up to i - lag taught"),
  concurrency: whole.positive().default(16).describe("traces at a time, and so calls in flight; at most the lag"),
  requestDelay: z.number().min(0).default(0).describe("seconds between two requests"),
  logDir: z.string().default(LOG_DIR).describe("folder of the source's files; the default lies in the run's folder"),
  preset: z
    .enum(Object.keys(PRESETS) as [PresetName, ...PresetName[]])
    .default("huang-gpt-3.5")
    .describe("offline: whose published figures the simulated model follows"),
  run: z.string().optional().describe("the run's name; default: selfcorrect- and 8 hex digits of the config"),
};
export type CollectFlags = Readonly<z.infer<z.ZodObject<typeof collectFlags>>>;

/** Traces whose rewards go into the policy together. */
export function updateEvery({ batchSize, policyUpdateInterval }: CollectFlags): number {
  return batchSize ?? policyUpdateInterval;
}

/** What decides the results, for config.json: not how many traces run at a time, and not where copies go. */
export function collectConfig(
  flags: CollectFlags,
  found: Pick<CollectParts, "classifier" | "policy"> & {
    /** Of the data set. */
    readonly name: string;
    readonly revision?: string;
    /** As recorded. */
    readonly provider: Json;
  },
): JsonObject {
  const { split, from, limit = null, model, temperature = null, maxTokens, policy = null, learn, maxTurns } = flags;
  const { lambda, feedback, templates = null, seed, repetition, lag, preset } = flags;
  const { name: dataset, revision, classifier, policy: start, provider } = found;
  const isOffline = (provider as JsonObject).name === "offline";
  const source: Json =
    from === undefined ? { dataset, ...(revision !== undefined && { split, revision }) } : { dataset, from };
  return {
    ...{
      source,
      limit,
      model,
      temperature,
      maxTokens,
      algorithm: start.algorithm,
      policy,
      maxTurns,
      lambda,
      feedback,
      templates,
    },
    ...{ learns_from: learn ? "reference" : "nothing", update_every: updateEvery(flags), lag, seed, repetition },
    ...{ classifier: classifier.name, provider, ...(isOffline && { preset }) },
  };
}

const UNRECORDED: readonly string[] = ["run"];

/** The flags again, as words of a recorded command; defaults are left out. */
export function collectCommand(flags: CollectFlags): string[] {
  return Object.entries(collectFlags).flatMap(([key, schema]) => {
    const value = flags[key as keyof CollectFlags];
    if (UNRECORDED.includes(key) || value === undefined || value === schema.safeParse(undefined).data) return [];
    const flag = `--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
    if (typeof value === "boolean") return [value ? flag : flag.replace("--", "--no-")];
    return [flag, String(value)];
  });
}
