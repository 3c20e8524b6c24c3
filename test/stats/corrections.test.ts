import { benjaminiHochberg, holm, pairedShareDifference, shareDifference, wilson } from "corrigenda/stats";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

/** Benjamini & Hochberg 1995, section 3.2: 15 comparisons of a heart study. */
const heart = [
  0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.324, 0.4262, 0.5719, 0.6528, 0.759, 1,
];
const pValues = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 20 });

describe("many tests at once", () => {
  test("the heart study: four rejections with a false discovery rate of 5 %, three with Holm's (ibid.)", () => {
    expect(benjaminiHochberg(heart).filter((p) => p <= 0.05)).toHaveLength(4);
    expect(holm(heart).filter((p) => p <= 0.05)).toHaveLength(3);
  });

  test("adjusted values equal statsmodels 0.13.5's multipletests (holm, fdr_bh)", () => {
    const byHolm = [0.0015, 0.0056, 0.0247, 0.114, 0.2211, 0.278, 0.278, 0.278, 0.3213, 1, 1, 1, 1, 1, 1];
    const byRate = [
      0.0015, 0.003, 0.0095, 0.035625, 0.0603, 0.06385714285714286, 0.06385714285714286, 0.0645, 0.0765, 0.486,
      0.5811818181818182, 0.714875, 0.7532307692307693, 0.8132142857142857, 1,
    ];
    for (const [i, p] of holm(heart).entries()) expect(p).toBeCloseTo(byHolm[i] as number, 12);
    for (const [i, p] of benjaminiHochberg(heart).entries()) expect(p).toBeCloseTo(byRate[i] as number, 12);
  });

  test("the order of the tests does not matter, and p <= BH <= Holm <= Bonferroni", () => {
    fc.assert(
      fc.property(pValues, (ps) => {
        const [byHolm, byRate] = [holm(ps), benjaminiHochberg(ps)];
        expect(holm([...ps].reverse()).reverse()).toEqual(byHolm);
        expect(benjaminiHochberg([...ps].reverse()).reverse()).toEqual(byRate);
        for (const [i, p] of ps.entries()) {
          expect(byRate[i]).toBeGreaterThanOrEqual(p - 1e-12);
          expect(byHolm[i]).toBeGreaterThanOrEqual((byRate[i] as number) - 1e-12);
          expect(byHolm[i]).toBeLessThanOrEqual(Math.min(1, p * ps.length) + 1e-12);
        }
      }),
    );
  });

  test("a p-value outside [0, 1] is refused; no tests need no correction", () => {
    expect(() => holm([0.5, 1.2])).toThrow("value 1");
    expect(() => benjaminiHochberg([Number.NaN])).toThrow("value 0");
    expect(holm([])).toEqual([]);
  });
});

describe("a difference of two shares", () => {
  test("independent: the eight contrasts of Newcombe 1998 (Stat Med 17:873, table II, method 10)", () => {
    for (const [hitsA, nA, hitsB, nB, low, high] of [
      [56, 70, 48, 80, 0.0524, 0.3339],
      [9, 10, 3, 10, 0.1705, 0.809],
      [6, 7, 2, 7, 0.0582, 0.8062],
      [5, 56, 0, 29, -0.0381, 0.1926],
      [0, 10, 0, 20, -0.1611, 0.2775],
      [0, 10, 0, 10, -0.2775, 0.2775],
      [10, 10, 0, 20, 0.6791, 1],
      [10, 10, 0, 10, 0.6075, 1],
    ] as const) {
      expect(shareDifference(hitsA, nA, hitsB, nB).low).toBeCloseTo(low, 4);
      expect(shareDifference(hitsA, nA, hitsB, nB).high).toBeCloseTo(high, 4);
    }
  });

  test("paired: Newcombe 1998 (Stat Med 17:2635, method 10) and the examples of R's contingencytables", () => {
    for (const [both, onlyA, onlyB, neither, low, high] of [
      [36, 12, 2, 0, 0.0569, 0.3404],
      // Fagerland, Lydersen & Laake 2017, chapter 8: airway reactivity (Bentur 2009), complete response (Cavo 2012)
      [1, 1, 7, 12, -0.5069, -0.0256],
      [59, 6, 16, 80, -0.1186, -0.0046],
      // Altman et al. 2000, Statistics with Confidence, table 6.2; limits by an own script of the printed formula
      [14, 5, 0, 22, 0.0115, 0.2265],
    ] as const) {
      const interval = pairedShareDifference({ both, onlyA, onlyB, neither });
      expect(interval.low).toBeCloseTo(low, 4);
      expect(interval.high).toBeCloseTo(high, 4);
      expect(interval.value).toBeCloseTo((onlyA - onlyB) / (both + onlyA + onlyB + neither), 12);
    }
  });

  test("intervals hold their estimate, stay in [-1, 1] and mirror when the systems are swapped", () => {
    const count = fc.nat(40);
    fc.assert(
      fc.property(count, count, count, count, (both, onlyA, onlyB, neither) => {
        fc.pre(both + onlyA + onlyB + neither > 0);
        const { value, low, high } = pairedShareDifference({ both, onlyA, onlyB, neither });
        const swapped = pairedShareDifference({ both, onlyA: onlyB, onlyB: onlyA, neither });
        expect(low).toBeGreaterThanOrEqual(-1);
        expect(high).toBeLessThanOrEqual(1);
        expect(low).toBeLessThanOrEqual(value + 1e-12);
        expect(high).toBeGreaterThanOrEqual(value - 1e-12);
        expect(swapped.low).toBeCloseTo(-high, 10);
        expect(swapped.high).toBeCloseTo(-low, 10);
      }),
    );
  });

  test("pairs that agree tell more than two lists apart, at the same shares", () => {
    const paired = pairedShareDifference({ both: 60, onlyA: 10, onlyB: 5, neither: 25 });
    const apart = shareDifference(70, 100, 65, 100);
    expect(paired.high - paired.low).toBeLessThan(apart.high - apart.low);
    expect(apart.value).toBeCloseTo(wilson(70, 100).value - wilson(65, 100).value, 12);
  });

  test("no items, more hits than items and fractions are refused", () => {
    expect(() => shareDifference(1, 0, 1, 2)).toThrow("n: 0");
    expect(() => shareDifference(3, 2, 1, 2)).toThrow("n: 2");
    expect(() => pairedShareDifference({ both: 0, onlyA: 0, onlyB: 0, neither: 0 })).toThrow("at least 1");
  });
});
