import type { Json, JsonObject } from "corrigenda/json";
import type { Message } from "corrigenda/provider";
import { isObject, schemaRefusal } from "./schema.ts";
import { isRefusal, type Refusal, refuse } from "./wire.ts";

/** A request's body as the service understands it, whatever its wire format. */
export interface Asked {
  readonly model: string;
  readonly messages: readonly Message[];
  readonly schema?: JsonObject;
  readonly schemaName?: string;
  readonly temperature?: number;
  readonly effort?: string;
  readonly maxTokens?: number;
  /** True for models that think before they answer. */
  readonly reasons: boolean;
}

/** o1, o3-mini, gpt-5, gpt-6-luna … */
export function isReasoningModel(model: string): boolean {
  return /^(o\d|gpt-[5-9])/.test(model);
}

/** Reads a body of /v1/chat/completions. */
export function readChat(body: JsonObject, model: string): Asked | Refusal {
  if (body.max_tokens !== undefined && isReasoningModel(model)) {
    const advice = "Use 'max_completion_tokens' instead.";
    return refuse(
      `Unsupported parameter: 'max_tokens' is not supported with this model. ${advice}`,
      "max_tokens",
      "unsupported_parameter",
    );
  }
  const format = isObject(body.response_format) ? body.response_format : undefined;
  const inner = format?.type === "json_schema" && isObject(format.json_schema) ? format.json_schema : undefined;
  return shared(body, model, {
    messages: readMessages(body.messages, "messages"),
    schema: { at: "response_format.json_schema", asked: format?.type === "json_schema", value: inner },
    effort: { at: "reasoning_effort", value: body.reasoning_effort },
    maxTokens: { at: "max_completion_tokens", value: body.max_completion_tokens ?? body.max_tokens },
  });
}

/** Reads a body of /v1/responses. */
export function readResponses(body: JsonObject, model: string): Asked | Refusal {
  const instructions: Message[] =
    typeof body.instructions === "string" ? [{ role: "system", content: body.instructions }] : [];
  const input =
    typeof body.input === "string"
      ? [{ role: "user", content: body.input } as const]
      : readMessages(body.input, "input");
  const format = isObject(body.text) && isObject(body.text.format) ? body.text.format : undefined;
  const asked = format?.type === "json_schema";
  return shared(body, model, {
    messages: isRefusal(input) ? input : [...instructions, ...input],
    schema: { at: "text.format", asked, value: asked ? format : undefined },
    effort: { at: "reasoning.effort", value: isObject(body.reasoning) ? body.reasoning.effort : undefined },
    maxTokens: { at: "max_output_tokens", value: body.max_output_tokens },
  });
}

interface Parts {
  readonly messages: readonly Message[] | Refusal;
  readonly schema: { readonly at: string; readonly asked: boolean; readonly value: JsonObject | undefined };
  readonly effort: { readonly at: string; readonly value: Json | undefined };
  readonly maxTokens: { readonly at: string; readonly value: Json | undefined };
}

/** The rules that both OpenAI formats share. */
function shared(body: JsonObject, model: string, parts: Parts): Asked | Refusal {
  const { messages, schema, effort, maxTokens } = parts;
  if (isRefusal(messages)) return messages;
  const reasons = isReasoningModel(model);
  if (body.stream === true) return refuse("The offline service does not stream.", "stream", "unsupported_value");
  if (body.n !== undefined && body.n !== 1) return refuse("The offline service gives one choice.", "n");
  const warm = temperatureRefusal(body.temperature, 2, reasons);
  if (warm) return warm;
  if (effort.value !== undefined && effort.value !== null && !reasons) {
    return refuse(
      `Unsupported parameter: '${effort.at}' is not supported with this model.`,
      effort.at,
      "unsupported_parameter",
    );
  }
  if (maxTokens.value !== undefined && maxTokens.value !== null && !isCount(maxTokens.value)) {
    return refuse(`Invalid '${maxTokens.at}': expected an integer above 0.`, maxTokens.at, "invalid_value");
  }
  const strict = schema.asked && schema.value?.strict !== false;
  const wrong = strict ? schemaRefusal(schema.value?.name, schema.value?.schema, schema.at) : undefined;
  if (wrong) return wrong;
  return {
    model,
    messages,
    reasons,
    ...(isObject(schema.value?.schema) && { schema: schema.value.schema }),
    ...(typeof schema.value?.name === "string" && { schemaName: schema.value.name }),
    ...(typeof body.temperature === "number" && { temperature: body.temperature }),
    ...(typeof effort.value === "string" && { effort: effort.value }),
    ...(isCount(maxTokens.value) && { maxTokens: maxTokens.value }),
  };
}

