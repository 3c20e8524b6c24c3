import type { OpenAI } from "openai";
import { embed } from "./embed.ts";
import { type Lazy, lazily } from "./lazy.ts";
import { batchLimits } from "./models.ts";
import { openAiBatch } from "./openai-batch.ts";
import { chatBody, decodeOpenAi, responsesBody } from "./openai-wire.ts";
import { type SdkFetch, sdkFetch } from "./sdk-transport.ts";
import { type ServiceOptions, TIMEOUT_MS, transport } from "./service.ts";
import type { ModelRequest, Provider, WireRequest } from "./types.ts";

export interface AzureOptions extends ServiceOptions {
  /** A dated version. The default has chat and batches; responses need 2025-03-01-preview or later. */
  readonly apiVersion?: string;
  /** Stands for whatever model a request names: on Azure the deployment decides. */
  readonly deployment?: string;
}

const API_VERSION = "2024-10-21";

/**
 * Azure OpenAI at `https://<resource>.openai.azure.com`: a request's model is the name of a deployment. Chat completions
 * are the default, because batches take them in every dated version; their lines say "/chat/completions".
 */
export function azure(options: AzureOptions): Provider {
  const { name, base } = options.as ?? { name: "azure", base: options.baseUrl };
  const { timeoutMs = TIMEOUT_MS, apiVersion = API_VERSION, apiKey } = options;
  const sdk = sdkFetch(timeoutMs, apiKey);
  const baseUrl = baseOf(options);
  const client = azureClient(options, sdk);
  const send = transport({ ...options, baseUrl, provider: name, headers: { "api-key": apiKey } }, client, sdk);
  // The SDK adds the version itself.
  const query = options.transport === "lean" ? `?api-version=${encodeURIComponent(apiVersion)}` : "";
  const model = options.embeddingModel ?? "text-embedding-3-small";
  const limits = batchLimits("azure", options.enqueuedTokens);
  return {
    name,
    base,
    limits: {},
    encode: (request) => encode(request, options.deployment),
    decode: decodeOpenAi,
    complete: (wire, signal) => send(pathOf(wire) + query, wire.body, signal),
    embed: (texts) => embed({ provider: name, client, sdk, model }, texts),
    batch: openAiBatch({ provider: name, client, sdk, limits, clock: options.clock, processesFiles: true }),
  };
}

function baseOf({ baseUrl }: AzureOptions): string {
  return `${baseUrl.replace(/\/+$/, "")}/openai`;
}

/** Nothing is read from the environment behind the caller's back; nothing is logged; nothing is retried. */
export function azureClient(options: AzureOptions, sdk: SdkFetch): Lazy<OpenAI> {
  const { timeoutMs = TIMEOUT_MS, apiVersion = API_VERSION, apiKey } = options;
  const settings = {
    apiKey,
    apiVersion,
    baseURL: baseOf(options),
    maxRetries: 0,
    timeout: timeoutMs,
    fetch: sdk.fetch,
    organization: null,
    project: null,
    adminAPIKey: null,
    webhookSecret: null,
    logLevel: "off",
  } as const;
  return lazily(async () => {
    const { AzureOpenAI } = await import("openai");
    return new AzureOpenAI(settings);
  });
}

function encode(request: ModelRequest, deployment: string | undefined): WireRequest {
  const model = deployment ?? request.model;
  const sent = { ...request, model };
  const responses = request.format === "responses";
  return {
    endpoint: responses ? "/v1/responses" : "/chat/completions",
    model,
    body: responses ? responsesBody(sent) : chatBody(sent),
    sample: request.sample ?? 0,
  };
}

/** Chat completions live under their deployment, responses do not. */
function pathOf(wire: WireRequest): string {
  if (wire.endpoint === "/v1/responses") return "/responses";
  return `/deployments/${encodeURIComponent(wire.model)}${wire.endpoint}`;
}
