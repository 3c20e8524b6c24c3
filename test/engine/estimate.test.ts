import { calibrateBodies, inputFiles, readingProvider, requestEstimator } from "corrigenda/engine";
import { nodeDisk } from "corrigenda/files";
import { priceUsd, type WireRequest } from "corrigenda/provider";
import { keyedRng } from "corrigenda/rng";
import { calibrate, encodingOf, loadTokenizer } from "corrigenda/text";
import { setUp, stepQuestion } from "corrigenda/whyfix";
import { beforeAll, describe, expect, test } from "vitest";

const at = Date.UTC(2026, 10, 21);
const pricing = { provider: "openai", batch: true, at };
const output = { low: 80, mean: 350, high: 1_500 };
const flat = { tokensPerByte: 0.25, low: 0.2, high: 0.3, n: 1_000 };
const wire = (model: string, bytes: number): WireRequest => ({
  ...{ endpoint: "/v1/responses", model, body: "x".repeat(bytes), sample: 0 },
});
const usage = (input: number, out: number) => ({ input, output: out, cached: 0, cacheWrite: 0, reasoning: 0 });

describe("over the requests of a study", () => {
  let bodies: string[] = [];
  beforeAll(async () => {
    const experiment = "scripts/whyfix/experiment.yaml";
    const choice = { sampleType: "sample-longman", embedding: "small", experiment } as const;
    const { prompt, rows } = stepQuestion(await setUp(inputFiles(nodeDisk(".")), choice), 1);
    const provider = readingProvider({ name: "offline" });
    bodies = Array.from(rows(), (row) => provider.encode(prompt.request(row)).body);
  });

  test("the interval of a sample covers the exact tokens of all requests about 19 times in 20", async () => {
    const tokenizer = await loadTokenizer(encodingOf("gpt-4.1-nano"));
    const pairs = bodies.map((body) => ({ body, tokens: tokenizer.count(body) }));
    const bytes = bodies.reduce((sum, body) => sum + Buffer.byteLength(body), 0);
    const exact = pairs.reduce((sum, { tokens }) => sum + tokens, 0) / bytes;
    const counts = new Map(pairs.map(({ body, tokens }) => [body, tokens]));
    const rng = keyedRng("samples");
    const covered = Array.from({ length: 400 }, () => {
      const sample = Array.from({ length: 60 }, () => bodies[rng.int(bodies.length)] ?? "");
      const { low, high } = calibrate(sample, (body) => counts.get(body) ?? 0);
      return low <= exact && exact <= high;
    });
    const share = covered.filter(Boolean).length / covered.length;
    expect(share).toBeGreaterThan(0.9);
    expect(share).toBeLessThan(0.99); // wider than 95 % would be no 95 % interval
  });

  test("one request is counted exactly, and its price has no spread but the reply's", async () => {
    const [body = ""] = bodies;
    const tokenizer = await loadTokenizer(encodingOf("gpt-4.1-nano"));
    const { estimate } = requestEstimator(await calibrateBodies([body], "gpt-4.1-nano"), output, pricing);
    const tokens = tokenizer.count(body);
    const one = estimate({ ...wire("gpt-4.1-nano", 0), body });
    expect(one.tokens).toBeCloseTo(tokens, 8);
    // 0.10 and 0.40 dollars a million tokens, half of it in a batch
    expect(one.usd).toBeCloseTo(((tokens * 0.1 + 350 * 0.4) / 1e6) * 0.5, 12);
    expect(one.usdLow).toBeCloseTo(((tokens * 0.1 + 80 * 0.4) / 1e6) * 0.5, 12);
    expect(one.usdHigh).toBeCloseTo(((tokens * 0.1 + 1_500 * 0.4) / 1e6) * 0.5, 12);
  });
});

test("synchronous calls cost twice what batches do, and the offline provider what the model would", () => {
  const [batch, online, offline] = [pricing, { ...pricing, batch: false }, { ...pricing, provider: "offline" }].map(
    (how) => requestEstimator(flat, output, how).estimate(wire("gpt-4o-mini", 4_000)).usd,
  );
  expect(online).toBeCloseTo((batch ?? 0) * 2, 12);
  expect(offline).toBe(batch);
});

test("a request that falls into a higher tier is priced there, whole", () => {
  const { estimate } = requestEstimator(flat, output, pricing);
  const large = estimate(wire("gpt-6-luna", 1_200_000)); // 300,000 tokens: above the tier at 272,000
  expect(large.usd).toBe(priceUsd({ ...pricing, model: "gpt-6-luna", usage: usage(300_000, 350) }));
  expect(large.usd).toBeCloseTo(((300_000 * 0.2 + 350 * 0.75) / 1e6) * 0.5, 10);
  const below = estimate(wire("gpt-6-luna", 1_080_000)); // 270,000
  expect(below.usd).toBeCloseTo(((270_000 * 0.1 + 350 * 0.5) / 1e6) * 0.5, 10);
});

test("bytes are counted, not letters", () => {
  const { estimate } = requestEstimator(flat, output, pricing);
  expect(estimate({ ...wire("gpt-4o-mini", 0), body: "錯字" }).tokens).toBe(6 * 0.25);
});

test("a model without a known price costs 0 and is named", () => {
  const { estimate, unpriced } = requestEstimator(flat, output, pricing);
  expect(estimate(wire("gpt-4o-mini", 100)).usd).toBeGreaterThan(0);
  expect([...unpriced]).toEqual([]);
  expect(estimate(wire("our-own-model", 100))).toMatchObject({ tokens: 25, usd: 0, usdLow: 0, usdHigh: 0 });
  expect([...unpriced]).toEqual(["our-own-model"]);
});
