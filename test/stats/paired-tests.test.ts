import {
  chiSquareTest,
  mcnemar,
  pairedCounts,
  pairedPermutation,
  pairedTTest,
  signTest,
  tInterval,
  wilcoxonSignedRank,
} from "corrigenda/stats";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

/** Darwin's maize: differences of 15 pairs, in eighths of an inch. Fisher 1935, The Design of Experiments, table 3. */
const maize = [49, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48];
const none = maize.map(() => 0);
/** Depression scores before and after. Hollander & Wolfe 1973, table 3.1. */
const before = [1.83, 0.5, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.3];
const after = [0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29];

const smallLists = fc.array(fc.integer({ min: -6, max: 6 }), { minLength: 1, maxLength: 9 });

/** Every assignment of signs to the values, one call each. */
function signed(values: readonly number[], visit: (xs: readonly number[]) => void): void {
  for (let mask = 0; mask < 2 ** values.length; mask++) visit(values.map((x, i) => ((mask >> i) & 1 ? -x : x)));
}

describe("paired permutation", () => {
  test("Darwin's maize: 1,726 of the 32,768 sign patterns are as extreme (Fisher 1935, section 21: 5.267 %)", () => {
    const { p, exact, difference } = pairedPermutation(maize, none, { seed: 1 });
    expect(exact).toBe(true);
    expect(p).toBeCloseTo(1726 / 32768, 12);
    expect(difference).toBeCloseTo(314 / 15, 12);
  });

  test("Hollander and Wolfe's data: SciPy 1.10.1's exact permutation_test has 0.02734375", () => {
    expect(pairedPermutation(before, after, { seed: 1 }).p).toBeCloseTo(0.02734375, 12);
  });

  test("the exact p equals a count of all sign patterns, ties and zeros included", () => {
    fc.assert(
      fc.property(smallLists, (xs) => {
        const total = Math.abs(xs.reduce((sum, x) => sum + x, 0));
        let reached = 0;
        signed(xs, (one) => {
          if (Math.abs(one.reduce((sum, x) => sum + x, 0)) >= total) reached++;
        });
        const { p } = pairedPermutation(
          xs,
          xs.map(() => 0),
          { seed: 1 },
        );
        expect(p).toBeCloseTo(reached / 2 ** xs.length, 12);
      }),
    );
  });

  test("sampled p-values of right and wrong answers lie at McNemar's exact p", () => {
    const a = Array.from({ length: 120 }, (_, i) => (i < 70 ? 1 : 0));
    const b = Array.from({ length: 120 }, (_, i) => (i < 38 || i >= 104 ? 1 : 0));
    const sampled = pairedPermutation(a, b, { seed: 2, permutations: 40_000 });
    expect(sampled.exact).toBe(false);
    expect(sampled.p / mcnemar(32, 16).exact).toBeCloseTo(1, 0.7);
    expect(pairedPermutation(a, b, { seed: 2, permutations: 40_000 })).toEqual(sampled);
  });

  test("a sampled p is never 0: nothing as extreme among 999 gives 1/1000", () => {
    const a = Array.from({ length: 60 }, (_, i) => 10 + (i % 3));
    const { p } = pairedPermutation(
      a,
      a.map(() => 0),
      { seed: 3, permutations: 999 },
    );
    expect(p).toBe(1 / 1000);
  });

  test("no pairs, unequal lists and a NaN are refused", () => {
    expect(() => pairedPermutation([], [], { seed: 1 })).toThrow("0 values");
    expect(() => pairedPermutation([1], [1, 2], { seed: 1 })).toThrow("1 values beside 2");
    expect(() => pairedPermutation([Number.NaN], [1], { seed: 1 })).toThrow("value 0");
  });
});

describe("McNemar's test and the sign test", () => {
  test("airway reactivity, 1 against 7: exact 0.0703, mid-p 0.0391 (Fagerland, Lydersen & Laake 2013)", () => {
    expect(mcnemar(1, 7).exact).toBeCloseTo(0.0703, 4);
    expect(mcnemar(1, 7).midP).toBeCloseTo(0.0391, 4);
  });

  test("large counts equal statsmodels: 209 against 152, and 59 against 6", () => {
    // statsmodels 0.13.5, contingency_tables.mcnemar(exact=True)
    expect(mcnemar(209, 152).exact / 0.003150656880360618).toBeCloseTo(1, 9);
    expect(mcnemar(59, 6).exact / 4.964650327128616e-12).toBeCloseTo(1, 9);
  });

  test("both p-values equal the sums of binomial terms, and swap with the systems", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 25 }), fc.integer({ min: 0, max: 25 }), (b, c) => {
        fc.pre(b !== c);
        const n = b + c;
        const terms = Array.from({ length: n + 1 }, (_, k) => {
          let ways = 1;
          for (let i = 0; i < k; i++) ways = (ways * (n - i)) / (i + 1);
          return ways / 2 ** n;
        });
        const tail = terms.slice(0, Math.min(b, c) + 1).reduce((sum, term) => sum + term, 0);
        const { exact, midP } = mcnemar(b, c);
        expect(exact).toBeCloseTo(2 * tail, 10);
        expect(midP).toBeCloseTo(2 * tail - (terms[Math.min(b, c)] as number), 10);
        expect(mcnemar(c, b)).toEqual({ exact, midP });
      }),
    );
  });

  test("equal counts have an exact p of 1 and a mid-p of 1 less half the point (ibid., additional file)", () => {
    expect(mcnemar(2, 2).exact).toBe(1);
    expect(mcnemar(2, 2).midP).toBeCloseTo(1 - 6 / 16 / 2, 12);
    expect(mcnemar(0, 0)).toEqual({ exact: 1, midP: 1 });
  });

  test("the counts of two systems are those of their table", () => {
    const counts = pairedCounts([true, true, false, false, true], [true, false, true, false, false]);
    expect(counts).toEqual({ both: 1, onlyA: 2, onlyB: 1, neither: 1 });
  });

  test("the sign test leaves zeros out: 13 of Darwin's 15 pairs are positive (two-sided p 0.0074)", () => {
    expect(signTest(maize).exact).toBeCloseTo((2 * (1 + 15 + 105)) / 2 ** 15, 12);
    expect(signTest([...maize, 0, 0])).toEqual(signTest(maize));
  });

  test("counts that are no counts are refused", () => {
    expect(() => mcnemar(-1, 2)).toThrow("-1 is not a whole number");
    expect(() => mcnemar(1.5, 2)).toThrow("1.5");
    expect(() => signTest([])).toThrow("0 values");
  });
});

