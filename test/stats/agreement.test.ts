import {
  agreementWithin,
  bootstrap,
  bootstrapPairs,
  cohenKappa,
  fleissKappa,
  gwetAc1,
  kendall,
  krippendorffAlpha,
  meanAbsoluteError,
  pearson,
  percentAgreement,
  rootMeanSquareError,
  spearman,
  weightedKappa,
} from "corrigenda/stats";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { gpa, lsat } from "./law-school.ts";

/** Two lists of labels whose table of counts (rows: first rater) is the given one. */
function fromTable(table: readonly (readonly number[])[]): [a: number[], b: number[]] {
  const a: number[] = [];
  const b: number[] = [];
  for (const [i, row] of table.entries())
    for (const [j, count] of row.entries())
      for (let n = 0; n < count; n++) {
        a.push(i);
        b.push(j);
      }
  return [a, b];
}

/** Fleiss 1971, table 1: six psychiatrists' diagnoses of 30 patients. */
const diagnoses = (
  "444444 222555 233335 555555 222444 113333 333355 113334 114444 555555 144444 124444 222333 144444 224445 " +
  "333335 111455 111112 224444 133555 555555 244444 224555 114444 144445 222224 111155 224444 133333 555555"
)
  .split(" ")
  .map((one) => [...one]);

/** Krippendorff 2011: twelve units, four observers, "." where one gave no value. */
const units = "11.1 2232 3333 3333 2222 1234 4444 1121 2222 .555 ..11 .3.."
  .split(" ")
  .map((unit) => [...unit].map((value) => (value === "." ? undefined : Number(value))));

const bands = Array.from({ length: 19 }, (_, i) => i / 2);
const gold = Array.from({ length: 60 }, (_, i) => ((i * 7) % 19) / 2);
const guess = gold.map((x, i) => Math.min(9, Math.max(0, x + (((i * 5) % 7) - 3) / 2)));

const pairs = fc.array(fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 4 })), {
  minLength: 2,
  maxLength: 25,
});

describe("two raters", () => {
  test("Cohen 1960: kappa 0.492 for his 200 cases; weights as scikit-learn 1.2.1's cohen_kappa_score", () => {
    const [a, b] = fromTable([
      [88, 14, 18],
      [10, 40, 10],
      [2, 6, 12],
    ]);
    expect(percentAgreement(a, b)).toBe(0.7);
    expect(cohenKappa(a, b)).toBeCloseTo(0.4915254237288136, 12);
    expect(weightedKappa(a, b, [0, 1, 2], "linear")).toBeCloseTo(0.4736842105263158, 12);
    expect(weightedKappa(a, b, [0, 1, 2], "quadratic")).toBeCloseTo(0.4545454545454546, 12);
  });

  test("half-band scores: QWK over 19 bands as scikit-learn 1.2.1 has it, on items with unused bands too", () => {
    expect(weightedKappa(gold, guess, bands, "quadratic")).toBeCloseTo(0.9445872149052361, 12);
    expect(weightedKappa(gold, guess, bands, "linear")).toBeCloseTo(0.7642487046632125, 12);
    expect(cohenKappa(gold, guess)).toBeCloseTo(0.17229233930143817, 12);
  });

  test("high agreement on one category: kappa says -0.023, AC1 0.941 (Gwet 2002's table of 125 subjects)", () => {
    const [a, b] = fromTable([
      [118, 5],
      [2, 0],
    ]);
    expect(cohenKappa(a, b)).toBeCloseTo(-0.0234, 4);
    expect(gwetAc1(a, b)).toBeCloseTo(0.9408, 4);
  });

  test("every coefficient is symmetric, blind to order, at most 1, and 1 for raters of one mind", () => {
    const all = [1, 2, 3, 4];
    const coefficients = [
      cohenKappa,
      (a: readonly number[], b: readonly number[]) => gwetAc1(a, b, 4),
      (a: readonly number[], b: readonly number[]) => weightedKappa(a, b, all, "linear"),
      (a: readonly number[], b: readonly number[]) => weightedKappa(a, b, all, "quadratic"),
      (a: readonly number[], b: readonly number[]) =>
        krippendorffAlpha(
          a.map((x, i) => [x, b[i]]),
          "ordinal",
        ),
    ];
    fc.assert(
      fc.property(pairs, (rows) => {
        const [a, b] = [rows.map(([x]) => x), rows.map(([, y]) => y)];
        for (const coefficient of coefficients) {
          const value = coefficient(a, b);
          if (Number.isNaN(value)) continue;
          expect(coefficient(b, a)).toBeCloseTo(value, 10);
          expect(coefficient([...a].reverse(), [...b].reverse())).toBeCloseTo(value, 10);
          expect(value).toBeLessThanOrEqual(1);
          if (new Set(a).size > 1) expect(coefficient(a, a)).toBeCloseTo(1, 10);
        }
      }),
    );
  });

  test("quadratic kappa equals 1 less the mean square gap over that of independent raters", () => {
    fc.assert(
      fc.property(pairs, (rows) => {
        const [a, b] = [rows.map(([x]) => x), rows.map(([, y]) => y)];
        let apart = 0;
        for (const x of a) for (const y of b) apart += (x - y) ** 2;
        fc.pre(apart > 0);
        const together = rows.reduce((sum, [x, y]) => sum + (x - y) ** 2, 0);
        const expected = 1 - (together * rows.length) / apart;
        expect(weightedKappa(a, b, [1, 2, 3, 4], "quadratic")).toBeCloseTo(expected, 10);
      }),
    );
  });

  test("one category throughout leaves kappa undefined; labels outside the categories and unequal lists are refused", () => {
    expect(cohenKappa(["x", "x"], ["x", "x"])).toBeNaN();
    expect(weightedKappa([1, 1], [1, 1], [1, 2], "quadratic")).toBeNaN();
    expect(gwetAc1(["x", "x"], ["x", "x"])).toBe(1);
    expect(() => weightedKappa([1, 9], [1, 2], [1, 2], "linear")).toThrow("item 1: 9 is not a category");
    expect(() => cohenKappa([1], [1, 2])).toThrow("1 values beside 2");
    expect(() => percentAgreement([], [])).toThrow("0 values");
  });
});

