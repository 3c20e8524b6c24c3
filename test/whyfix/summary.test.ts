import { type StructuredRecord, summarize } from "corrigenda/whyfix";
import { expect, test } from "vitest";
import { goodExplanation, shipped } from "./fixture.ts";

const experiment = shipped();
const words = (n: number): string => Array.from({ length: n }, () => "word").join(" ");

function record(
  payload: StructuredRecord["content_payload"],
  changes: Partial<StructuredRecord> = {},
): StructuredRecord {
  return {
    original_custom_id: "x",
    method: "baseline",
    model_type: "gpt-4.1-nano",
    input_type: "target",
    output_length: "fifty",
    content_payload: payload,
    notes: [],
    provider: "offline",
    returned_model: "m",
    usd: 0.5,
    tokens: { input: 10, cached: 1, output: 5, reasoning: 2 },
    ...changes,
  };
}

const records = [
  record({ ...goodExplanation, explanation_en: words(40) }),
  record({ ...goodExplanation, explanation_en: words(50) }, { notes: ["odd"] }),
  record({ ...goodExplanation, explanation_en: words(60) }),
  record({ error: "e", reason: "not JSON" }),
  record({ error: "e", reason: "not JSON" }, { tokens: null, usd: null }),
  record({ error: "e", reason: "missing field" }),
  record(
    { ...goodExplanation, other_collocations_en: ["a"], explanation_en: words(9) },
    { method: "collocation", output_length: "unlimit" },
  ),
  record({ matched: ["a"] }, { method: "causes" }),
  record({ error: "e", reason: "refusal" }, { method: "causes" }),
];

test("a cell's numbers: answers, failures by reason, words against the limit, counts, tokens, cost", async () => {
  const { cells } = await summarize(experiment, "offline", records);
  expect(cells[0]).toEqual({
    method: "baseline",
    model: "gpt-4.1-nano",
    input: "target",
    length: "fifty",
    answered: 3,
    failed: { "missing field": 1, "not JSON": 2 },
    noted: 1,
    words: { mean: 50, limit: 50, within: 2, n: 3 },
    counts: { example_en: { mean: 2, expected: 2 } },
    tokens: { input: 50, cached: 5, output: 25, reasoning: 10 },
    usd: 2.5,
  });
  expect(cells[1]).toMatchObject({
    words: { limit: undefined },
    counts: { other_collocations_en: { mean: 1, expected: 3 } },
  });
  expect(cells[2]).toMatchObject({
    method: "causes",
    answered: 1,
    failed: { refusal: 1 },
    words: undefined,
    counts: {},
  });
});

test("the headline is the share of explanations that parse, with Wilson's interval; knowledge tasks do not count", async () => {
  const { headline, metrics } = await summarize(experiment, "offline", records);
  expect(headline).toMatchObject({ name: "explanations that parse", n: 7, unit: "share", provider: "offline" });
  expect(headline.value).toBeCloseTo(4 / 7, 12);
  expect(headline.low).toBeCloseTo(0.2505, 3); // 4 of 7 by hand: (4 + z²/2 ± z·√(12/7 + z²/4)) / (7 + z²), z = 1.96
  expect(headline.high).toBeCloseTo(0.8418, 3);
  expect(metrics.map(({ name, value, n }) => [name, Number(value.toFixed(3)), n])).toEqual([
    ["replies that parse: baseline", 0.5, 6],
    ["replies that parse: collocation", 1, 1],
    ["replies that parse: causes", 0.5, 2],
    ["within the word limit: baseline", 0.667, 3],
  ]);
});

test("no records give no cells and a headline that knows nothing", async () => {
  expect(await summarize(experiment, "offline", [])).toEqual({
    headline: { name: "explanations that parse", value: 0, low: 0, high: 1, n: 0, unit: "share", provider: "offline" },
    metrics: [],
    cells: [],
  });
});
