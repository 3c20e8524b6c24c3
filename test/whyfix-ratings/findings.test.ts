import { Metrics } from "corrigenda/results";
import { gwetAc1, gwetAc2 } from "corrigenda/stats";
import { describe, expect, test } from "vitest";
import { agreementOf } from "../../lib/whyfix/ratings-agreement.ts";
import { findingsOf, ratingMetrics } from "../../lib/whyfix/ratings-findings.ts";
import type { Rating } from "../../lib/whyfix/ratings-import.ts";
import { ratingsReport } from "../../lib/whyfix/ratings-report.ts";
import { comparisons, methodMeans, preferences, preservation, sideLeaning } from "../../lib/whyfix/ratings-tests.ts";

function rating(rater: string, data_index: number, value: string | number, changes: Partial<Rating> = {}): Rating {
  const method = changes.method ?? "baseline";
  const id = `${rater}-s${data_index}`;
  const known = { id, rater, scale: "Accuracy" as const, data_index, method, item: `${method} ${data_index}` };
  return { ...known, value: String(value), ...changes };
}

/** irrCAC's two abstractors of 100 records as ratings 1 to 3 (its vignettes; see test/stats/gwet.test.ts). */
const abstractors = [
  [13, 0, 0],
  [0, 20, 7],
  [0, 4, 56],
];
const cells = abstractors.flatMap((row, i) =>
  row.flatMap((n, j) => Array.from({ length: n }, () => [i + 1, j + 1] as const)),
);
const rated = cells.flatMap(([a, b], at) => [rating("anna", at, a), rating("ben", at, b)]);

describe("agreement", () => {
  test("from ratings to irrCAC's numbers: agreement 0.89, kappa 0.7964094, quadratic kappa 0.8921569", () => {
    const [found] = agreementOf(rated, 1126);
    expect(found).toMatchObject({ scale: "Accuracy", raters: "anna and ben", n: 100 });
    expect(found?.percent?.value).toBe(0.89);
    expect(found?.kappa?.value).toBeCloseTo(0.7964094, 7);
    expect(found?.quadraticKappa?.value).toBeCloseTo(0.8921569, 7);
    // AC1 and AC2 count all five points of the scale as categories, used or not.
    const [a, b] = [cells.map(([x]) => String(x)), cells.map(([, y]) => String(y))];
    expect(found?.ac1?.value).toBe(gwetAc1(a, b, 5));
    expect(found?.ac2?.value).toBe(
      gwetAc2(
        cells.map(([x, y]) => [x, y]),
        [1, 2, 3, 4, 5],
        "quadratic",
      ),
    );
    // irrCAC: (0.68, 0.913) by its variance; ours by the bootstrap, so near it
    expect(found?.kappa?.low).toBeCloseTo(0.68, 1);
    expect(found?.kappa?.high).toBeCloseTo(0.913, 1);
  });

  test("three raters: every two, and all; an item that one of them left out counts for the others", () => {
    const third = [rating("cora", 0, 1), rating("cora", 1, 1), rating("cora", 14, 2)];
    const found = agreementOf([...rated, ...third], 1126);
    expect(found.map(({ raters, n }) => [raters, n])).toEqual([
      ["anna and ben", 100],
      ["anna and cora", 3],
      ["ben and cora", 3],
      ["all 3", 100],
    ]);
  });

  test("raters who know one value leave kappa undefined, AC1 is 1, and nothing else breaks", () => {
    const same = [0, 1, 2].flatMap((at) => [rating("anna", at, 4), rating("ben", at, 4)]);
    const [found] = agreementOf(same, 1);
    expect(found?.kappa).toBeUndefined();
    expect(found?.ac1?.value).toBe(1);
  });
});

