import { StudyError } from "corrigenda/error";
import { z } from "zod";
import { type Cells, COLUMNS, Example, type Mapped, mapRow, sampledRows } from "./example.ts";
import type { Rejected } from "./tables.ts";

/** A line of rows.jsonl. */
export const MappedLine = z.discriminatedUnion("ok", [
  z.strictObject({ ok: z.literal(true), example: Example }),
  z.strictObject({ ok: z.literal(false), row: z.number().int(), reason: z.string() }),
]);

/** The dataset's rows, as the loader gives them. */
export interface SourceRows {
  readonly count: number;
  readonly missing: readonly string[];
  rows(): AsyncIterable<Cells>;
}

export interface LoadOptions {
  /** All where absent. */
  readonly numSamples?: number | undefined;
  readonly seed: number;
  readonly trustEvaluation: boolean;
}

/** The sampled rows in the order of the dataset, mapped. */
export async function* mappedRows(source: SourceRows, options: LoadOptions): AsyncGenerator<Mapped> {
  const { numSamples, seed } = options;
  const chosen = sampledRows(source.count, numSamples, seed);
  let row = 0;
  for await (const cells of source.rows()) {
    if (chosen === "all" || chosen.has(row)) yield mapRow(cells, { ...options, row });
    row += 1;
  }
}

export async function* examplesOf(lines: AsyncIterable<Mapped>): AsyncGenerator<Example> {
  for await (const line of lines) if (line.ok) yield line.example;
}

export async function* skippedOf(lines: AsyncIterable<Mapped>): AsyncGenerator<Rejected> {
  for await (const line of lines)
    if (!line.ok)
      yield { row: line.row, reason: line.reason, detail: "the dataset's row was left out when it was read" };
}

/** What to say of columns that the data has not. Throws StudyError "dataset" where that is the essay. */
export function columnWarnings({ missing }: Pick<SourceRows, "missing">): string[] {
  if (missing.includes("essay"))
    throw new StudyError("dataset", `the data has no column "essay"; its columns have to be ${COLUMNS.join(", ")}`);
  return missing.map((column) => `the data has no column "${column}": ${MEANS[column] ?? ""}`);
}

const MEANS: Readonly<Record<string, string>> = {
  prompt: "examples go without a question",
  evaluation: "criterion bands are drawn",
  band: "every row counts as band 5.0",
};
