import type { StudyError } from "corrigenda/error";
import type { Outcome, Usage } from "corrigenda/provider";
import { z } from "zod";
import { formatId, type ParsedId, parseId } from "./cell.ts";
import type { Experiment } from "./experiment.ts";
import { findLevel, type Levels } from "./levels.ts";
import type { Answer } from "./parse.ts";
import type { WhyfixItem } from "./prompts.ts";
import type { Blocked } from "./steps.ts";
import { inputText } from "./values.ts";

const Tokens = z.object({ input: z.number(), cached: z.number(), output: z.number(), reasoning: z.number() });

/**
 * One answer or failure with every parameter of its request: a line of structured_api_data_*.jsonl. The original
 * study's lines do not say who answered at what cost: read, they say "unknown" and null.
 */
export const StructuredRecord = z.object({
  original_custom_id: z.string().nullable(),
  dataset: z.string().optional(),
  sample_size: z.enum(["full", "30_samples"]).optional(),
  data_index: z.number().optional(),
  method: z.string().optional(),
  model_type: z.string().optional(),
  /** Null for reasoning models, which take an effort. */
  model_temperature: z.number().nullable().optional(),
  effort: z.string().nullable().optional(),
  input_type: z.string().optional(),
  model_role_setting: z.string().optional(),
  output_length: z.string().optional(),
  /** The answer's fields, or {error, reason}. */
  content_payload: z.record(z.string(), z.json()),
  /** What is odd about an answer that was kept. */
  notes: z.array(z.string()).default([]),
  formatted_sentence: z.string().optional(),
  custom_id_parsing_error: z.string().optional(),
  raw_custom_id_parts: z.array(z.string()).optional(),
  provider: z.string().default("unknown"),
  /** The model that answered, as the service names it; null where there is no reply. */
  returned_model: z.string().nullable().default(null),
  /** Null where the cost is not known. */
  usd: z.number().nullable().default(null),
  tokens: Tokens.nullable().default(null),
});
export type StructuredRecord = z.infer<typeof StructuredRecord>;

/** True for an answer, false for a failure. */
export function hasAnswer(record: StructuredRecord): boolean {
  return record.content_payload.error === undefined;
}

export interface RecordContext {
  readonly experiment: Experiment;
  /** Name of the provider, for the records. */
  readonly provider: string;
}

/** The record of an outcome. */
export function structuredRecord(context: RecordContext, outcome: Outcome<WhyfixItem, Answer>): StructuredRecord {
  const { row, cell } = outcome.row;
  const reply = outcome.reply;
  return {
    ...idFields(context.experiment.levels, outcome.id),
    content_payload: outcome.ok ? { ...outcome.value.payload } : failure(outcome.error),
    notes: outcome.ok ? [...outcome.value.notes] : [],
    formatted_sentence: inputText(row, cell.input, "marked"),
    provider: context.provider,
    returned_model: reply?.model ?? null,
    usd: outcome.usd,
    tokens: reply === undefined ? null : tokensOf(reply.usage),
  };
}

/** The record of a row that could not be asked: the answers it builds on are missing. */
export function blockedRecord(context: RecordContext, { cell, row, missing }: Blocked): StructuredRecord {
  const error = `not asked: ${missing.join(" and ")} ${missing.length > 1 ? "have" : "has"} no answer`;
  return {
    ...idFields(context.experiment.levels, formatId(cell, row.index)),
    content_payload: { error, reason: "no knowledge" },
    notes: [],
    formatted_sentence: inputText(row, cell.input, "marked"),
    provider: context.provider,
    returned_model: null,
    usd: 0,
    tokens: null,
  };
}

/** What Cause and Acad matched, by custom_id: the input of step 3. */
export function matchedById(records: Iterable<StructuredRecord>): Map<string, readonly string[]> {
  const matched = new Map<string, readonly string[]>();
  for (const { original_custom_id, content_payload } of records) {
    const items = content_payload.matched;
    if (original_custom_id !== null && Array.isArray(items)) matched.set(original_custom_id, items.map(String));
  }
  return matched;
}

export type IdFields = Pick<
  StructuredRecord,
  | "original_custom_id"
  | "dataset"
  | "sample_size"
  | "data_index"
  | "method"
  | "model_type"
  | "model_temperature"
  | "effort"
  | "input_type"
  | "model_role_setting"
  | "output_length"
  | "custom_id_parsing_error"
  | "raw_custom_id_parts"
>;

/** The fields of a record that its custom_id holds. */
export function idFields(levels: Levels, id: string, parsed: ParsedId = parseId(levels, id)): IdFields {
  if (!parsed.ok) {
    const { custom_id_parsing_error, raw_custom_id_parts } = parsed;
    return { original_custom_id: id, custom_id_parsing_error, raw_custom_id_parts: [...raw_custom_id_parts] };
  }
  const { cell, index } = parsed;
  return {
    original_custom_id: id,
    dataset: nameOf(levels.dataset, cell.dataset),
    sample_size: cell.sample_size === "fu" ? "full" : "30_samples",
    data_index: index,
    method: nameOf(levels.method, cell.method),
    model_type: nameOf(levels.model, cell.model),
    model_temperature: levels.temp.find(({ code }) => code === cell.temp)?.value ?? null,
    effort: levels.effort.find(({ code }) => code === cell.temp)?.value ?? null,
    input_type: nameOf(levels.input, cell.input),
    model_role_setting: nameOf(levels.role, cell.role),
    output_length: nameOf(levels.length, cell.length),
  };
}

/** What results say of a failure: the sentence, and one word to count by. Never the reply's text. */
export function failure(error: StudyError): { error: string; reason: string } {
  const { reason, status } = error.facts;
  return {
    error: error.message,
    reason: typeof reason === "string" ? reason : status === undefined ? error.code : `status ${status}`,
  };
}

export function tokensOf({ input, cached, output, reasoning }: Usage): z.infer<typeof Tokens> {
  return { input, cached, output, reasoning };
}

function nameOf(levels: Levels[keyof Levels], code: string): string {
  return findLevel<Levels[keyof Levels][number]>(levels, code)?.name ?? code;
}
