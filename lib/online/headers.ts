/** What a service counts: calls, tokens in all, or tokens in and out apart (Anthropic). */
export type Meter = "requests" | "tokens" | "input" | "output";

/** One meter as a reply's headers state it. */
export interface Allowance {
  readonly meter: Meter;
  readonly limit?: number;
  readonly remaining?: number;
  /** Until the meter is full again. */
  readonly resetMs?: number;
}

type Headers = Readonly<Record<string, string>>;

interface Names {
  readonly meter: Meter;
  readonly limit: string;
  readonly remaining: string;
  readonly reset: string;
}

// OpenAI and those who copy it; Azure sends the remaining ones only.
const NAMES: readonly Names[] = [
  names("requests", "x-ratelimit-*-requests"),
  names("tokens", "x-ratelimit-*-tokens"),
  names("requests", "anthropic-ratelimit-requests-*"),
  names("tokens", "anthropic-ratelimit-tokens-*"),
  names("input", "anthropic-ratelimit-input-tokens-*"),
  names("output", "anthropic-ratelimit-output-tokens-*"),
];

/** The meters that a reply's headers state. @param now ms since 1970, for resets given as a time of day */
export function allowances(headers: Headers, now: number): Allowance[] {
  const found: Allowance[] = [];
  for (const { meter, limit, remaining, reset } of NAMES) {
    const [most, left] = [count(headers[limit]), count(headers[remaining])];
    if (most === undefined && left === undefined) continue;
    const resetMs = untilMs(headers[reset], now);
    found.push({
      meter,
      ...(most !== undefined && { limit: most }),
      ...(left !== undefined && { remaining: left }),
      ...(resetMs !== undefined && { resetMs }),
    });
  }
  return found;
}

const UNIT_MS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};
const PART = /(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h|d)/gy;

/** A duration such as "6m0s", "20ms", "1h2m3.5s" or a bare number of seconds, in ms; undefined where it is none. */
export function durationMs(text: string): number | undefined {
  const seconds = count(text);
  if (seconds !== undefined) return seconds * 1000;
  let [ms, end] = [0, 0];
  for (const part of text.matchAll(PART)) {
    ms += Number(part[1]) * (UNIT_MS[part[2] ?? ""] ?? 0);
    end = part.index + part[0].length;
  }
  return end > 0 && end === text.length ? ms : undefined;
}

// RFC 9110 section 5.6.7 (with and without a long day name) and RFC 3339.
const DATE = /^(?:[A-Z][a-z]{2,8},? |\d{4}-\d\d-\d\d[Tt ])/;

function untilMs(text: string | undefined, now: number): number | undefined {
  if (text === undefined) return undefined;
  const trimmed = text.trim();
  if (!DATE.test(trimmed)) return durationMs(trimmed);
  const at = Date.parse(trimmed);
  return Number.isNaN(at) ? undefined : Math.max(0, at - now);
}

function count(text: string | undefined): number | undefined {
  return text !== undefined && /^\s*\d+(\.\d+)?\s*$/.test(text) ? Number(text) : undefined;
}

function names(meter: Meter, pattern: string): Names {
  const name = (field: string): string => pattern.replace("*", field);
  return { meter, limit: name("limit"), remaining: name("remaining"), reset: name("reset") };
}
