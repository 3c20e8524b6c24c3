import type { JsonObject } from "corrigenda/json";
import type { Said } from "./answer.ts";
import type { Asked } from "./asked.ts";
import { type EmbeddingsAsked, embed, toBase64 } from "./embedding.ts";

interface Made {
  /** Seconds since 1970. */
  readonly created: number;
  readonly request: JsonObject;
}

/** The body of a reply to /v1/chat/completions. */
export function chatBody(asked: Asked, said: Said, made: Made): object {
  const { input, output, reasoning } = said.usage;
  const message = { role: "assistant", content: said.text, refusal: null, annotations: [] };
  return {
    id: `chatcmpl-${said.id}`,
    object: "chat.completion",
    created: made.created,
    model: asked.model,
    choices: [{ index: 0, message, logprobs: null, finish_reason: said.finish }],
    usage: {
      prompt_tokens: input,
      completion_tokens: output,
      total_tokens: input + output,
      prompt_tokens_details: { cached_tokens: 0 },
      completion_tokens_details: { reasoning_tokens: reasoning },
    },
    service_tier: "default",
    system_fingerprint: "offline",
  };
}

/** The body of a reply to /v1/responses; reasoning models put a reasoning item before the message. */
export function responseBody(asked: Asked, said: Said, made: Made): object {
  const { input, output, reasoning } = said.usage;
  const whole = said.finish === "stop";
  const message = {
    id: `msg_${said.id}`,
    type: "message",
    status: whole ? "completed" : "incomplete",
    role: "assistant",
    content: [{ type: "output_text", text: said.text, annotations: [] }],
  };
  const thinking = asked.reasons ? [{ id: `rs_${said.id}`, type: "reasoning", summary: [] }] : [];
  return {
    id: `resp_${said.id}`,
    object: "response",
    created_at: made.created,
    status: whole ? "completed" : "incomplete",
    error: null,
    incomplete_details: whole ? null : { reason: "max_output_tokens" },
    instructions: made.request.instructions ?? null,
    max_output_tokens: asked.maxTokens ?? null,
    model: asked.model,
    output: [...thinking, message],
    parallel_tool_calls: true,
    reasoning: { effort: asked.effort ?? null, summary: null },
    store: false,
    temperature: asked.temperature ?? 1,
    text: made.request.text ?? { format: { type: "text" } },
    tool_choice: "auto",
    tools: [],
    top_p: 1,
    usage: {
      input_tokens: input,
      input_tokens_details: { cached_tokens: 0 },
      output_tokens: output,
      output_tokens_details: { reasoning_tokens: reasoning },
      total_tokens: input + output,
    },
    metadata: { service: "offline" }, // this format has no system_fingerprint
  };
}

/** The body of a reply to /v1/messages. */
export function messageBody(asked: Asked, said: Said): object {
  return {
    id: `msg_offline_${said.id}`,
    type: "message",
    role: "assistant",
    model: asked.model,
    content: [{ type: "text", text: said.text }],
    stop_reason: said.finish === "stop" ? "end_turn" : "max_tokens",
    stop_sequence: null,
    usage: {
      input_tokens: said.usage.input,
      cache_creation_input_tokens: 0,
      cache_read_input_tokens: 0,
      output_tokens: said.usage.output,
      service_tier: "standard",
    },
  };
}

/** The body of a reply to /v1/embeddings. */
export function embeddingsBody(asked: EmbeddingsAsked, model: string, input: number): object {
  const data = asked.texts.map((text, index) => {
    const vector = embed(text);
    return { object: "embedding", index, embedding: asked.base64 ? toBase64(vector) : [...vector] };
  });
  return { object: "list", data, model, usage: { prompt_tokens: input, total_tokens: input } };
}
