import { type JsonObject, parseJson, sha256 } from "corrigenda/json";
import type { Simulator, Usage } from "corrigenda/provider";
import { keyedRng } from "corrigenda/rng";
import { type Asked, readChat, readMessagesBody, readResponses } from "./asked.ts";
import { chatBody, embeddingsBody, messageBody, responseBody } from "./bodies.ts";
import { type EmbeddingsAsked, readEmbeddings } from "./embedding.ts";
import { isObject, smallestValue } from "./schema.ts";
import { isRefusal, type Refusal, refuse } from "./wire.ts";

/** The endpoints that cost money. Azure's shorter paths are written in this form too. */
export type Endpoint = "/v1/chat/completions" | "/v1/responses" | "/v1/embeddings" | "/v1/messages";

export interface ModelCall {
  readonly endpoint: Endpoint;
  /** The body as it came. */
  readonly body: Buffer;
  /** The model where the path names it (Azure). */
  readonly deployment?: string | undefined;
}

/** A reply of status 200. */
export interface Answered {
  /** JSON text. */
  readonly body: string;
  readonly model: string;
  readonly usage: Usage;
}

/** What a simulator or the fallback said, cut to the token limit. */
export interface Said {
  readonly id: string;
  readonly text: string;
  readonly finish: "stop" | "length";
  readonly usage: Usage;
}

export const FALLBACK = "offline: no simulator knows this request";
const REASONING_TOKENS: Readonly<Record<string, number>> = { low: 32, medium: 64, high: 128 };

/** Identity of a billed request: sha256 over the endpoint, a line break and the body's bytes as received. */
export function billKey(endpoint: string, body: Uint8Array): string {
  return sha256(Buffer.concat([Buffer.from(`${endpoint}\n`), body]));
}

/** Answers one request, online or from a batch: the same bytes for the same request, but for `created`. */
export function answer(
  call: ModelCall,
  key: string,
  simulators: readonly Simulator[],
  nowMs: number,
): Answered | Refusal {
  const body = parseJson(call.body.toString("utf8"));
  if (!isObject(body)) return refuse("We could not parse the JSON body of your request.");
  const model = call.deployment ?? body.model;
  if (typeof model !== "string" || model === "") {
    return refuse("You must provide a model parameter.", "model", "missing_required_parameter");
  }
  const created = Math.floor(nowMs / 1000);
  if (call.endpoint === "/v1/embeddings") {
    const asked = readEmbeddings(body);
    return isRefusal(asked) ? asked : embedded(asked, model);
  }
  const asked = READERS[call.endpoint](body, model);
  if (isRefusal(asked)) return asked;
  const said = say(asked, key, simulators);
  const reply = BODIES[call.endpoint](asked, said, { created, request: body });
  return { body: JSON.stringify(reply), model, usage: said.usage };
}

const READERS = { "/v1/chat/completions": readChat, "/v1/responses": readResponses, "/v1/messages": readMessagesBody };
const BODIES = { "/v1/chat/completions": chatBody, "/v1/responses": responseBody, "/v1/messages": messageBody };

function say(asked: Asked, key: string, simulators: readonly Simulator[]): Said {
  const full = simulate(asked, key, simulators) ?? fallback(asked.schema);
  const limit = asked.maxTokens ?? Number.POSITIVE_INFINITY;
  const reasoning = asked.reasons ? Math.min(REASONING_TOKENS[asked.effort ?? "medium"] ?? 64, limit) : 0;
  const fits = tokensOf(full) + reasoning <= limit;
  const text = fits ? full : cut(full, limit - reasoning);
  const input = total(asked.messages.map(({ content }) => content));
  const output = reasoning + (text === "" ? 0 : tokensOf(text));
  const usage = { input, cached: 0, cacheWrite: 0, output, reasoning };
  return { id: key.slice(0, 24), text, finish: fits ? "stop" : "length", usage };
}

function simulate(asked: Asked, key: string, simulators: readonly Simulator[]): string | undefined {
  for (const simulator of simulators) {
    const rng = keyedRng("offline", asked.model, key); // each simulator sees the same stream
    const text = simulator(asked, rng);
    if (text !== undefined) return text;
  }
  return undefined;
}

function fallback(schema: JsonObject | undefined): string {
  return schema ? JSON.stringify(smallestValue(schema, FALLBACK)) : FALLBACK;
}

/** An estimate, good enough for bills and quotas offline: four bytes a token, at least one. */
export function tokensOf(text: string): number {
  return Math.max(1, Math.ceil(Buffer.byteLength(text) / 4));
}

function cut(text: string, tokens: number): string {
  const bytes = Buffer.from(text, "utf8").subarray(0, tokens * 4);
  return bytes.toString("utf8").replace(/\uFFFD$/, ""); // half a character at the end
}

function embedded(asked: EmbeddingsAsked, model: string): Answered {
  const input = total(asked.texts);
  const usage = { input, cached: 0, cacheWrite: 0, output: 0, reasoning: 0 };
  return { body: JSON.stringify(embeddingsBody(asked, model, input)), model, usage };
}

/** Input tokens a request takes from the queue's quota: what it would be billed, or 1 where it will be refused. */
export function inputTokens(endpoint: Endpoint, body: JsonObject): number {
  if (endpoint === "/v1/embeddings") {
    const asked = readEmbeddings(body);
    return isRefusal(asked) ? 1 : total(asked.texts);
  }
  const asked = READERS[endpoint](body, String(body.model));
  return isRefusal(asked) ? 1 : total(asked.messages.map(({ content }) => content));
}

function total(texts: readonly string[]): number {
  return texts.reduce((sum, text) => sum + tokensOf(text), 0);
}
