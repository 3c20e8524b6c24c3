import { StudyError } from "corrigenda/error";
import { parseJson } from "corrigenda/json";
import { z } from "zod";
import type { Process } from "./names.ts";

const text = z.string();
const maybe = z.string().nullable();
const page = z.number().int().nonnegative();

/** output/text/<doc>.json and output/raw_text/<doc>.json: the pages' texts by their number from 1. */
export const TextFile = z.strictObject({ source: text, pages: z.record(z.string().regex(/^\d+$/), text) });
export type TextFile = z.infer<typeof TextFile>;

const extracted = {
  raw_name: text,
  harmonized_name: maybe,
  acronym: maybe,
  context: maybe,
  specificity: maybe,
  relevance: maybe,
  producer: maybe,
  data_type: maybe,
};
const ExtractedEntry = z.strictObject({ ...extracted, sent: maybe });
/** What the judge left out of its reply stands in the source's files as the extraction had it. */
const JudgedEntry = z.strictObject({
  ...extracted,
  year: maybe.optional(),
  valid: z.boolean().optional(),
  invalid_reason: maybe.optional(),
  sent: maybe,
});
const ReasonedEntry = z.strictObject({
  raw_name: text,
  harmonized_name: maybe,
  acronym: maybe,
  producer: maybe,
  year: maybe,
  specificity: maybe,
  context: maybe,
  valid: z.boolean(),
  invalid_reason: maybe,
});

function pagesOf<T extends z.ZodType>(entry: T) {
  const mention = z.strictObject({ mentioned_in: text, datasets: z.array(entry) });
  return z.strictObject({ page, dataset_used: z.boolean(), data_mentions: z.array(mention) });
}

/** extraction_outputs/extraction/<doc>.json */
export const ExtractionFile = z.strictObject({ source: text, pages: z.array(pagesOf(ExtractedEntry)) });
export type ExtractionFile = z.infer<typeof ExtractionFile>;

/** extraction_outputs/judge/<doc>.json */
export const JudgeFile = z.strictObject({ source: text, pages: z.array(pagesOf(JudgedEntry)) });
export type JudgeFile = z.infer<typeof JudgeFile>;

const ReasonedMention = z.strictObject({
  mentioned_in: text,
  page,
  dataset_used: z.boolean(),
  datasets: z.array(ReasonedEntry),
});

/** extraction_outputs/reasoning/<doc>.json: an entry of `pages` for each group of sentences. */
export const ReasoningFile = z.strictObject({
  source: text,
  pages: z.array(z.strictObject({ data_mentions: z.array(ReasonedMention) })),
});
export type ReasoningFile = z.infer<typeof ReasoningFile>;

export const OUTPUT_FILES = { extraction: ExtractionFile, judge: JudgeFile, reasoning: ReasoningFile } as const;

/** Reads a file of the source's shape. Throws StudyError "dataset" that names file and place. */
export function readSourceFile<T>(content: string, file: string, schema: z.ZodType<T>): T {
  const json = parseJson(content);
  if (json === undefined) throw new StudyError("dataset", `${file} is not JSON; restore it or leave it out`);
  const read = schema.safeParse(json);
  if (read.success) return read.data;
  const issue = read.error.issues[0];
  throw new StudyError(
    "dataset",
    `${file}: ${issue?.path.join(".") || "the file"}: ${issue?.message}; docs/labeling.md shows the form`,
    { cause: read.error },
  );
}

/** Writes a file as the source does: four spaces, ASCII only, a newline at its end. */
export function writeSourceFile(value: TextFile | z.infer<(typeof OUTPUT_FILES)[Process]>): string {
  const ascii = JSON.stringify(value, null, 4).replace(
    /[\u007f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  return `${ascii}\n`;
}
