import { anthropicBatch } from "./anthropic-batch.ts";
import { decodeMessage, messagesBody } from "./anthropic-wire.ts";
import limits from "./data/limits.json" with { type: "json" };
import { lazily } from "./lazy.ts";
import { batchLimits } from "./models.ts";
import { sdkFetch } from "./sdk-transport.ts";
import { type ServiceOptions, TIMEOUT_MS, transport } from "./service.ts";
import type { ModelRequest, Provider, WireRequest } from "./types.ts";

/** The version that @anthropic-ai/sdk 1.11 speaks; it knows no temperature. */
const VERSION = "2026-10-21";

/** Anthropic's messages. */
export function anthropic(options: ServiceOptions): Provider {
  const { name, base } = options.as ?? { name: "anthropic", base: options.baseUrl };
  const { timeoutMs = TIMEOUT_MS, apiKey, baseUrl } = options;
  const sdk = sdkFetch(timeoutMs, apiKey);
  const settings = {
    apiKey,
    baseURL: baseUrl,
    webhookKey: null,
    maxRetries: 0,
    timeout: timeoutMs,
    logLevel: "off",
    fetch: sdk.fetch,
    defaultHeaders: { "anthropic-version": VERSION },
  } as const;
  const client = lazily(async () => {
    const { Anthropic } = await import("@anthropic-ai/sdk");
    return new Anthropic(settings);
  });
  const headers = { authorization: `Bearer ${apiKey}`, "anthropic-version": VERSION }; // as the SDK sends them
  const send = transport({ ...options, provider: name, headers }, client, sdk);
  return {
    name,
    base,
    limits: {},
    encode,
    decode: decodeMessage,
    complete: (wire, signal) => send(wire.endpoint, wire.body, signal),
    batch: anthropicBatch({ provider: name, client, sdk, limits: batchLimits("anthropic") }),
  };
}

function encode(request: ModelRequest): WireRequest {
  return {
    endpoint: "/v1/messages",
    model: request.model,
    body: messagesBody(request, limits.anthropicMaxTokens),
    sample: request.sample ?? 0,
  };
}
