import type { Clock } from "corrigenda/time";
import type { Lazy } from "./lazy.ts";
import { leanTransport, type Post } from "./lean-transport.ts";
import { type SdkClient, type SdkFetch, sdkTransport } from "./sdk-transport.ts";

/** What every service needs to be reached. */
export interface ServiceOptions {
  readonly apiKey: string;
  readonly baseUrl: string;
  /** "lean" posts through undici alone: the same bytes, several times faster. */
  readonly transport?: "sdk" | "lean";
  /** How long to wait for an answer. */
  readonly timeoutMs?: number;
  /** For the waits between looks at an uploaded file. */
  readonly clock: Clock;
  /** Input tokens that the account may have in open batches of one model. */
  readonly enqueuedTokens?: number;
  /** For texts given to `embed`. */
  readonly embeddingModel?: string;
  /** Another name and base in keys: the offline provider's, whose port changes from run to run. */
  readonly as?: { readonly name: string; readonly base: string };
}

export const TIMEOUT_MS = 10 * 60_000;

/** The transport behind `complete`. */
export function transport(
  options: ServiceOptions & { readonly provider: string; readonly headers: Readonly<Record<string, string>> },
  client: Lazy<SdkClient>,
  sdk: SdkFetch,
): Post {
  const { provider, baseUrl, apiKey, headers, timeoutMs = TIMEOUT_MS } = options;
  return options.transport === "lean"
    ? leanTransport({ provider, baseUrl, apiKey, headers, timeoutMs })
    : sdkTransport(provider, client, sdk);
}
