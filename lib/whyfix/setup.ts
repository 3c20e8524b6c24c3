import type { DataInput } from "corrigenda/dataset";
import { StudyError } from "corrigenda/error";
import { sha256 } from "corrigenda/json";
import { ANSWERERS } from "corrigenda/text";
import { z } from "zod";
import { type Drops, type Row, rowsOnly, type SampleSource, sampleSource } from "./data/index.ts";
import { type Experiment, parseExperiment } from "./experiment.ts";
import { METHODS } from "./methods.ts";

/** What the arguments of a step choose. */
export interface Choice {
  readonly sampleType: string;
  readonly embedding: "small" | "large";
  /** Path of experiment.yaml. */
  readonly experiment: string;
  /** In place of the model that the experiment names. */
  readonly model?: string | undefined;
}

/** The arguments of steps 1 and 3, as the original study has them. */
export const stepArguments = {
  sampleType: z.string().describe("longman, fce, R, A, sample-longman, sample-fce, or <kind>:<file>"),
  embeddingSize: z.enum(["small", "large"]).describe("which <dataset>_with_collocation_{small,large}.json"),
  date: z.string().describe("the run's name, MMDD-HHMM"),
};

/** Flags of scripts that start a run. */
export const startFlags = {
  experiment: z.string().default("scripts/whyfix/experiment.yaml").describe("the experiment"),
  model: z.string().optional().describe("the run's model, in place of the experiment's"),
};

/** The same flags as words of a command line. */
export function startWords({
  experiment,
  model,
}: {
  readonly experiment: string;
  readonly model?: string | undefined;
}): string[] {
  return ["--experiment", experiment, ...(model === undefined ? [] : ["--model", model])];
}

/** The choices of a run, as every step records them. */
export const stepFields = {
  sampleType: z.string(),
  embedding: z.enum(["small", "large"]),
  experiment: z.string(),
  model: z.string().optional(),
  provider: z.looseObject({ name: z.enum(ANSWERERS) }),
  redact: z.boolean(),
  iMaySend: z.boolean(),
};

/** What step 1 recorded: later steps take their choices from it. */
export const StepConfig = z.strictObject({
  ...stepFields,
  /** The command that collects what the step hands in, "{run}" for the run. */
  next: z.array(z.string()),
});
export type StepConfig = z.infer<typeof StepConfig>;

/** Refuses a step that names other data than the run's first step did. */
export function sameChoice(config: StepConfig, now: Choice, run: string): void {
  for (const key of ["sampleType", "embedding"] as const) {
    if (config[key] === now[key]) continue;
    throw new StudyError(
      "config",
      `run ${run} was started with ${config[key]}, not ${now[key]}; give the same arguments as in step 1`,
    );
  }
}

/** Files, handed in by the script. */
export interface Files {
  text(path: string): Promise<string>;
  /** Undefined where there is no such file. */
  open(path: string): Promise<DataInput | undefined>;
}

/** Everything that the steps of a run share. */
export interface Setup {
  readonly experiment: Experiment;
  readonly source: SampleSource;
  /** The declaration that holds for the rows. */
  readonly dataset: string;
  /** Rows and experiment.yaml, as given. */
  readonly inputs: readonly string[];
  readonly rows: readonly Row[];
  readonly drops: Drops;
  /** The prompt templates by their text. */
  readonly prompts: readonly { readonly name: string; readonly sha256: string }[];
}

/** Reads experiment and rows. Throws StudyError "config" or "dataset"; what is no row is in `drops`. */
export async function setUp(files: Files, { sampleType, embedding, experiment: path, model }: Choice): Promise<Setup> {
  const experiment = parseExperiment(await files.text(path), path, model);
  const source = sampleSource(sampleType, embedding);
  const { input, dataset, file } = await firstThatExists(files, source, sampleType);
  const drops: Drops = new Map();
  const rows: Row[] = [];
  for await (const row of rowsOnly(source.rows(input), drops)) rows.push(row);
  if (rows.length === 0)
    throw new StudyError(
      "dataset",
      `${file} holds no row that can be asked; see its first line and the form it should have in docs/whyfix.md`,
    );
  const keys = [...new Set(Object.values(METHODS).map(({ prompt }) => prompt))].sort();
  const prompts = keys.map((name) => ({ name, sha256: sha256(JSON.stringify(experiment.prompts[name])) }));
  return { experiment, source, dataset, inputs: [file, path], rows, drops, prompts };
}

async function firstThatExists(
  files: Files,
  { candidates }: SampleSource,
  sampleType: string,
): Promise<{ input: DataInput; dataset: string; file: string }> {
  for (const { dataset, file } of candidates) {
    const input = await files.open(file);
    if (input) return { input, dataset, file };
  }
  const names = candidates.map(({ file }) => file).join(" nor ");
  throw new StudyError(
    "dataset",
    `SAMPLE_TYPE '${sampleType}' needs ${names}, which does not exist; put the prepared rows there`,
  );
}

/**
 * What a person should know of the rows before they are asked: where they come from, and why some were left out. Throws
 * StudyError "dataset" where the bundled sample would stand in for a missing file before a real provider.
 */
export function rowNotices({ inputs, rows, drops, dataset, source }: Setup, provider: string): string[] {
  const [wanted] = source.candidates;
  const standsIn = dataset === "sample" && wanted?.dataset !== "sample";
  if (standsIn && provider !== "offline") {
    throw new StudyError(
      "dataset",
      `${wanted?.file} does not exist; put the prepared rows there, or name the bundled sample (sample-longman, sample-fce)`,
    );
  }
  const first = standsIn ? `${wanted?.file} does not exist: the bundled sample stands in; ` : "";
  return [`${first}${rows.length} rows from ${inputs[0]}`, ...dropSentences(drops)];
}

function dropSentences(drops: Drops): string[] {
  return [...drops].map(
    ([reason, { kind, count, first }]) => `left out: ${count} ${kind}: ${reason} (first at ${first})`,
  );
}
