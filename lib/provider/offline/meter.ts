import type { Clock } from "corrigenda/time";
import type { Refusal, Wire } from "./wire.ts";

export interface RateLimits {
  /** Requests and input tokens a minute of clock time. */
  readonly rpm: number;
  readonly tpm: number;
}

/** Where the limits stand after a request. */
export interface Reading {
  readonly ok: boolean;
  readonly requests: number;
  readonly tokens: number;
  /** Clock ms until the buckets are full again. */
  readonly requestsFullMs: number;
  readonly tokensFullMs: number;
  /** Clock ms until the request would fit. */
  readonly waitMs: number;
}

/** Two buckets that refill evenly. */
export interface Meter {
  take(tokens: number): Reading;
  headers(wire: Wire, reading: Reading): Record<string, string>;
}

const MINUTE = 60_000;

export function rateMeter(clock: Clock, limits: RateLimits): Meter {
  let requests = limits.rpm;
  let tokens = limits.tpm;
  let last = clock.now();
  const refill = (): void => {
    const now = clock.now();
    const minutes = Math.max(0, now - last) / MINUTE;
    requests = Math.min(limits.rpm, requests + minutes * limits.rpm);
    tokens = Math.min(limits.tpm, tokens + minutes * limits.tpm);
    last = now;
  };
  const take = (asked: number): Reading => {
    refill();
    const lackRequests = Math.max(0, 1 - requests) / limits.rpm;
    const lackTokens = Math.max(0, Math.min(asked, limits.tpm) - tokens) / limits.tpm;
    const ok = lackRequests === 0 && lackTokens === 0;
    if (ok) {
      requests -= 1;
      tokens = Math.max(0, tokens - asked);
    }
    return {
      ok,
      requests: Math.floor(requests),
      tokens: Math.floor(tokens),
      requestsFullMs: ((limits.rpm - requests) / limits.rpm) * MINUTE,
      tokensFullMs: ((limits.tpm - tokens) / limits.tpm) * MINUTE,
      waitMs: Math.max(lackRequests, lackTokens) * MINUTE,
    };
  };
  const headers = (wire: Wire, reading: Reading): Record<string, string> =>
    wire === "anthropic" ? anthropicHeaders(limits, reading, clock.now()) : openaiHeaders(wire, limits, reading);
  return { take, headers };
}

/** The refusal of a request that does not fit. */
export function overLimit(reading: Reading): Refusal {
  const seconds = Math.max(1, Math.ceil(reading.waitMs / 1000));
  const refused = `Rate limit reached. Please try again in ${seconds}s.`;
  return { status: 429, refused, code: "rate_limit_exceeded", headers: { "retry-after": String(seconds) } };
}

function openaiHeaders(wire: Wire, limits: RateLimits, reading: Reading): Record<string, string> {
  const remaining = {
    "x-ratelimit-remaining-requests": String(reading.requests),
    "x-ratelimit-remaining-tokens": String(reading.tokens),
  };
  if (wire === "azure") return remaining; // Azure names neither limits nor resets
  return {
    ...remaining,
    "x-ratelimit-limit-requests": String(limits.rpm),
    "x-ratelimit-limit-tokens": String(limits.tpm),
    "x-ratelimit-reset-requests": duration(reading.requestsFullMs),
    "x-ratelimit-reset-tokens": duration(reading.tokensFullMs),
  };
}

function anthropicHeaders(limits: RateLimits, reading: Reading, now: number): Record<string, string> {
  const headers: Record<string, string> = {};
  const one = (name: string, limit: number, remaining: number, fullMs: number): void => {
    headers[`anthropic-ratelimit-${name}-limit`] = String(limit);
    headers[`anthropic-ratelimit-${name}-remaining`] = String(remaining);
    headers[`anthropic-ratelimit-${name}-reset`] = new Date(now + fullMs).toISOString();
  };
  one("requests", limits.rpm, reading.requests, reading.requestsFullMs);
  for (const name of ["tokens", "input-tokens", "output-tokens"]) {
    one(name, limits.tpm, reading.tokens, reading.tokensFullMs);
  }
  return headers;
}

/** "6m0s", "1.5s", "20ms": the way OpenAI writes resets. */
function duration(ms: number): string {
  if (ms < 1000) return `${Math.ceil(ms)}ms`;
  const minutes = Math.floor(ms / MINUTE);
  const seconds = Math.round((ms - minutes * MINUTE) / 100) / 10;
  return minutes > 0 ? `${minutes}m${seconds}s` : `${seconds}s`;
}
