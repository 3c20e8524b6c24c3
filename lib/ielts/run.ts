import type {
  Asker,
  copyFile,
  parentOf,
  readTable,
  StageSpec,
  tableStage,
  textLines,
  writeLines,
} from "corrigenda/engine";
import type { Disk } from "corrigenda/files";
import type { JsonObject } from "corrigenda/json";
import type { TrainingPrice } from "corrigenda/provider";
import type { StageResult } from "corrigenda/results";
import type { Tokenizer } from "corrigenda/text";
import type { Example } from "./example.ts";
import { type FileIo, makeFiles } from "./files.ts";
import { EXAMPLE_TOKENS } from "./finetune-run.ts";
import { type Metadata, metadataOf, summaryLines } from "./metadata.ts";
import { nextSteps } from "./next.ts";
import { examplesOf, MappedLine, mappedRows, type SourceRows, skippedOf } from "./pipeline.ts";
import { OUTPUT_DIR, type PrepareFlags, shareMetrics } from "./prepare.ts";
import { EVIDENCE_TOKENS, evidencePrompt } from "./prompts.ts";
import { EvidenceLine, evidenceLine, finished, firstItems, secondItems } from "./tables.ts";

/** What the script hands in: the engine's functions that touch files and services. */
export interface Effects {
  readonly copyFile: typeof copyFile;
  readonly parentOf: typeof parentOf;
  readonly readTable: typeof readTable;
  readonly tableStage: typeof tableStage;
  readonly textLines: typeof textLines;
  readonly writeLines: typeof writeLines;
}

export interface PrepareRun {
  readonly flags: PrepareFlags;
  readonly source: SourceRows;
  readonly revision: string | undefined;
  readonly asker: Asker;
  readonly spec: Omit<StageSpec, "stage">;
  /** Who gives the evidence. */
  readonly model: string;
  /** Of the model that will be tuned. */
  readonly tuned: {
    readonly price: TrainingPrice;
    tokenizer(): Promise<Tokenizer>;
  };
}

/** Below a run's folder. */
const FILES = "finetuning_data";

/** The stages of a run, each kept: rows, evidence, evidence-again (for what came to nothing), files. */
export async function prepareRun(effects: Effects, run: PrepareRun): Promise<void> {
  const { asker, spec, source, flags } = run;
  const { root } = asker;
  const { tables, at } = tablesOf(effects, root, spec);
  const rows = { ...spec, stage: "rows" };
  await effects.tableStage({ ...asker, spec: rows }, async ({ path }) => {
    const options = { ...flags, trustEvaluation: flags.criteriaFromEvaluation };
    await effects.writeLines(root, path("rows.jsonl"), () => jsonLines(mappedRows(source, options)));
    return { outputs: ["rows.jsonl"] };
  });
  const round = { prompt: evidencePrompt(run.model), output: EVIDENCE_TOKENS, lines: evidenceLines };
  const first = { ...spec, stage: "evidence", parents: [await effects.parentOf(root, rows)] };
  const replies = (stage: string): AsyncGenerator<EvidenceLine> =>
    effects.readTable(root, at(`${stage}/${stage}.jsonl`), EvidenceLine);
  const metrics = (stage: string) => () => replyMetrics(replies(stage), asker.provider);
  const firstRows = () => firstItems(tables.examples());
  await asker.ask(first, { ...round, rows: firstRows, metrics: metrics("evidence") });
  const second = { ...spec, stage: "evidence-again", parents: [await effects.parentOf(root, first)] };
  const secondRows = () => secondItems(tables.examples(), replies("evidence"));
  await asker.ask(second, { ...round, rows: secondRows, metrics: metrics("evidence-again") });
  const files = { ...spec, stage: "files", parents: [await effects.parentOf(root, second)] };
  const all = () => finished(tables.examples(), replies("evidence"), replies("evidence-again"));
  await effects.tableStage({ ...asker, spec: files }, () =>
    filesStage(effects, run, { finished: all, skipped: () => skippedOf(tables.mapped()) }),
  );
}