/** Reads a body of /v1/messages. The schema's `title` stands for its name, which this wire does not carry. */
export function readMessagesBody(body: JsonObject, model: string): Asked | Refusal {
  if (!isCount(body.max_tokens)) return refuse("max_tokens: Input should be an integer greater than or equal to 1");
  if (body.stream === true) return refuse("stream: the offline service does not stream");
  const messages = readMessages(body.messages, "messages");
  if (isRefusal(messages)) return messages;
  const warm = temperatureRefusal(body.temperature, 1, false);
  if (warm) return warm;
  const system = body.system === undefined ? "" : textOf(body.system);
  if (system === undefined) return refuse("system: Input should be a string or a list of text blocks");
  const format = isObject(body.output_config) ? body.output_config.format : undefined;
  const schema = isObject(format) && format.type === "json_schema" ? format.schema : undefined;
  if (isObject(schema) && schema.type === "object" && schema.additionalProperties !== false) {
    return refuse("output_config.format.schema: For 'object' type, 'additionalProperties' must be explicitly false");
  }
  return {
    model,
    messages: system === "" ? messages : [{ role: "system", content: system }, ...messages],
    reasons: false,
    maxTokens: body.max_tokens,
    ...(isObject(schema) && { schema }),
    ...(isObject(schema) && typeof schema.title === "string" && { schemaName: schema.title }),
    ...(typeof body.temperature === "number" && { temperature: body.temperature }),
  };
}

function readMessages(value: Json | undefined, param: string): Message[] | Refusal {
  if (!Array.isArray(value) || value.length === 0) {
    return refuse(
      `Invalid '${param}': expected a list with at least one message.`,
      param,
      "missing_required_parameter",
    );
  }
  const messages: Message[] = [];
  for (const [index, item] of (value as readonly Json[]).entries()) {
    const role = isObject(item) ? ROLES[String(item.role)] : undefined;
    const content = isObject(item) ? textOf(item.content) : undefined;
    if (!role || content === undefined) {
      return refuse(`Invalid '${param}[${index}]': expected a role and a content of text.`, `${param}[${index}]`);
    }
    messages.push({ role, content });
  }
  return messages;
}

const ROLES: Readonly<Record<string, Message["role"]>> = {
  system: "system",
  developer: "system",
  user: "user",
  assistant: "assistant",
};

/** A content that is a string, or a list of parts that carry text. */
function textOf(content: Json | undefined): string | undefined {
  if (typeof content === "string") return content;
  if (!Array.isArray(content)) return undefined;
  const texts = (content as readonly Json[]).map((part) => (isObject(part) ? part.text : undefined));
  return texts.every((text) => typeof text === "string") ? texts.join("\n") : undefined;
}

function temperatureRefusal(value: Json | undefined, highest: number, reasons: boolean): Refusal | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== "number" || value < 0 || value > highest) {
    return refuse(`Invalid 'temperature': expected a number from 0 to ${highest}.`, "temperature", "invalid_value");
  }
  if (!reasons || value === 1) return undefined;
  return refuse(
    `Unsupported value: 'temperature' does not support ${value} with this model. Only the default (1) value is supported.`,
    "temperature",
    "unsupported_value",
  );
}

function isCount(value: Json | undefined): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= 1;
}
