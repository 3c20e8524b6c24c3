import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { allowances, durationMs } from "../../lib/online/headers.ts";

const NOW = Date.UTC(2026, 10, 21, 10, 0, 0);

describe("durationMs", () => {
  it.each([
    ["6m0s", 360_000],
    ["20ms", 20],
    ["1s", 1000],
    ["1h2m3.5s", 3_723_500],
    ["7m12s", 432_000],
    ["1d", 86_400_000],
    ["59.7s", 59_700],
    ["250µs", 0.25],
    ["12", 12_000],
    ["0", 0],
  ])("reads %s", (text, ms) => {
    expect(durationMs(text)).toBeCloseTo(ms, 9);
  });

  it.each(["", "s", "1x", "-1s", "1s ago", "later", "1s 2m", "NaN", "Infinity", "1e3"])("does not read %j", (text) => {
    expect(durationMs(text)).toBeUndefined();
  });

  it("reads what Go's formatting of any duration writes", () => {
    const part = fc.record({ h: fc.nat(100), m: fc.nat(59), s: fc.nat(59), ms: fc.nat(999) });
    fc.assert(
      fc.property(part, ({ h, m, s, ms }) => {
        const seconds = ms === 0 ? `${s}` : `${s}.${String(ms).padStart(3, "0")}`;
        const text = `${h > 0 ? `${h}h` : ""}${h > 0 || m > 0 ? `${m}m` : ""}${seconds}s`;
        expect(durationMs(text)).toBeCloseTo(((h * 60 + m) * 60 + s) * 1000 + ms, 6);
      }),
    );
  });

  it("never gives a negative or endless wait, whatever the text", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom(..."0123456789.hmsdµn -") })), (text) => {
        const ms = durationMs(text) ?? 0;
        expect(ms).toBeGreaterThanOrEqual(0);
        expect(Number.isNaN(ms)).toBe(false);
      }),
    );
  });
});

describe("allowances", () => {
  it("reads OpenAI's headers", () => {
    const headers = {
      "x-ratelimit-limit-requests": "500",
      "x-ratelimit-remaining-requests": "499",
      "x-ratelimit-reset-requests": "120ms",
      "x-ratelimit-limit-tokens": "200000",
      "x-ratelimit-remaining-tokens": "199000",
      "x-ratelimit-reset-tokens": "6m0s",
    };
    expect(allowances(headers, NOW)).toEqual([
      { meter: "requests", limit: 500, remaining: 499, resetMs: 120 },
      { meter: "tokens", limit: 200_000, remaining: 199_000, resetMs: 360_000 },
    ]);
  });

  it("reads Anthropic's headers: tokens in and out apart, resets as times of day", () => {
    const headers = {
      "anthropic-ratelimit-requests-limit": "50",
      "anthropic-ratelimit-requests-remaining": "0",
      "anthropic-ratelimit-requests-reset": "2026-11-21T10:00:30Z",
      "anthropic-ratelimit-input-tokens-limit": "30000",
      "anthropic-ratelimit-input-tokens-remaining": "29000",
      "anthropic-ratelimit-input-tokens-reset": "2026-11-21T09:59:59Z",
      "anthropic-ratelimit-output-tokens-limit": "8000",
      "anthropic-ratelimit-output-tokens-remaining": "8000",
      "anthropic-ratelimit-output-tokens-reset": "soon",
    };
    expect(allowances(headers, NOW)).toEqual([
      { meter: "requests", limit: 50, remaining: 0, resetMs: 30_000 },
      { meter: "input", limit: 30_000, remaining: 29_000, resetMs: 0 },
      { meter: "output", limit: 8000, remaining: 8000 },
    ]);
  });

  it("reads Azure's, which state only what remains, and passes over what is no number", () => {
    expect(allowances({ "x-ratelimit-remaining-requests": "9", "x-ratelimit-remaining-tokens": "-1" }, NOW)).toEqual([
      { meter: "requests", remaining: 9 },
    ]);
    expect(allowances({ "content-type": "application/json" }, NOW)).toEqual([]);
  });
});
