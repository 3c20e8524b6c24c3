import { StudyError } from "corrigenda/error";
import type { Json, JsonObject } from "corrigenda/json";
import { count, list, record, text } from "./read-json.ts";
import { schemaText } from "./schema-text.ts";
import type { ModelReply, ModelRequest, Usage } from "./types.ts";

/** Servers older than `max_completion_tokens` know `max_tokens` only. */
export type LimitField = "max_completion_tokens" | "max_tokens";

/**
 * JSON text of a chat completion's body, in a fixed field order. The schema comes last, so that its text is spliced in
 * instead of being written again for each request.
 * @see https://platform.openai.com/docs/api-reference/chat/create
 */
export function chatBody(request: ModelRequest, limitField: LimitField = "max_completion_tokens"): string {
  const body = JSON.stringify({
    model: request.model,
    messages: request.messages.map(({ role, content }) => ({ role, content })),
    temperature: request.temperature,
    reasoning_effort: request.effort,
    [limitField]: request.maxOutputTokens,
  });
  if (!request.schema) return body;
  const { name, schema } = request.schema;
  const format = `{"name":${JSON.stringify(name)},"strict":true,"schema":${schemaText(schema)}}`;
  return `${body.slice(0, -1)},"response_format":{"type":"json_schema","json_schema":${format}}}`;
}

/** JSON text of a response's body. @see https://platform.openai.com/docs/api-reference/responses/create */
export function responsesBody(request: ModelRequest): string {
  const body = JSON.stringify({
    model: request.model,
    input: request.messages.map(({ role, content }) => ({ role, content })),
    temperature: request.temperature,
    reasoning: request.effort && { effort: request.effort },
    max_output_tokens: request.maxOutputTokens,
    store: false, // learners' texts are not to be kept by the service
  });
  if (!request.schema) return body;
  const { name, schema } = request.schema;
  const format = `{"type":"json_schema","name":${JSON.stringify(name)},"strict":true,"schema":${schemaText(schema)}}`;
  return `${body.slice(0, -1)},"text":{"format":${format}}}`;
}

/** Reads the body of either format. */
export function decodeOpenAi(body: Json): ModelReply {
  const fields = record(body);
  if (Array.isArray(fields.choices)) return decodeChat(fields);
  if (Array.isArray(fields.output)) return decodeResponse(fields);
  throw new StudyError(
    "reply",
    "the reply is neither a chat completion nor a response: it has no choices and no output",
  );
}

function decodeChat(body: JsonObject): ModelReply {
  const choice = record(list(body.choices)[0]);
  const message = record(choice.message);
  const content = text(message.content);
  const refusal = text(message.refusal);
  if (content === undefined && refusal === undefined && choice.finish_reason === undefined)
    throw new StudyError("reply", "the chat completion has no message in choices[0]");
  const finish = text(choice.finish_reason);
  return {
    text: refusal ?? content ?? "",
    finish: refusal !== undefined ? "refusal" : (CHAT_FINISH[finish ?? ""] ?? "other"),
    ...identity(body),
    usage: usage(body.usage, "prompt", "completion"),
  };
}

const CHAT_FINISH: Readonly<Record<string, ModelReply["finish"]>> = {
  stop: "stop",
  length: "length",
  content_filter: "refusal",
};

function decodeResponse(body: JsonObject): ModelReply {
  if (body.status === "failed" || body.status === "cancelled") {
    const code = text(record(body.error).code) ?? "no code";
    throw new StudyError("reply", `the response ended as ${body.status} (${code})`, { facts: { responseCode: code } });
  }
  // A reasoning item may come first: the answer is in the items of type message.
  const parts = list(body.output)
    .map(record)
    .filter((item) => item.type === "message")
    .flatMap((item) => list(item.content).map(record));
  const refusal = parts.find((part) => part.type === "refusal");
  if (parts.length === 0 && body.status === "completed")
    throw new StudyError("reply", "the response is completed but its output has no message");
  const answer = parts.filter((part) => part.type === "output_text").map((part) => text(part.text) ?? "");
  return {
    text: refusal ? (text(refusal.refusal) ?? "") : answer.join(""),
    finish: refusal ? "refusal" : responseFinish(body),
    ...identity(body),
    usage: usage(body.usage, "input", "output"),
  };
}

function responseFinish(body: JsonObject): ModelReply["finish"] {
  if (body.status === "completed") return "stop";
  const reason = record(body.incomplete_details).reason;
  return reason === "max_output_tokens" ? "length" : reason === "content_filter" ? "refusal" : "other";
}

function identity(body: JsonObject): Pick<ModelReply, "model" | "id" | "fingerprint"> {
  const id = text(body.id);
  const fingerprint = text(body.system_fingerprint);
  return {
    model: text(body.model) ?? "",
    ...(id !== undefined && { id }),
    ...(fingerprint !== undefined && { fingerprint }),
  };
}

function usage(value: Json | undefined, input: "prompt" | "input", output: "completion" | "output"): Usage {
  const fields = record(value);
  return {
    input: count(fields[`${input}_tokens`]),
    cached: count(record(fields[`${input}_tokens_details`]).cached_tokens),
    cacheWrite: 0,
    output: count(fields[`${output}_tokens`]),
    reasoning: count(record(fields[`${output}_tokens_details`]).reasoning_tokens),
  };
}