describe("several raters", () => {
  test("Fleiss 1971: kappa 0.430 for 30 patients and six psychiatrists", () => {
    expect(fleissKappa(diagnoses)).toBeCloseTo(0.43, 3);
  });

  test("Fleiss' kappa of the encyclopaedia's table of 14 raters equals statsmodels 0.13.5: 0.2099", () => {
    const table = ["00005", "02642", "00356", "03920", "22811", "77000", "32630", "25322", "65210", "02237"];
    const items = table.map((row, at) =>
      at === 0
        ? Array<number>(14).fill(4)
        : [...row].flatMap((count, label) => Array<number>(Number(count)).fill(label)),
    );
    expect(fleissKappa(items)).toBeCloseTo(0.20993070442195522, 12);
  });

  test("Krippendorff 2011: alpha 0.743 nominal, 0.815 ordinal, 0.849 interval, with missing values", () => {
    expect(krippendorffAlpha(units, "nominal")).toBeCloseTo(0.743, 3);
    expect(krippendorffAlpha(units, "ordinal")).toBeCloseTo(0.815, 3);
    expect(krippendorffAlpha(units, "interval")).toBeCloseTo(0.849, 3);
  });

  test("alpha of two raters, nominal, without gaps: Krippendorff 2011 has 0.095 and 0.692", () => {
    const a = [0, 1, 0, 0, 0, 0, 0, 0, 1, 0];
    const b = [1, 1, 1, 0, 0, 1, 0, 0, 0, 0];
    expect(
      krippendorffAlpha(
        a.map((x, i) => [x, b[i]]),
        "nominal",
      ),
    ).toBeCloseTo(0.095, 3);
    const first = [..."aabbdcccedda"];
    const second = [..."babbbccceddd"];
    expect(
      krippendorffAlpha(
        first.map((x, i) => [x, second[i]]),
        "nominal",
      ),
    ).toBeCloseTo(0.692, 3);
  });

  test("interval alpha equals 1 less the ratio of the mean squared gaps, counted pair by pair", () => {
    fc.assert(
      fc.property(pairs, (rows) => {
        const all = rows.flat();
        let [within, overall] = [0, 0];
        for (const [x, y] of rows) within += (x - y) ** 2;
        for (const x of all) for (const y of all) overall += (x - y) ** 2;
        fc.pre(overall > 0);
        const expected = 1 - within / rows.length / (overall / (all.length * (all.length - 1)));
        expect(krippendorffAlpha(rows, "interval")).toBeCloseTo(expected, 10);
      }),
    );
  });

  test("raters in another order, a further empty column and an item with one value change nothing", () => {
    for (const metric of ["nominal", "ordinal", "interval"] as const) {
      const alpha = krippendorffAlpha(units, metric);
      expect(
        krippendorffAlpha(
          units.map((unit) => [...unit].reverse()),
          metric,
        ),
      ).toBeCloseTo(alpha, 12);
      expect(krippendorffAlpha([...units.map((unit) => [null, ...unit]), [2]], metric)).toBeCloseTo(alpha, 12);
    }
    const shifted = units.map((unit) => unit.map((value) => value && 10 * value + 3));
    expect(krippendorffAlpha(shifted, "interval")).toBeCloseTo(krippendorffAlpha(units, "interval"), 12);
  });

  test("values that do not fit the metric, and items that no two raters share, are refused", () => {
    expect(() => krippendorffAlpha([["B1", "B2"]], "ordinal")).toThrow('"B1" is no number');
    expect(() => krippendorffAlpha([[Number.NaN, 1]], "nominal")).toThrow("NaN");
    expect(() => krippendorffAlpha([[1], [undefined, 2]], "nominal")).toThrow("no item has two values");
    expect(krippendorffAlpha([["x", "x"]], "nominal")).toBeNaN();
    expect(() => fleissKappa([["a", "b"], ["a"]])).toThrow("item 1: 1 labels, not 2");
    expect(() => fleissKappa([])).toThrow("0 values");
  });
});

