import { chiSquareIndependence, cohenKappa, gwetAc1, gwetAc2, percentAgreement, weightedKappa } from "corrigenda/stats";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

/**
 * The R package irrCAC 1.0 by K. L. Gwet, its vignettes "overview" and "weighting": data sets and coefficients as printed
 * there, seven decimals. https://cran.r-project.org/web/packages/irrCAC/vignettes/
 */
const abstractors = [
  [13, 0, 0],
  [0, 20, 7],
  [0, 4, 56],
];
const raw4raters = "11.1 2232 3333 3333 2222 1234 4444 1121 2222 .555 ..11 ..3."
  .split(" ")
  .map((item) => [...item].map((label) => (label === "." ? undefined : Number(label))));
const distrib6raters =
  "444444 222555 233335 555555 222444 113333 333355 113334 114444 555555 144444 124444 222333 144444 224445"
    .split(" ")
    .map((item) => [...item].map(Number));

const items = abstractors.flatMap((row, i) => row.flatMap((count, j) => Array.from({ length: count }, () => [i, j])));
const [a, b] = [items.map(([x]) => x as number), items.map(([, y]) => y as number)];
const all = [0, 1, 2];

describe("agreement as irrCAC prints it, to seven decimals", () => {
  test("two abstractors of 100 records: agreement 0.89, kappa 0.7964094, AC1 0.8493305", () => {
    expect(percentAgreement(a, b)).toBe(0.89);
    expect(cohenKappa(a, b)).toBeCloseTo(0.7964094, 7);
    expect(gwetAc1(a, b)).toBeCloseTo(0.8493305, 7);
    expect(gwetAc2(items, all, "identity")).toBeCloseTo(0.8493305, 7);
  });

  test("… with quadratic weights: kappa 0.8921569, AC2 0.9402369", () => {
    expect(weightedKappa(a, b, all, "quadratic")).toBeCloseTo(0.8921569, 7);
    expect(gwetAc2(items, all, "quadratic")).toBeCloseTo(0.9402369, 7);
  });

  test("four raters with gaps, five categories: AC1 0.77544, AC2 0.914", () => {
    const categories = [1, 2, 3, 4, 5];
    expect(gwetAc2(raw4raters, categories, "identity")).toBeCloseTo(0.77544, 5);
    expect(gwetAc2(raw4raters, categories, "quadratic")).toBeCloseTo(0.914, 3);
  });

  test("six raters of 15 patients (Fleiss 1971's first half): AC1 0.4448007, AC2 0.4837438", () => {
    // irrCAC's columns: depression, personality disorder, schizophrenia, neurosis, other
    const categories = [1, 2, 3, 4, 5];
    expect(gwetAc2(distrib6raters, categories, "identity")).toBeCloseTo(0.4448007, 7);
    expect(gwetAc2(distrib6raters, categories, "quadratic")).toBeCloseTo(0.4837438, 7);
  });
});

describe("Gwet's AC", () => {
  test("identity weights of two raters are AC1, whatever the labels", () => {
    const label = fc.constantFrom("a", "b", "c");
    fc.assert(
      fc.property(fc.array(fc.tuple(label, label), { minLength: 1, maxLength: 30 }), (pairs) => {
        const [x, y] = [pairs.map(([one]) => one), pairs.map(([, other]) => other)];
        expect(gwetAc2(pairs, ["a", "b", "c"], "identity")).toBeCloseTo(gwetAc1(x, y, 3), 10);
      }),
    );
  });

  test("nobody's second label leaves it undefined; a label outside the categories is refused", () => {
    expect(gwetAc2([[1, undefined]], [1, 2], "identity")).toBeNaN();
    expect(() => gwetAc2([[1, 9]], [1, 2], "linear")).toThrow("item 0: 9 is not a category");
    expect(() => gwetAc2([[1, 1]], [1], "linear")).toThrow("categories: 1 values");
  });
});

describe("chi-square test of independence", () => {
  test("gender and party (Agresti 2007, table 2.5; R's help of chisq.test): X² = 30.07, df = 2, p = 2.954e-07", () => {
    const { statistic, df, p, v } = chiSquareIndependence([
      [762, 327, 468],
      [484, 239, 477],
    ]);
    expect(df).toBe(2);
    // SciPy 1.17.1, stats.chi2_contingency
    expect(statistic).toBeCloseTo(30.070149095754672, 10);
    expect(p).toBeCloseTo(2.9535891832117595e-7, 15);
    expect(v).toBeCloseTo(Math.sqrt(30.070149095754672 / 2757), 12);
  });

  test("two by two, without Yates' correction: SciPy 1.17.1's 0.7322741596638653 and 0.3921470365999187", () => {
    const { statistic, p } = chiSquareIndependence([
      [12, 5],
      [9, 7],
    ]);
    expect(statistic).toBeCloseTo(0.7322741596638653, 12);
    expect(p).toBeCloseTo(0.3921470365999187, 12);
  });

  test("a column that nobody chose changes nothing; one row alone is no table", () => {
    const bare = chiSquareIndependence([
      [12, 5],
      [9, 7],
    ]);
    expect(
      chiSquareIndependence([
        [12, 0, 5],
        [9, 0, 7],
      ]),
    ).toEqual(bare);
    expect(
      chiSquareIndependence([
        [3, 4],
        [0, 0],
      ]),
    ).toEqual({ statistic: 0, df: 0, p: 1, v: Number.NaN });
    expect(() => chiSquareIndependence([[1, 2], [1]])).toThrow("1 values beside 2");
    expect(() =>
      chiSquareIndependence([
        [0, 0],
        [0, 0],
      ]),
    ).toThrow("sum of counts");
  });
});
