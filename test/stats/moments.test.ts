import { isStudyError } from "corrigenda/error";
import {
  addMoment,
  mean,
  median,
  mergeMoments,
  noMoments,
  quantile,
  standardDeviation,
  variance,
  varianceOf,
} from "corrigenda/stats";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

const numbers = (least: number) =>
  fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: least, maxLength: 60 });

describe("mean and variance", () => {
  test("a worked example: 2, 4, 4, 4, 5, 5, 7, 9 has mean 5 and 32 squared deviations", () => {
    const xs = [2, 4, 4, 4, 5, 5, 7, 9];
    expect(mean(xs)).toBe(5);
    expect(variance(xs)).toBeCloseTo(32 / 7, 14);
    expect(standardDeviation(xs)).toBeCloseTo(Math.sqrt(32 / 7), 14);
  });

  test("a large common offset does not drown the variance (NIST StRD NumAcc3: deviation 0.1, relative error 1e-8)", () => {
    const xs = [1000000.2, ...Array.from({ length: 1000 }, (_, i) => 1000000 + (i % 2 === 0 ? 0.1 : 0.3))];
    expect(standardDeviation(xs)).toBeCloseTo(0.1, 8);
    expect(Math.sqrt(varianceOf(xs.reduce(addMoment, noMoments)))).toBeCloseTo(0.1, 8);
  });

  test("a stream cut anywhere and merged in any order has the moments of the whole", () => {
    fc.assert(
      fc.property(numbers(2), fc.nat(60), (xs, cut) => {
        const left = xs.slice(0, cut).reduce(addMoment, noMoments);
        const right = xs.slice(cut).reduce(addMoment, noMoments);
        const scale = 1 + Math.max(...xs.map(Math.abs));
        for (const merged of [mergeMoments(left, right), mergeMoments(right, left)]) {
          expect(merged.n).toBe(xs.length);
          expect(Math.abs(merged.mean - mean(xs)) / scale).toBeLessThan(1e-12);
          expect(Math.abs(varianceOf(merged) - variance(xs)) / scale ** 2).toBeLessThan(1e-12);
        }
      }),
    );
  });

  test("no values, one value or a value that is not finite is refused", () => {
    for (const broken of [
      () => mean([]),
      () => mean([1, Number.NaN]),
      () => variance([1]),
      () => varianceOf(addMoment(noMoments, 1)),
      () => addMoment(noMoments, Number.POSITIVE_INFINITY),
    ])
      expect(broken).toThrow(expect.toSatisfy((error: unknown) => isStudyError(error, "dataset")));
  });
});

describe("quantiles", () => {
  test("type 7, as R: quantile(c(1, 3, 5, 9), c(.1, .25, .5, .75, .9)) is 1.6, 2.5, 4, 6, 7.8", () => {
    const xs = [9, 1, 5, 3];
    for (const [p, value] of [
      [0, 1],
      [0.1, 1.6],
      [0.25, 2.5],
      [0.5, 4],
      [0.75, 6],
      [0.9, 7.8],
      [1, 9],
    ] as const)
      expect(quantile(xs, p)).toBeCloseTo(value, 12);
    expect(xs).toEqual([9, 1, 5, 3]);
    expect(median([7])).toBe(7);
  });

  test("a quantile does not depend on order, rises with p and stays inside the data", () => {
    fc.assert(
      fc.property(numbers(1), fc.double({ min: 0, max: 1, noNaN: true }), (xs, p) => {
        expect(quantile([...xs].reverse(), p)).toBe(quantile(xs, p));
        expect(quantile(xs, p)).toBeGreaterThanOrEqual(Math.min(...xs));
        expect(quantile(xs, p)).toBeLessThanOrEqual(Math.max(...xs));
        expect(quantile(xs, p)).toBeLessThanOrEqual(quantile(xs, 1));
      }),
    );
  });

  test("no values, a NaN and p outside [0, 1] are refused", () => {
    expect(() => quantile([], 0.5)).toThrow("0 values");
    expect(() => quantile([1, Number.NaN], 0.5)).toThrow("value 1");
    expect(() => quantile([1], 1.1)).toThrow("[0, 1]");
  });
});