describe("scores", () => {
  test("law school data: r = 0.776 (Efron & Tibshirani 1993, section 6.3)", () => {
    expect(pearson(lsat, gpa)).toBeCloseTo(0.776374491289407, 12);
  });

  test("a rank correlation with a known value: hours of television and IQ, -29/165", () => {
    const iq = [106, 100, 86, 101, 99, 103, 97, 113, 112, 110];
    const hours = [7, 27, 2, 50, 28, 29, 20, 12, 6, 17];
    expect(spearman(iq, hours)).toBeCloseTo(-29 / 165, 12);
  });

  test("band scores with ties: SciPy 1.10.1 and scikit-learn 1.2.1", () => {
    expect(meanAbsoluteError(gold, guess)).toBeCloseTo(0.7583333333333333, 12);
    expect(rootMeanSquareError(gold, guess)).toBeCloseTo(0.9287087810503355, 12);
    expect(pearson(gold, guess)).toBeCloseTo(0.9449086174602719, 12);
    expect(spearman(gold, guess)).toBeCloseTo(0.9395372180507888, 12);
    expect(agreementWithin(gold, guess, 0.5)).toBe(0.5);
    expect(agreementWithin(gold, guess, 0)).toBeCloseTo(13 / 60, 12);
  });

  test("Kendall's tau-b: -√2/3 for SciPy's example with ties; 1 less four times the inversions by n(n - 1) without", () => {
    expect(kendall([12, 2, 1, 12, 2], [1, 4, 7, 1, 0])).toBeCloseTo(-Math.SQRT2 / 3, 12);
    fc.assert(
      fc.property(fc.shuffledSubarray([1, 2, 3, 4, 5, 6], { minLength: 2 }), (order) => {
        const n = order.length;
        const inversions = order.flatMap((x, i) => order.slice(i + 1).filter((y) => y < x)).length;
        const places = order.map((_, at) => at);
        expect(kendall(places, order)).toBeCloseTo(1 - (4 * inversions) / (n * (n - 1)), 12);
      }),
    );
    expect(kendall([1, 1], [1, 2])).toBeNaN();
  });

  test("correlations stay in [-1, 1] and do not change under a rising line; Spearman under any rising curve", () => {
    fc.assert(
      fc.property(pairs, (rows) => {
        const [a, b] = [rows.map(([x]) => x), rows.map(([, y]) => y)];
        const [r, rho] = [pearson(a, b), spearman(a, b)];
        fc.pre(!Number.isNaN(r));
        expect(Math.abs(r)).toBeLessThanOrEqual(1);
        expect(
          pearson(
            a.map((x) => 3 * x - 7),
            b,
          ),
        ).toBeCloseTo(r, 10);
        expect(
          spearman(
            a.map((x) => Math.exp(x)),
            b,
          ),
        ).toBeCloseTo(rho, 10);
        expect(
          pearson(
            a.map((x) => -x),
            b,
          ),
        ).toBeCloseTo(-r, 10);
      }),
    );
  });

  test("a constant list has no correlation; a NaN, a negative distance and unequal lists are refused", () => {
    expect(pearson([1, 1], [1, 2])).toBeNaN();
    expect(() => spearman([1, Number.NaN], [1, 2])).toThrow("value 1");
    expect(() => meanAbsoluteError([1], [1, 2])).toThrow("1 values beside 2");
    expect(() => agreementWithin([1], [1], -1)).toThrow("distance");
    expect(agreementWithin([0.3], [0.1 + 0.2], 0)).toBe(1);
  });
});

describe("intervals", () => {
  test("QWK, kappa, alpha and Fleiss' kappa have bootstrap intervals around their values", () => {
    const options = { seed: 1, resamples: 500 };
    const ratings = gold.map((x, i) => [x, guess[i]]);
    for (const { value, low, high, undefinedResamples } of [
      bootstrapPairs(gold, guess, (a, b) => weightedKappa(a, b, bands, "quadratic"), options),
      bootstrapPairs(gold, guess, cohenKappa, options),
      bootstrap(ratings, (items) => krippendorffAlpha(items, "interval"), options),
      bootstrap(diagnoses, fleissKappa, options),
    ]) {
      expect(low).toBeLessThan(value);
      expect(high).toBeGreaterThan(value);
      expect(high).toBeLessThanOrEqual(1);
      expect(undefinedResamples).toBe(0);
    }
  });

  test("kappa's bootstrap error lies near the large-sample one: 0.1380 for the table of SAS's example (statsmodels)", () => {
    const [a, b] = fromTable([
      [0, 4, 1],
      [0, 8, 0],
      [0, 1, 5],
    ]);
    expect(cohenKappa(a, b)).toBeCloseTo(0.4842, 4);
    expect(Math.abs(bootstrapPairs(a, b, cohenKappa, { seed: 2 }).error - 0.138)).toBeLessThan(0.02);
  });
});