async function filesStage(
  effects: Effects,
  { asker, flags, spec, tuned, model, revision }: PrepareRun,
  rows: Parameters<typeof makeFiles>[1],
): Promise<StageResult> {
  const { root, provider, isMock: mock } = asker;
  const { at } = tablesOf(effects, root, spec);
  const io: FileIo = {
    write: (file, lines) => effects.writeLines(root, at(file), lines),
    lines: (file) => effects.textLines(root, at(file)),
  };
  const { target, seed, validationRatio: ratio } = flags;
  const options = { folder: FILES, table: "files/examples.jsonl", target, seed, ratio, contextTokens: EXAMPLE_TOKENS };
  const made = await makeFiles(io, rows, { ...options, tokenizer: await tuned.tokenizer() });
  const metadata = metadataOf(flags, { provider, mock, model, revision }, made, tuned.price);
  await root.write(at(`${FILES}/metadata.json`), `${JSON.stringify(metadata, null, 2)}\n`);
  const kept = metadata.total_examples;
  const rejected = Object.values(made.statistics.rejected).reduce((sum, count) => sum + count, 0);
  return {
    outputs: ["examples.jsonl"],
    exports: [...made.names, "metadata.json"].map((name) => `${FILES}/${name}`),
    counts: { done: kept, failed: rejected },
    metrics: shareMetrics("rows that became examples", kept, kept + rejected, provider),
  };
}

/** Where the files lie: in the run's folder, or, where --output-dir names one, copied there too. */
export async function deliver(
  effects: Effects,
  { asker: { root }, spec, flags }: PrepareRun,
  disk: Disk,
): Promise<{ readonly folder: string; readonly metadata: Metadata }> {
  const { at, json } = tablesOf(effects, root, spec);
  const metadata = (await json(`${FILES}/metadata.json`)) as unknown as Metadata;
  if (flags.outputDir === OUTPUT_DIR) return { folder: root.resolve(at(FILES)), metadata };
  for (const name of ["train.jsonl", "validation.jsonl", "rejected.jsonl", "metadata.json"]) {
    const isThere = (await root.size(at(`${FILES}/${name}`))) !== undefined;
    if (isThere) await effects.copyFile(root, at(`${FILES}/${name}`), disk, `${flags.outputDir}/${name}`);
    else await disk.remove(`${flags.outputDir}/${name}`);
  }
  return { folder: flags.outputDir, metadata };
}

/** The last lines on the terminal: what there is, what it costs, what to do next. */
export function closingLines(
  { folder, metadata }: { readonly folder: string; readonly metadata: Metadata },
  { results, iMaySend }: { readonly results: string; readonly iMaySend: boolean },
): string[] {
  const { target, provider } = metadata;
  return [
    ...summaryLines(metadata),
    `files: ${folder}`,
    `check: npx zx scripts/ielts/check.ts ${folder}`,
    "next:",
    ...nextSteps({ folder, target, isOffline: provider === "offline", results, iMaySend }),
  ];
}

function tablesOf(effects: Effects, root: Disk, { study, run }: Omit<StageSpec, "stage">) {
  const at = (path: string): string => `${study}/${run}/${path}`;
  const mapped = () => effects.readTable(root, at("rows/rows.jsonl"), MappedLine);
  const json = async (path: string): Promise<JsonObject> => {
    const lines: string[] = [];
    for await (const line of effects.textLines(root, at(path))) lines.push(line);
    return JSON.parse(lines.join("\n")) as JsonObject;
  };
  return { at, json, tables: { mapped, examples: (): AsyncGenerator<Example> => examplesOf(mapped()) } };
}

async function* jsonLines(values: AsyncIterable<object>): AsyncGenerator<string> {
  for await (const value of values) yield JSON.stringify(value);
}

async function* evidenceLines(outcomes: AsyncIterable<Parameters<typeof evidenceLine>[0]>): AsyncGenerator<string> {
  for await (const outcome of outcomes) yield JSON.stringify(evidenceLine(outcome));
}

async function replyMetrics(lines: AsyncIterable<EvidenceLine>, provider: string) {
  const counts = { ok: 0, n: 0 };
  for await (const { ok } of lines) {
    counts.n += 1;
    if (ok) counts.ok += 1;
  }
  return shareMetrics("replies that are evidence", counts.ok, counts.n, provider);
}