describe("methods", () => {
  /** Differences of the means 1, 2, -0.5, 1.5, 3, 2.5 on six learner errors. */
  const scores = [
    ...[4, 5, 2, 4.5, 5, 5].flatMap((mean, at) => pair(at, mean, "mix")),
    ...[3, 3, 2.5, 3, 2, 2.5].flatMap((mean, at) => pair(at, mean, "baseline")),
  ];
  function pair(at: number, mean: number, method: string): Rating[] {
    return [rating("anna", at, Math.floor(mean), { method }), rating("ben", at, Math.ceil(mean), { method })];
  }

  test("means are over learner errors, best first", () => {
    const found = methodMeans(scores, 1);
    expect(found.map(({ method, n, mean }) => [method, n, mean.value])).toEqual([
      ["mix", 6, 25.5 / 6],
      ["baseline", 6, 16 / 6],
    ]);
  });

  test("paired tests by hand: one of six differences is negative and the smallest, so Wilcoxon's p is 4/64, the sign test's 14/64", () => {
    const [found] = comparisons(scores, 1);
    expect(found).toMatchObject({
      better: "mix",
      worse: "baseline",
      n: 6,
      wilcoxonP: expect.closeTo(4 / 64, 12),
      adjustedP: expect.closeTo(4 / 64, 12),
      signP: expect.closeTo(14 / 64, 12),
    });
    expect(found?.difference.value).toBeCloseTo(9.5 / 6, 12);
    // SciPy 1.17.1, stats.ttest_1samp of the differences
    expect(found?.tP).toBeCloseTo(0.02614624251160817, 10);
  });

  test("Holm's correction is over all comparisons of a scale", () => {
    const third = [3, 3, 3, 3, 3, 3].flatMap((value, at) => [rating("anna", at, value, { method: "dictionary" })]);
    const found = comparisons([...scores, ...third], 1);
    const least = Math.min(...found.map(({ wilcoxonP }) => wilcoxonP));
    expect(found).toHaveLength(3);
    expect(Math.min(...found.map(({ adjustedP }) => adjustedP))).toBeCloseTo(3 * least, 12);
  });
});

describe("preferences", () => {
  const contrast = "fifty or eighty";
  const vote = (rater: string, at: number, value: string, changes: Partial<Rating> = {}): Rating =>
    rating(rater, at, value, { scale: "Preference", contrast, place: value === "first" ? "A" : "B", ...changes });
  const votes = Array.from({ length: 10 }, (_, at) => vote("anna", at, at < 8 ? "first" : "second"));

  test("8 of 10 votes: chi-square 3.6, p = 0.0578 (SciPy 1.17.1's chi2.sf), exact p = 112/1024", () => {
    const [found] = preferences(votes);
    expect(found).toMatchObject({ first: 8, second: 2, tie: 0, method: "all", exactP: expect.closeTo(112 / 1024, 12) });
    expect(found?.p).toBeCloseTo(0.05777957112359722, 12);
    expect(found?.share?.value).toBe(0.8);
    expect(sideLeaning(votes)).toMatchObject({ a: 8, b: 2 });
  });

  test("one vote a pair: raters who differ make a tie, two of three decide", () => {
    const two = preferences([vote("anna", 0, "first"), vote("ben", 0, "second")]);
    expect(two[0]).toMatchObject({ first: 0, second: 0, tie: 1, p: undefined, adjustedP: undefined });
    const three = preferences([vote("anna", 0, "first"), vote("ben", 0, "second"), vote("cora", 0, "second")]);
    expect(three[0]).toMatchObject({ first: 0, second: 1, tie: 0 });
  });

  test("crucial information: shares of both sides, McNemar on the pairs where they differ", () => {
    const values = ["both", "both", "second", "second", "second", "second", "second", "neither"];
    const held = values.map((value, at) => vote("anna", at, value, { scale: "Crucial Information Preservation" }));
    const [found] = preservation(held);
    expect([found?.first.value, found?.second.value]).toEqual([2 / 8, 7 / 8]);
    // Fagerland et al. 2013: mid-p of 0 against 5 is 2/32 less 1/32
    expect(found?.p).toBeCloseTo(1 / 32, 12);
  });
});

test("the page's numbers are those of metrics.json, which says who wrote what was rated", () => {
  const imported = { ratings: rated, problems: [], empty: 0, missing: 0 };
  const input = { run: "0622-1458", provider: "offline", imported, key: [], findings: findingsOf(rated, 1126) };
  const { headline, metrics } = Metrics.parse(ratingMetrics(input));
  expect(headline.name).toBe("Accuracy, anna and ben: agreement");
  expect(metrics.every(({ provider }) => provider === "offline")).toBe(true);
  const parts = ratingsReport(input).sections.flatMap((section) => section.parts);
  const table = parts.flatMap((part) => ("table" in part && part.table.id === "agreement" ? part.table.rows : []));
  const kappa = metrics.find(({ name }) => name === "Accuracy, anna and ben: Cohen's kappa");
  expect(table[0]?.kappa).toEqual({ value: kappa?.value, low: kappa?.low, high: kappa?.high });
});
