import { contentHash, type Json, sha256 } from "corrigenda/json";
import { ANSWERERS } from "corrigenda/text";
import { z } from "zod";
import { LabelingConfig } from "./config.ts";
import type { LabelingItem } from "./items.ts";
import { PROCESSES, type Process } from "./names.ts";
import { type LabelingPrompt, labelingPrompt, systemTexts } from "./prompts.ts";
import { Mention, PageRow } from "./records.ts";
import { extractionItems, laterItems } from "./rows.ts";

/** What a run's first stage recorded: later ones take their choices from it. */
export const LabelingStage = z.strictObject({
  /** The folder of papers. */
  input: z.string(),
  labeling: LabelingConfig,
  provider: z.looseObject({ name: z.enum(ANSWERERS) }),
  redact: z.boolean(),
  iMaySend: z.boolean(),
  /** The command that collects what the stage hands in, "{run}" for the run. */
  next: z.array(z.string()).optional(),
});
export type LabelingStage = z.infer<typeof LabelingStage>;

/** The stage that collects a process's replies. */
export function resultsStage(process: Process): string {
  return `${process}-results`;
}

/** Every stage that a process builds on, the first one first, and the command that makes it. */
export function stagesBefore(process: Process, run: string): { stage: string; command: string }[] {
  const line = (doing: "submit" | "collect", of: Process): string => `npx zx ${commandOf(doing, of, run).join(" ")}`;
  const earlier = PROCESSES.slice(0, PROCESSES.indexOf(process)).flatMap((one) => [
    { stage: one, command: line("submit", one) },
    { stage: resultsStage(one), command: line("collect", one) },
  ]);
  return [{ stage: "text", command: line("submit", "extraction") }, ...earlier];
}

/** The same, and the process itself: what its results build on. */
export function stagesUpTo(process: Process, run: string): { stage: string; command: string }[] {
  const own = { stage: process, command: `npx zx ${commandOf("submit", process, run).join(" ")}` };
  return [...stagesBefore(process, run), own];
}

export function processAfter(process: Process): Process | undefined {
  return PROCESSES[PROCESSES.indexOf(process) + 1];
}

/** The name of a run that was given none: of its config alone, so that later commands find it. */
export function defaultRun(config: LabelingConfig): string {
  return `labeling-${contentHash(JSON.parse(JSON.stringify(config)) as Json).slice(0, 8)}`;
}

/** The declaration that holds for the papers of a folder. */
export function datasetOf(input: string): "papers" | "sample-papers" {
  return input.replace(/\/+$/, "") === "data/sample/papers" ? "sample-papers" : "papers";
}

/** Where files with the source's names go. @param run the run's folder */
export function exportFolder({ OUTPUT_DIR }: LabelingConfig, run: string): string {
  return OUTPUT_DIR ?? `${run}/export`;
}

/** The instructions of the three processes by their text. */
export function promptHashes(config: LabelingConfig): { name: Process; sha256: string }[] {
  const texts = systemTexts(config);
  return PROCESSES.map((name) => ({ name, sha256: sha256(texts[name]) }));
}

/** A stage's config as it is recorded: plain JSON, without what is not set. */
export function stageConfig(config: LabelingStage, provider: Json): Json {
  return JSON.parse(JSON.stringify({ ...config, provider })) as Json;
}

/** What hands a process in, and what collects it: the words after "npx zx". */
export function commandOf(doing: "submit" | "collect", process: Process, run: string): string[] {
  const script = doing === "submit" ? "scripts/labeling/run-batch.ts" : "scripts/labeling/retrieve-results.ts";
  return [script, "--process", process, "--run", run];
}

/** The tables that processes read, each from its start. */
export interface Tables {
  /** text/pages.jsonl */
  pages(): AsyncIterable<PageRow>;
  /** mentions.jsonl of the stage before. */
  mentions(): AsyncIterable<Mention>;
}

/** What a process asks. */
export interface LabelingQuestion {
  readonly prompt: LabelingPrompt;
  readonly rows: () => AsyncIterable<LabelingItem>;
  readonly output: { readonly low: number; readonly mean: number; readonly high: number };
  readonly maxRequests: number;
}

/** Tokens of a reply, for estimates. */
const OUTPUT_TOKENS: Readonly<Record<Process, LabelingQuestion["output"]>> = {
  extraction: { low: 20, mean: 350, high: 3_000 },
  judge: { low: 80, mean: 350, high: 2_500 },
  reasoning: { low: 500, mean: 1_100, high: 3_000 },
};

/** The tables as they lie below results/. @param read a JSONL table there, checked */
export function tablesOf(process: Process, run: string, read: TableReader): Tables {
  const before = PROCESSES[PROCESSES.indexOf(process) - 1] ?? "extraction";
  return {
    pages: () => read(`labeling/${run}/text/pages.jsonl`, PageRow),
    mentions: () => read(`labeling/${run}/${resultsStage(before)}/mentions.jsonl`, Mention),
  };
}

export type TableReader = <T>(path: string, schema: z.ZodType<T>) => AsyncIterable<T>;

export function labelingQuestion(process: Process, config: LabelingConfig, tables: Tables): LabelingQuestion {
  return {
    prompt: labelingPrompt(config),
    rows: () =>
      process === "extraction"
        ? extractionItems(tables.pages())
        : laterItems(process, tables.mentions(), config.REASONING_INPUT),
    output: OUTPUT_TOKENS[process],
    maxRequests: config.MAX_REQUESTS_PER_BATCH,
  };
}

/** What the replies that a stage collects were asked; undefined where it collects none. */
export function resultsQuestion(
  stage: string,
  config: LabelingConfig,
  run: string,
  read: TableReader,
): LabelingQuestion | undefined {
  const process = PROCESSES.find((one) => resultsStage(one) === stage);
  return process && labelingQuestion(process, config, tablesOf(process, run, read));
}
