import {
  CRITERIA,
  completeBands,
  evaluationBands,
  isBand,
  mapRow,
  overallOf,
  type PerCriterion,
  readBand,
  roundToHalf,
  sampledRows,
} from "corrigenda/ielts";
import { keyedRng } from "corrigenda/rng";
import { describe, expect, test } from "vitest";
import { sampleRows } from "./fixture.ts";

const GRID = Array.from({ length: 19 }, (_, half) => half / 2);
const cells = (over: object) => ({
  prompt: "p",
  essay: "one two three four five six seven eight nine ten",
  evaluation: null,
  band: "6.5",
  ...over,
});
const options = { row: 3, seed: 42, trustEvaluation: false };

// The four examples are the official ones: a quarter goes up to the next half, three quarters to the next whole band.
test.each([
  [6.25, 6.5],
  [6.75, 7],
  [6.125, 6],
  [6.875, 7],
  [6, 6],
  [8.5, 8.5],
])("a mean of %d is band %d", (mean, band) => expect(roundToHalf(mean)).toBe(band));

test("the overall band is the mean of four equal criteria, whose names and order are fixed", () => {
  expect(overallOf([6.5, 6.5, 5.5, 6.5])).toBe(6.5);
  expect(overallOf([6, 6.5, 6, 6])).toBe(6);
  expect(CRITERIA).toEqual([
    "Task Response",
    "Coherence & Cohesion",
    "Lexical Resource",
    "Grammatical Range & Accuracy",
  ]);
});

test.each<[string | number | null, number, string]>([
  ["<4\n\n\n\r\r\r", 4, "below 4"],
  ["< 4", 4, "below 4"],
  ["band <4", 4, "below 4"],
  ["7.0\n", 7, "band"],
  [" 6.5\r\n", 6.5, "band"],
  [8, 8, "band"],
  ["6.25", 6.5, "band"],
  ["band 6", 4, "unreadable"],
  ["65", 4, "unreadable"],
  ["-1", 4, "unreadable"],
  ["", 5, "missing"],
  [null, 5, "missing"],
])("the band cell %j counts as %d (%s)", (cell, band, from) => expect(readBand(cell)).toEqual({ band, from }));

test("drawn criterion bands lie on the grid, and their rounded mean is the overall band, for every band and a thousand rows", () => {
  for (const overall of GRID)
    for (let row = 0; row < 60; row++) {
      const { bands } = completeBands(
        overall,
        [undefined, undefined, undefined, undefined],
        keyedRng(42, "criteria", row),
      );
      expect(bands.every(isBand)).toBe(true);
      expect(overallOf(bands)).toBe(overall);
      expect(Math.max(...bands.map((band) => Math.abs(band - overall)))).toBeLessThanOrEqual(1);
    }
});

test("offsets differ from row to row: the source's seed gave all essays the same four", () => {
  const offsets = Array.from({ length: 200 }, (_, row) => {
    const mapped = mapRow(cells({}), { ...options, row });
    return mapped.ok ? mapped.example.bands.map((band) => band - 6.5).join() : "";
  });
  const most = Math.max(...[...Map.groupBy(offsets, (one) => one).values()].map(({ length }) => length));
  expect(new Set(offsets).size).toBeGreaterThan(50);
  expect(most).toBeLessThan(20); // 350 of 400 in the source
});

test("the same seed and row give the same bands, another seed gives others", () => {
  const of = (seed: number) => Array.from({ length: 20 }, (_, row) => mapRow(cells({}), { ...options, row, seed }));
  expect(of(42)).toEqual(of(42));
  expect(of(42)).not.toEqual(of(43));
});