describe("Wilcoxon's signed ranks", () => {
  test("Hollander and Wolfe's data: 40 against 5, exact p 0.03906 (their section 3.1; R's wilcox.test)", () => {
    const result = wilcoxonSignedRank(before.map((x, i) => x - (after[i] as number)));
    expect(result).toMatchObject({ positive: 40, negative: 5, exact: true });
    expect(result.p).toBeCloseTo(0.0390625, 12);
  });

  test("the critical values of the printed table: the largest rank sum with a two-sided p of 5 % at most", () => {
    // McCornack 1965, J. Am. Statist. Assoc. 60:864
    for (const [n, critical] of [
      [6, 0],
      [8, 3],
      [10, 8],
      [15, 25],
      [20, 52],
      [25, 89],
    ] as const) {
      expect(wilcoxonSignedRank(withNegativeSum(n, critical)).p).toBeLessThanOrEqual(0.05);
      expect(wilcoxonSignedRank(withNegativeSum(n, critical + 1)).p).toBeGreaterThan(0.05);
    }
  });

  test("with ties and zeros the exact p equals a count of all sign patterns", () => {
    fc.assert(
      fc.property(smallLists, (xs) => {
        const moving = xs.filter((x) => x !== 0);
        fc.pre(moving.length > 0);
        const { positive, negative, p } = wilcoxonSignedRank(xs);
        const least = Math.min(positive, negative);
        let reached = 0;
        signed(moving.map(Math.abs), (one) => {
          if (wilcoxonSignedRank(one).positive <= least) reached++;
        });
        expect(p).toBeCloseTo(Math.min(1, (2 * reached) / 2 ** moving.length), 10);
      }),
      { numRuns: 40 },
    );
  });

  test("many pairs with ties: SciPy 1.10.1's normal approximation with continuity correction", () => {
    const xs = Array.from({ length: 80 }, (_, i) => ((i * 37) % 23) - 8);
    const result = wilcoxonSignedRank(xs);
    expect(result.exact).toBe(false);
    expect(Math.min(result.positive, result.negative)).toBe(853.5);
    expect(result.p).toBeCloseTo(0.0010001411728411721, 12);
  });

  test("swapping the systems swaps the sums and keeps p; differences of zero alone say nothing", () => {
    const mirrored = wilcoxonSignedRank(maize.map((x) => -x));
    expect(mirrored.p).toBe(wilcoxonSignedRank(maize).p);
    expect(mirrored.positive).toBe(wilcoxonSignedRank(maize).negative);
    expect(wilcoxonSignedRank([0, 0]).p).toBe(1);
    expect(() => wilcoxonSignedRank([])).toThrow("0 values");
  });
});

describe("Student's t and chi-square", () => {
  test("Darwin's maize: t = 2.148 with 14 degrees of freedom, p = 4.97 % (Fisher 1935, section 17)", () => {
    const { statistic, df, p } = pairedTTest(maize, none);
    expect(df).toBe(14);
    // SciPy 1.10.1, stats.ttest_1samp
    expect(statistic).toBeCloseTo(2.14798746133112, 10);
    expect(p).toBeCloseTo(0.049702944021800956, 10);
  });

  test("the interval of a mean equals SciPy 1.10.1's t.interval, and holds 0 exactly when the test does not reject", () => {
    const { low, high } = tInterval(before);
    expect(low).toBeCloseTo(1.2166123036588612, 9);
    expect(high).toBeCloseTo(2.316721029674472, 9);
    expect(tInterval(maize, 0.95).low).toBeGreaterThan(0);
    expect(tInterval(maize, 0.951).low).toBeLessThan(0);
  });

  test("chi-square of counts: SciPy 1.10.1's chisquare", () => {
    expect(chiSquareTest([16, 18, 16, 14, 12, 12])).toMatchObject({ statistic: 2, df: 5 });
    expect(chiSquareTest([16, 18, 16, 14, 12, 12]).p).toBeCloseTo(0.8491450360846096, 12);
    expect(chiSquareTest([20, 30, 50], [1, 1, 2]).p).toBeCloseTo(Math.exp(-1), 12);
  });

  test("differences that are all alike, one pair, and a category that was never expected", () => {
    expect(pairedTTest([2, 2], [1, 1]).p).toBe(0);
    expect(pairedTTest([1, 2], [1, 2]).p).toBe(1);
    expect(() => tInterval([1])).toThrow("at least 2");
    expect(() => chiSquareTest([1, 2], [1, 0])).toThrow("expected");
  });
});

/** Differences 1..n, of which those with the largest ranks that fit are negative, so that their ranks add up to `sum`. */
function withNegativeSum(n: number, sum: number): number[] {
  let left = sum;
  const differences: number[] = [];
  for (let rank = n; rank > 0; rank--) {
    const negative = rank <= left;
    if (negative) left -= rank;
    differences.push(negative ? -rank : rank);
  }
  return differences;
}
