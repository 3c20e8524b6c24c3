import { StudyError } from "corrigenda/error";
import type { Json, JsonObject } from "corrigenda/json";
import { count, list, record, text } from "./read-json.ts";
import { schemaText } from "./schema-text.ts";
import type { ModelReply, ModelRequest, Usage } from "./types.ts";

/**
 * JSON text of a message's body, in a fixed field order; system messages become the system prompt.
 * @param defaultMaxTokens the service wants a limit on every request: used where the request has none
 * @see https://platform.claude.com/docs/en/api/messages
 */
export function messagesBody(request: ModelRequest, defaultMaxTokens: number): string {
  const system = request.messages.filter((message) => message.role === "system").map((message) => message.content);
  const body = JSON.stringify({
    model: request.model,
    max_tokens: request.maxOutputTokens ?? defaultMaxTokens,
    system: system.length > 0 ? system.join("\n\n") : undefined,
    messages: request.messages
      .filter((message) => message.role !== "system")
      .map(({ role, content }) => ({ role, content })),
    temperature: request.temperature,
  });
  const config = outputConfig(request);
  return config === "" ? body : `${body.slice(0, -1)},"output_config":{${config}}}`;
}

function outputConfig(request: ModelRequest): string {
  const parts: string[] = [];
  if (request.effort) parts.push(`"effort":"${request.effort}"`);
  if (request.schema) parts.push(`"format":{"type":"json_schema","schema":${titled(request.schema)}}`);
  return parts.join(",");
}

/** This wire has no field for a schema's name: the title carries it. */
function titled({ name, schema }: NonNullable<ModelRequest["schema"]>): string {
  const written = schemaText(schema);
  if (schema.title !== undefined || written === "{}") return written;
  return `{"title":${JSON.stringify(name)},${written.slice(1)}`;
}

export function decodeMessage(body: Json): ModelReply {
  const fields = record(body);
  if (!Array.isArray(fields.content)) throw new StudyError("reply", "the reply is not a message: it has no content");
  const id = text(fields.id);
  return {
    text: list(fields.content)
      .map(record)
      .filter((block) => block.type === "text")
      .map((block) => text(block.text) ?? "")
      .join(""),
    model: text(fields.model) ?? "",
    finish: FINISH[text(fields.stop_reason) ?? ""] ?? "other",
    usage: usage(record(fields.usage)),
    ...(id !== undefined && { id }),
  };
}

const FINISH: Readonly<Record<string, ModelReply["finish"]>> = {
  end_turn: "stop",
  stop_sequence: "stop",
  max_tokens: "length",
  model_context_window_exceeded: "length",
  refusal: "refusal",
};

/** Anthropic counts cached tokens beside `input_tokens`; here `input` includes them, as everywhere else. */
function usage(fields: JsonObject): Usage {
  const cached = count(fields.cache_read_input_tokens);
  const cacheWrite = count(fields.cache_creation_input_tokens);
  return {
    input: count(fields.input_tokens) + cached + cacheWrite,
    cached,
    cacheWrite,
    output: count(fields.output_tokens),
    reasoning: count(record(fields.output_tokens_details).thinking_tokens),
  };
}
