import type { Column, Detail, TableCell, TableOptions } from "corrigenda/report";
import type { Experiment } from "./experiment.ts";
import { hasAnswer, type StructuredRecord } from "./record.ts";
import type { Exchange, Exchanges } from "./report-exchanges.ts";
import { explanationWords } from "./report-records.ts";
import { count, plural, usdText } from "./report-texts.ts";

const FACTORS = [
  ["model", "model_type"],
  ["input", "input_type"],
  ["length", "output_length"],
] as const;

/** A row per learner error and method, with what was answered. */
export function answerTable(records: readonly StructuredRecord[], experiment: Experiment): TableOptions {
  const varied = FACTORS.filter(([, field]) => new Set(records.map((record) => record[field])).size > 1);
  const columns: Column[] = [
    { key: "row", label: "row" },
    { key: "sentence", label: "learner's sentence", note: "[-learner-]{+editor+}", wide: true },
    { key: "method", label: "method" },
    ...varied.map(([key]) => ({ key, label: key })),
    { key: "words", label: "words" },
    { key: "outcome", label: "outcome" },
    { key: "answer", label: "answer", note: "click for reply and request", wide: true },
    { key: "chinese", label: "Traditional Chinese", wide: true },
  ];
  return {
    id: "answers",
    caption: "Answers by learner error and method",
    columns,
    rows: records.map((record) => ({
      row: record.data_index ?? null,
      sentence: record.formatted_sentence ?? null,
      method: record.method ?? null,
      ...Object.fromEntries(varied.map(([key, field]) => [key, record[field] ?? null])),
      answer: { value: answerText(record), ...detailOf(record) },
      chinese: textOf(record.content_payload.explanation_zh_tw),
      words: explanationWords(record) ?? null,
      outcome: outcomeCell(record, experiment),
    })),
  };
}

/** Every failed record with its reason. */
export function failureTable(records: readonly StructuredRecord[]): TableOptions {
  return {
    id: "failures",
    caption: "Requests without an answer that could be used",
    columns: [
      { key: "id", label: "custom_id", note: "click for reply and request" },
      { key: "method", label: "method" },
      { key: "length", label: "length" },
      { key: "reason", label: "reason" },
      { key: "error", label: "what happened", wide: true },
      { key: "sentence", label: "learner's sentence", wide: true },
    ],
    rows: records.map((record) => ({
      id: { value: record.original_custom_id ?? "unknown", ...detailOf(record) },
      method: record.method ?? null,
      length: record.output_length ?? null,
      reason: { value: textOf(record.content_payload.reason) ?? "unknown", failed: true },
      error: errorText(record),
      sentence: record.formatted_sentence ?? null,
    })),
  };
}

/** Details by custom_id, for both tables. */
export function answerDetails(
  records: Iterable<StructuredRecord>,
  exchanges: Exchanges,
  experiment: Experiment,
): Record<string, Detail> {
  const details: [string, Detail][] = [];
  for (const record of records) {
    const id = record.original_custom_id;
    if (id !== null) details.push([id, detail(record, exchanges.get(id), experiment)]);
  }
  return Object.fromEntries(details);
}

type Field = Detail["fields"][number];

function detail(record: StructuredRecord, exchange: Exchange | undefined, experiment: Experiment): Detail {
  const { data_index, method, tokens } = record;
  const lines: [string, string | number | null | undefined][] = [
    ["model", record.model_type],
    ["model that answered", record.returned_model],
    ["temperature", record.model_temperature],
    ["effort", record.effort],
    ["role", record.model_role_setting],
    ["input", record.input_type],
    ["length", record.output_length],
    ["answer schema", exchange?.request.schema?.name],
    ["tokens in", tokens && ofThese(tokens.input, tokens.cached, "cached")],
    ["tokens out", tokens && ofThese(tokens.output, tokens.reasoning, "reasoning")],
    ["cost", costText(record)],
    ["custom_id", record.original_custom_id],
    ["request key", exchange?.key],
  ];
  const fields = lines.flatMap(([label, value]) => (value === undefined || value === null ? [] : [{ label, value }]));
  return {
    title: `Row ${data_index ?? "unknown"}, ${method ?? "unknown method"}`,
    fields: [
      { label: "sentence", value: record.formatted_sentence ?? "unknown" },
      { label: "outcome", value: outcomeText(record, experiment) },
      replyField(record, exchange),
      requestField(exchange),
      ...fields,
    ],
  };
}

function requestField(exchange: Exchange | undefined): Field {
  if (exchange === undefined) return { label: "request", value: "none: this row was not asked" };
  const { messages } = exchange.request;
  const text = messages
    .map(({ role, content }) => (messages.length > 1 ? `[${role}]\n${content}` : content))
    .join("\n\n");
  return { label: "request", value: text, block: true };
}

function replyField(record: StructuredRecord, exchange: Exchange | undefined): Field {
  if (exchange?.reply !== undefined) return { label: "reply", value: indented(exchange.reply), block: true };
  if (!hasAnswer(record)) return { label: "reply", value: "none was kept" };
  const read = JSON.stringify(record.content_payload, null, 2);
  return { label: "reply as it was read (what was received is no longer in the store)", value: read, block: true };
}

/** JSON on several lines; any other text as it is. */
function indented(reply: string): string {
  try {
    return JSON.stringify(JSON.parse(reply), null, 2);
  } catch {
    return reply; // not JSON: that is what went wrong, and is to be seen
  }
}

function ofThese(all: number, some: number, what: string): string {
  return some > 0 ? `${count(all)}, of these ${count(some)} ${what}` : count(all);
}

function costText({ usd, tokens, provider }: StructuredRecord): string | null {
  if (usd === null) return null;
  if (usd === 0 && tokens !== null)
    return "$0.00: shared with another row, kept from an earlier run, or without a known price";
  return `${usdText(usd)}${provider === "offline" && usd > 0 ? ", simulated" : ""}`;
}

function outcomeCell(record: StructuredRecord, experiment: Experiment): TableCell {
  const value = hasAnswer(record)
    ? outcomeText(record, experiment)
    : (textOf(record.content_payload.reason) ?? "failed");
  return hasAnswer(record) ? value : { value, failed: true };
}

function outcomeText(record: StructuredRecord, { levels }: Experiment): string {
  if (!hasAnswer(record)) return errorText(record);
  const limit = levels.length.find(({ name }) => name === record.output_length)?.words;
  const over = (explanationWords(record) ?? 0) - (limit ?? Number.POSITIVE_INFINITY);
  return ["answered", ...(over > 0 ? [`${plural(over, "word")} over`] : []), ...record.notes].join("; ");
}

/** The error's sentence without the custom_id, which stands beside it. */
function errorText({ content_payload, original_custom_id }: StructuredRecord): string {
  return (textOf(content_payload.error) ?? "unknown error").replace(`${original_custom_id}: `, "");
}

function answerText(record: StructuredRecord): string {
  const { explanation_en, matched } = record.content_payload;
  if (Array.isArray(matched)) return matched.length === 0 ? "nothing of the list matches" : matched.join(" · ");
  return textOf(explanation_en) ?? (hasAnswer(record) ? "no explanation" : errorText(record));
}

function detailOf({ original_custom_id: id }: StructuredRecord): { detail?: string } {
  return id === null ? {} : { detail: id };
}

function textOf(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}
