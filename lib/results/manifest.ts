import type { Json } from "corrigenda/json";
import { z } from "zod";

const Sha256 = z.string().regex(/^[0-9a-f]{64}$/, "expected 64 hex digits");
const Count = z.number().int().nonnegative();
const Stamp = z.iso.datetime();

/** A file by its content. Inputs: relative to the repository; outputs: relative to the run's folder. */
export const FileHash = z.strictObject({ path: z.string(), bytes: Count, sha256: Sha256 });
export type FileHash = z.infer<typeof FileHash>;

/** A prompt template by its text. */
export const PromptHash = z.strictObject({ name: z.string(), sha256: Sha256 });
export type PromptHash = z.infer<typeof PromptHash>;

/** An earlier stage of the same run, by its manifest. */
export const Parent = z.strictObject({ stage: z.string(), manifestSha256: Sha256 });
export type Parent = z.infer<typeof Parent>;

/** Which code and which machine. `null`: not known (no git, no such file). */
export const Environment = z.strictObject({
  commit: z.string().nullable(),
  /** Over what differs from the commit; null where nothing does. */
  dirtySha256: Sha256.nullable(),
  lockSha256: Sha256.nullable(),
  libSha256: Sha256,
  node: z.string(),
  os: z.string(),
  arch: z.string(),
  /** Of data that shape results: {tokenizer, prices}. */
  versions: z.record(z.string(), z.string()),
});
export type Environment = z.infer<typeof Environment>;

/** config.json: written whole when a stage starts. */
export const StageConfig = z.strictObject({
  format: z.literal(1),
  study: z.string(),
  run: z.string(),
  stage: z.string(),
  /** As typed after "npx zx", with "{run}" for the run's name. */
  command: z.array(z.string()).min(1),
  config: z.json(),
  configSha256: Sha256,
  inputs: z.array(FileHash),
  prompts: z.array(PromptHash),
  parents: z.array(Parent),
  seeds: z.record(z.string(), z.union([z.number(), z.string()])),
  startedAt: Stamp,
});
export type StageConfig = Omit<z.infer<typeof StageConfig>, "config"> & { readonly config: Json };

/** A model as it was asked for and as it answered. */
export const ModelUse = z.strictObject({
  requested: z.string(),
  returned: z.array(z.string()),
  fingerprints: z.array(z.string()),
});
export type ModelUse = z.infer<typeof ModelUse>;

/** What a stage did, as its script counts it. */
export const Totals = z.strictObject({
  /** Requests by state: {done, cached, failed, …}. */
  counts: z.record(z.string(), Count),
  /** sha256 over the requests' keys (see keysRoot); null where there were none. */
  requestsRoot: Sha256.nullable(),
  tokens: z.strictObject({ input: Count, cached: Count, output: Count, reasoning: Count }),
  cost: z.strictObject({
    /** Before anything was sent, with its interval; null where nothing was to be sent. */
    estimateUsd: z.strictObject({ low: z.number(), mean: z.number(), high: z.number() }).nullable(),
    actualUsd: z.number().nonnegative(),
  }),
  models: z.array(ModelUse),
});
export type Totals = z.infer<typeof Totals>;

/** manifest.json: written whole, last. A stage without it does not exist for others. */
export const Manifest = z.strictObject({
  ...StageConfig.shape,
  environment: Environment,
  ...Totals.shape,
  endedAt: Stamp,
  outputs: z.array(FileHash),
});
export type Manifest = Omit<z.infer<typeof Manifest>, "config"> & { readonly config: Json };

/** A number with its interval; `low` and `high` are null where none was computed. */
export const Metric = z.strictObject({
  name: z.string(),
  value: z.number(),
  low: z.number().nullable(),
  high: z.number().nullable(),
  n: Count,
  unit: z.string(),
  /** Who answered: "offline" figures say nothing about any model. */
  provider: z.string(),
});
export type Metric = z.infer<typeof Metric>;

/** metrics.json. */
export const Metrics = z.strictObject({ headline: Metric, metrics: z.array(Metric) });
export type Metrics = z.infer<typeof Metrics>;