describe("criterion bands that the evaluation names", () => {
  const text = "TR: 7\nCC: 6\nLR: 6.5\nGRA: 6";
  test("stay where they agree with the band", () => {
    const mapped = mapRow(cells({ evaluation: text, band: "6.5" }), options);
    expect(mapped.ok && mapped.example).toMatchObject({ overall: 6.5, bands: [7, 6, 6.5, 6], named: 4, moved: 0 });
  });

  test("move in half bands where they contradict it, as few and as little as it takes", () => {
    const mapped = mapRow(cells({ evaluation: text, band: "7.5" }), options);
    if (!mapped.ok) throw new Error(mapped.reason);
    const { bands, overall, moved } = mapped.example;
    expect([overall, overallOf(bands as PerCriterion<number>)]).toEqual([7.5, 7.5]);
    expect(moved).toBeGreaterThan(0);
    // The mean has to rise from 6.375 to 7.25: seven half steps, and not one more.
    expect(bands.reduce((sum, band) => sum + band, 0)).toBe(29);
  });

  test("decide the overall band where that is asked for", () => {
    const mapped = mapRow(cells({ evaluation: text, band: "9" }), { ...options, trustEvaluation: true });
    expect(mapped.ok && mapped.example).toMatchObject({ overall: 6.5, overallFrom: "criteria", bands: [7, 6, 6.5, 6] });
  });

  test.each<[string, (number | undefined)[]]>([
    ["Task response 6.5, coherence: 7; Vocabulary 5 / grammar 5.5", [6.5, 7, 5, 5.5]],
    [
      "## Task Achievement:\n- good\n- Suggested Band Score (Task Achievement): 7\n",
      [7, undefined, undefined, undefined],
    ],
    ["**Lexical Resource: [6.0]**\n**Grammatical Range and Accuracy: [7.5]**", [undefined, undefined, 6, 7.5]],
    ["coherence and cohesion — band 8", [undefined, 8, undefined, undefined]],
    // None of these is a band: a list's number, words, a word that holds "cc", a number out of range.
    ["1. Task response\n2. Coherence and cohesion\n3. Vocabulary", [undefined, undefined, undefined, undefined]],
    ["Task response 250 words; success 7; grammar: 12; according to 6", [undefined, undefined, undefined, undefined]],
    ["", [undefined, undefined, undefined, undefined]],
  ])("are read from %j", (given, bands) => expect(evaluationBands(given)).toEqual(bands));
});

test("rows without an essay are left out with a reason; other columns may be missing", () => {
  expect(mapRow(cells({ essay: " \n" }), options)).toEqual({ ok: false, row: 3, reason: "no essay" });
  expect(mapRow(cells({ essay: "too short" }), options)).toMatchObject({ reason: "essay of fewer than 10 words" });
  expect(mapRow(cells({ essay: "word ".repeat(5_000) }), options)).toMatchObject({ ok: false });
  expect(mapRow(cells({ prompt: null, evaluation: null, band: null }), options)).toMatchObject({
    example: { prompt: "", overall: 5 },
  });
});

test("a sample is the seed's, and all rows where there are no more", () => {
  expect(sampledRows(10, undefined, 42)).toBe("all");
  expect(sampledRows(10, 10, 42)).toBe("all");
  const five = sampledRows(100, 5, 42);
  expect(five === "all" ? 0 : five.size).toBe(5);
  expect(sampledRows(100, 5, 42)).toEqual(five);
  expect(sampledRows(100, 5, 43)).not.toEqual(five);
});

test("the bundled essays: at least 24 of 150 to 320 words, over the band range, in the dataset's untidy form", async () => {
  const rows = await sampleRows();
  expect(rows.length).toBeGreaterThanOrEqual(24);
  for (const { essay } of rows) {
    const words = (essay ?? "").split(/\s+/).length;
    expect(words >= 150 && words <= 320).toBe(true);
  }
  const bands = rows.map(({ band }) => readBand(band));
  expect(Math.max(...bands.map(({ band }) => band))).toBe(9);
  expect(Math.min(...bands.map(({ band }) => band))).toBe(3.5);
  expect(new Set(bands.map(({ from }) => from))).toEqual(new Set(["band", "below 4", "unreadable", "missing"]));
  expect(rows.some(({ band }) => /^<4[\n\r]+$/.test(band ?? ""))).toBe(true);
  expect(rows.some(({ prompt }) => (prompt ?? "") === "")).toBe(true);
});
