import { calcPrice } from "@pydantic/genai-prices";
import { nodeDisk, readText } from "corrigenda/files";
import { priceSnapshot, priceUsd } from "corrigenda/provider";
import fc from "fast-check";
import { describe, expect, it } from "vitest";

const at = Date.UTC(2026, 10, 21);
const M = 1_000_000;
const usage = (input: number, output: number, cached = 0, cacheWrite = 0) => ({
  input,
  cached,
  cacheWrite,
  output,
  reasoning: 0,
});
const usd = (provider: string, model: string, of: ReturnType<typeof usage>, batch = false) =>
  priceUsd({ provider, model, usage: of, batch, at });

describe("priceUsd", () => {
  // Published prices per million tokens.
  it.each([
    ["gpt-6-luna", usage(100_000, 0), 0.01],
    ["gpt-6-luna", usage(100_000, 0, 100_000), 0.001],
    ["gpt-6-luna", usage(0, M), 0.5],
    ["gpt-4o-mini", usage(M, 0), 0.15],
    ["gpt-4o-mini", usage(0, M), 0.6],
    ["gpt-4o-mini-2024-07-18", usage(0, M), 0.6],
    ["gpt-4.1-mini", usage(M, M), 2],
    ["gpt-4.1-nano", usage(M, M), 0.5],
    ["o3-mini", usage(M, M), 5.5],
    ["text-embedding-3-small", usage(M, 0), 0.02],
  ])("%s costs what its maker publishes", (model, of, expected) => {
    expect(usd("openai", model, of)).toBeCloseTo(expected, 9);
  });

  it("halves the price of a batch", () => {
    expect(usd("openai", "gpt-4o-mini", usage(M, M), true)).toBeCloseTo(0.375, 9);
    expect(usd("anthropic", "claude-sonnet-4-5", usage(100_000, 0), true)).toBeCloseTo(0.15, 9);
  });

  it("takes cached tokens out of the input before it prices the rest", () => {
    // 500,000 at 0.15, 500,000 cached at 0.075
    expect(usd("openai", "gpt-4o-mini", usage(M, 0, M / 2))).toBeCloseTo(0.1125, 9);
    // 50,000 plain at 3, 30,000 read at 0.30, 20,000 written at 3.75
    expect(usd("anthropic", "claude-sonnet-4-5", usage(100_000, 0, 30_000, 20_000))).toBeCloseTo(0.234, 9);
  });

  it("prices a request in the tier of its own size: two small ones are not one large one", () => {
    const small = usd("anthropic", "claude-sonnet-4-5", usage(150_000, 1000)) ?? 0;
    const large = usd("anthropic", "claude-sonnet-4-5", usage(300_000, 2000)) ?? 0;
    expect(small).toBeCloseTo(0.15 * 3 + 0.001 * 15, 9);
    expect(large).toBeCloseTo(0.3 * 6 + 0.002 * 22.5, 9);
  });

  it("agrees with the price package on any usage, tier borders included", () => {
    const models = [
      ["openai", "gpt-6-luna"],
      ["openai", "gpt-4o-mini"],
      ["openai", "o4-mini"],
      ["anthropic", "claude-sonnet-4-5"],
      ["anthropic", "claude-haiku-4-5"],
    ] as const;
    const tokens = fc.oneof(fc.nat(600_000), fc.constantFrom(200_000, 200_001, 272_000, 272_001));
    const share = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(
        fc.constantFrom(...models),
        tokens,
        fc.nat(100_000),
        share,
        ([provider, model], input, output, part) => {
          const cached = Math.floor(input * part);
          const cacheWrite = provider === "anthropic" ? Math.floor((input - cached) * part) : 0;
          const reference = calcPrice(
            { input_tokens: input, cache_read_tokens: cached, cache_write_tokens: cacheWrite, output_tokens: output },
            model,
            { providerId: provider, timestamp: new Date(at) },
          );
          expect(usd(provider, model, usage(input, output, cached, cacheWrite))).toBeCloseTo(
            reference?.total_price ?? -1,
            9,
          );
        },
      ),
      { numRuns: 300 },
    );
  });

  it("prices an offline request as its model would be, on either list", () => {
    expect(usd("offline", "gpt-4o-mini", usage(M, 0))).toBeCloseTo(0.15, 9);
    expect(usd("offline", "claude-haiku-4-5", usage(M, 0))).toBeCloseTo(
      usd("anthropic", "claude-haiku-4-5", usage(M, 0)) ?? -1,
    );
    expect(usd("azure", "gpt-4o-mini", usage(M, 0))).toBeCloseTo(0.15, 9);
  });

  it("knows no price for an unknown model or somebody's own server", () => {
    expect(usd("openai", "my-deployment", usage(1, 1))).toBeUndefined();
    expect(usd("compatible", "gpt-4o-mini", usage(1, 1))).toBeUndefined();
  });
});

describe("priceSnapshot", () => {
  it("writes down the prices, tiers included, and where they come from", async () => {
    expect(priceSnapshot("openai", "gpt-6-luna", at)).toEqual({
      model: "gpt-6-luna",
      source: "@pydantic/genai-prices 0.1.8",
      batchFactor: 0.5,
      usdPerMillion: {
        input: [
          { from: 0, usd: 0.1 },
          { from: 272_000, usd: 0.2 },
        ],
        cache_read: [
          { from: 0, usd: 0.01 },
          { from: 272_000, usd: 0.02 },
        ],
        cache_write: [
          { from: 0, usd: 0.125 },
          { from: 272_000, usd: 0.25 },
        ],
        output: [
          { from: 0, usd: 0.5 },
          { from: 272_000, usd: 0.75 },
        ],
      },
    });
    expect(priceSnapshot("compatible", "llama", at)).toBeUndefined();
    const installed = await readText(nodeDisk("."), "node_modules/@pydantic/genai-prices/package.json");
    expect(`@pydantic/genai-prices ${JSON.parse(installed).version}`).toBe("@pydantic/genai-prices 0.1.8");
  });
});
