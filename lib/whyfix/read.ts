import { isStudyError, StudyError } from "corrigenda/error";
import type { JsonlLine } from "corrigenda/files";
import type { JsonObject } from "corrigenda/json";
import { z } from "zod";
import { type Cell, type ParsedId, parseId } from "./cell.ts";
import type { Row } from "./data/index.ts";
import { METHODS } from "./methods.ts";
import { type Answer, parseAnswer } from "./parse.ts";
import { failure, idFields, type RecordContext, type StructuredRecord } from "./record.ts";
import { inputText } from "./values.ts";

/** Where results come from, for what the lines alone do not say. */
export interface ResultSource extends RecordContext {
  /**
   * The group's name, the folder of batchResult.jsonl. The original study gave causes, features and explanations one
   * method code, L2: only this name tells them apart.
   */
  readonly group?: string;
  readonly rowOf?: (dataset: string, index: number) => Row | undefined;
}

const ResultLine = z.object({
  custom_id: z.string().nullish(),
  response: z.object({ status_code: z.number().nullish(), body: z.unknown() }).nullish(),
  error: z.object({ code: z.string().nullish(), message: z.string().nullish() }).nullish(),
});

const ResponseBody = z.object({
  model: z.string().nullish(),
  status: z.string().nullish(),
  output: z.array(
    z.object({
      type: z.string(),
      content: z.array(z.object({ type: z.string(), text: z.string().optional() })).optional(),
    }),
  ),
  usage: z
    .object({
      input_tokens: z.number(),
      output_tokens: z.number(),
      input_tokens_details: z.object({ cached_tokens: z.number() }).partial().optional(),
      output_tokens_details: z.object({ reasoning_tokens: z.number() }).partial().optional(),
    })
    .nullish(),
});
type ResponseBody = z.infer<typeof ResponseBody>;

/** Reads a line of batchResult.jsonl (/v1/responses). Never throws: what cannot be read is a record with its error. */
export function readResultLine(source: ResultSource, line: JsonlLine): StructuredRecord {
  const read = ResultLine.safeParse(line.value);
  if (!read.success) return nameless(source, `line ${line.line} is not a result line`);
  const { custom_id: id } = read.data;
  if (id === null || id === undefined) return nameless(source, `line ${line.line} has no custom_id`);
  const parsed = withOwnMethod(parseId(source.experiment.levels, id), source.group);
  const body = ResponseBody.safeParse(read.data.response?.body);
  return {
    ...idFields(source.experiment.levels, id, parsed),
    ...content(source, id, parsed, () => replyOf(id, read.data, body.data)),
    ...sentence(source, parsed),
    provider: source.provider,
    returned_model: body.data?.model ?? null,
    usd: null,
    tokens: body.data === undefined ? null : usageOf(body.data),
  };
}

function nameless({ provider }: ResultSource, error: string): StructuredRecord {
  const content_payload = { error, reason: "malformed line" };
  return {
    original_custom_id: null,
    custom_id_parsing_error: error,
    content_payload,
    notes: [],
    provider,
    returned_model: null,
    usd: null,
    tokens: null,
  };
}

function withOwnMethod(parsed: ParsedId, group = ""): ParsedId {
  if (!parsed.ok || parsed.cell.method !== "L2") return parsed;
  const method = group.startsWith("ragL2_causes")
    ? "Cause"
    : group.startsWith("ragL2_academic_writing")
      ? "Acad"
      : "L2";
  return { ...parsed, cell: { ...parsed.cell, method } };
}

type Content = Pick<StructuredRecord, "content_payload" | "notes">;

function content(
  source: ResultSource,
  id: string,
  parsed: ParsedId,
  reply: () => Parameters<typeof parseAnswer>[0],
): Content {
  try {
    if (!parsed.ok) throw new StudyError("reply", parsed.custom_id_parsing_error, { facts: { reason: "custom_id" } });
    const answer: Answer = parseAnswer(reply(), { ...expected(source, parsed.cell), id });
    return { content_payload: { ...answer.payload }, notes: [...answer.notes] };
  } catch (error) {
    if (!isStudyError(error)) throw error;
    return { content_payload: failure(error), notes: [] };
  }
}

function expected(
  { experiment }: ResultSource,
  { method }: Cell,
): Pick<Parameters<typeof parseAnswer>[1], "kind" | "list"> {
  const { causes, academic_writing } = experiment.lists;
  return { kind: METHODS[method].kind, list: method === "Cause" ? causes : method === "Acad" ? academic_writing : [] };
}

/** The message among the outputs: reasoning models put their reasoning first. */
function replyOf(
  id: string,
  line: z.infer<typeof ResultLine>,
  body: ResponseBody | undefined,
): Parameters<typeof parseAnswer>[0] {
  const status = line.response?.status_code;
  if (status !== 200) {
    const why = line.error?.code ?? (status === undefined || status === null ? "no response" : `status ${status}`);
    throw new StudyError("provider", `${id}: the service did not answer (${why})`, { facts: { id, reason: why } });
  }
  const contents = body?.output.filter(({ type }) => type === "message").flatMap((item) => item.content ?? []) ?? [];
  if (contents.some(({ type }) => type === "refusal")) return { text: "", finish: "refusal" };
  const text = contents.flatMap((part) => (part.type === "output_text" ? [part.text ?? ""] : [])).join("");
  return { text, finish: body?.status === "incomplete" ? "length" : "stop" };
}

function sentence({ rowOf }: ResultSource, parsed: ParsedId): Pick<StructuredRecord, "formatted_sentence"> {
  const row = parsed.ok ? rowOf?.(parsed.cell.dataset, parsed.index) : undefined;
  return row === undefined || !parsed.ok ? {} : { formatted_sentence: inputText(row, parsed.cell.input, "marked") };
}

function usageOf({ usage }: ResponseBody): StructuredRecord["tokens"] {
  if (usage === undefined || usage === null) return null;
  return {
    input: usage.input_tokens,
    cached: usage.input_tokens_details?.cached_tokens ?? 0,
    output: usage.output_tokens,
    reasoning: usage.output_tokens_details?.reasoning_tokens ?? 0,
  };
}

/**
 * A reply as the store keeps it (a batch's result line, or {status, request_id, body} of an online call) as a line of
 * batchResult.jsonl, under the custom_id of one of the rows it answers.
 */
export function resultLine(id: string, raw: JsonObject): string {
  if (raw.body === undefined) return JSON.stringify({ ...raw, custom_id: id });
  const response = { status_code: raw.status, request_id: raw.request_id, body: raw.body };
  return JSON.stringify({ id: raw.request_id, custom_id: id, response, error: null });
}
