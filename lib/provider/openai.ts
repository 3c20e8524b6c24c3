import type { OpenAI } from "openai";
import { embed } from "./embed.ts";
import { type Lazy, lazily } from "./lazy.ts";
import { batchLimits } from "./models.ts";
import { openAiBatch } from "./openai-batch.ts";
import { chatBody, decodeOpenAi, type LimitField, responsesBody } from "./openai-wire.ts";
import { type SdkFetch, sdkFetch } from "./sdk-transport.ts";
import { type ServiceOptions, TIMEOUT_MS, transport } from "./service.ts";
import type { ModelRequest, Provider, WireRequest } from "./types.ts";

/** OpenAI; asks for a response ("/v1/responses") unless a request wants a chat completion. */
export function openai(options: ServiceOptions): Provider {
  return openAiService(options, {
    name: "openai",
    format: "responses",
    limitField: "max_completion_tokens",
    batch: true,
  });
}

/** Any server that speaks OpenAI's chat format at a base URL: Ollama, vLLM, llama.cpp. */
export function compatible(options: ServiceOptions): Provider {
  return openAiService(options, { name: "compatible", format: "chat", limitField: "max_tokens", batch: false });
}

export interface Dialect {
  readonly name: string;
  readonly format: "chat" | "responses";
  readonly limitField: LimitField;
  readonly batch: boolean;
}

/** A service that speaks OpenAI's format, in a dialect of its own. */
export function openAiService(options: ServiceOptions, dialect: Dialect): Provider {
  const { name, base } = options.as ?? { name: dialect.name, base: options.baseUrl };
  const sdk = sdkFetch(options.timeoutMs ?? TIMEOUT_MS, options.apiKey);
  const client = openAiClient(options, sdk);
  const headers = { authorization: `Bearer ${options.apiKey}` };
  const post = transport({ ...options, provider: name, headers }, client, sdk);
  const model = options.embeddingModel ?? "text-embedding-3-small";
  const limits = batchLimits("openai", options.enqueuedTokens);
  return {
    name,
    base,
    limits: {},
    encode: (request) => encode(request, dialect),
    decode: decodeOpenAi,
    complete: (wire, signal) => post(wire.endpoint.replace(/^\/v1/, ""), wire.body, signal),
    embed: (texts) => embed({ provider: name, client, sdk, model }, texts),
    ...(dialect.batch && {
      batch: openAiBatch({ provider: name, client, sdk, limits, clock: options.clock, processesFiles: false }),
    }),
  };
}

/** Nothing is read from the environment behind the caller's back; nothing is logged; nothing is retried. */
export function openAiClient(options: ServiceOptions, sdk: SdkFetch): Lazy<OpenAI> {
  const settings = {
    apiKey: options.apiKey,
    baseURL: options.baseUrl,
    adminAPIKey: null,
    organization: null,
    project: null,
    webhookSecret: null,
    maxRetries: 0,
    timeout: options.timeoutMs ?? TIMEOUT_MS,
    logLevel: "off",
    fetch: sdk.fetch,
  } as const;
  return lazily(async () => {
    const { OpenAI } = await import("openai");
    return new OpenAI(settings);
  });
}

function encode(request: ModelRequest, dialect: Dialect): WireRequest {
  const chat = (request.format ?? dialect.format) === "chat";
  return {
    endpoint: chat ? "/v1/chat/completions" : "/v1/responses",
    model: request.model,
    body: chat ? chatBody(request, dialect.limitField) : responsesBody(request),
    sample: request.sample ?? 0,
  };
}
