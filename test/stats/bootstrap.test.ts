import { keyedRng } from "corrigenda/rng";
import {
  bootstrap,
  bootstrapAt,
  bootstrapDifference,
  bootstrapPairs,
  mean,
  median,
  quantile,
  ratioStream,
  replicates,
} from "corrigenda/stats";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { gpa, lsat } from "./law-school.ts";

/** Efron & Tibshirani 1993, table 14.1: spatial test data, variable A. */
const spatial = [48, 36, 20, 29, 42, 42, 20, 42, 22, 41, 45, 14, 6, 0, 33, 28, 34, 4, 32, 24, 47, 41, 24, 26, 30, 41];

function correlation(x: readonly number[], y: readonly number[]): number {
  const [mx, my] = [mean(x), mean(y)];
  let [xy, xx, yy] = [0, 0, 0];
  for (let i = 0; i < x.length; i++) {
    const [dx, dy] = [(x[i] as number) - mx, (y[i] as number) - my];
    xy += dx * dy;
    xx += dx * dx;
    yy += dy * dy;
  }
  return xy / Math.sqrt(xx * yy);
}

function plugInVariance(xs: readonly number[]): number {
  const middle = mean(xs);
  return mean(xs.map((x) => (x - middle) ** 2));
}

/** Every resample of a short list, each once: the ideal bootstrap. */
function everyResample(xs: readonly number[]): number[][] {
  let all: number[][] = [[]];
  for (const _ of xs) all = all.flatMap((begun) => xs.map((x) => [...begun, x]));
  return all;
}

describe("published and computed references", () => {
  test("spatial data: the 90 % intervals of the variance lie near the book's (Efron & Tibshirani 1993, table 14.2)", () => {
    const options = { seed: 1, level: 0.9, resamples: 20_000 };
    const bca = bootstrap(spatial, plugInVariance, options);
    expect(bca.value).toBeCloseTo(171.5, 1);
    // The book has (115.8, 259.6) from 2,000 resamples; SciPy 1.10.1 with 200,000 has (115.41, 260.88).
    expect(Math.abs(bca.low - 115.41)).toBeLessThan(2);
    expect(Math.abs(bca.high - 260.88)).toBeLessThan(3);
    const percentile = bootstrap(spatial, plugInVariance, { ...options, method: "percentile" });
    // The book has (100.8, 233.9); SciPy 1.10.1 with 200,000 has (97.77, 235.63).
    expect(Math.abs(percentile.low - 97.77)).toBeLessThan(2);
    expect(Math.abs(percentile.high - 235.63)).toBeLessThan(2);
  });

  test("law school data: BCa and percentile limits of the correlation equal SciPy 1.10.1's with 400,000 resamples", () => {
    for (const [method, level, low, high] of [
      ["percentile", 0.9, 0.52334, 0.94749],
      ["percentile", 0.95, 0.46047, 0.96182],
      ["bca", 0.9, 0.4305, 0.9268],
      ["bca", 0.95, 0.3351, 0.94184],
    ] as const) {
      const estimate = bootstrapPairs(lsat, gpa, correlation, { seed: 2, level, method, resamples: 40_000 });
      expect(estimate.value).toBeCloseTo(0.776374491289407, 12);
      expect(Math.abs(estimate.low - low)).toBeLessThan(0.02);
      expect(Math.abs(estimate.high - high)).toBeLessThan(0.004);
      expect(Math.abs(estimate.error - 0.13333)).toBeLessThan(0.002);
    }
  });

  test("the ideal bootstrap, all 3,125 resamples of five values, gives the same limits", () => {
    const xs = [1.2, 0.3, 4.4, 2.5, 9.1];
    const ideal = everyResample(xs).map(mean);
    const sampled = bootstrap(xs, mean, { seed: 3, method: "percentile", resamples: 60_000 });
    expect(Math.abs(sampled.low - quantile(ideal, 0.025))).toBeLessThan(0.1);
    expect(Math.abs(sampled.high - quantile(ideal, 0.975))).toBeLessThan(0.1);
    expect(sampled.error).toBeCloseTo(Math.sqrt(plugInVariance(ideal)), 1);
  });

  test("GSM8K solvers on 1,319 questions, 209 against 152: -0.0432 [-0.0705, -0.0144] within the stated 0.002", () => {
    // A reference computed elsewhere for this project (paired bootstrap of the published solutions of two solvers).
    const a = Array.from({ length: 1319 }, (_, i) => (i < 152 ? 1 : 0));
    const b = Array.from({ length: 1319 }, (_, i) => (i >= 152 && i < 361 ? 1 : 0));
    const { value, low, high } = bootstrapDifference(a, b, { seed: 1 });
    expect(value).toBeCloseTo(-0.0432, 4);
    expect(Math.abs(low + 0.0705)).toBeLessThan(0.002);
    expect(Math.abs(high + 0.0144)).toBeLessThan(0.002);
  });

  test("the standard error of a mean is the closed form sqrt(sum of squares) / n", () => {
    const closed = Math.sqrt(plugInVariance(spatial) / spatial.length);
    expect(bootstrap(spatial, mean, { seed: 4 }).error / closed).toBeCloseTo(1, 1.5);
  });

  test("of 400 studies of 40 skewed values each, about 95 % of the intervals hold the truth", () => {
    let held = 0;
    for (let study = 0; study < 400; study++) {
      const rng = keyedRng(5, "coverage", study);
      const xs = Array.from({ length: 40 }, () => -Math.log(1 - rng.next()));
      const { low, high } = bootstrap(xs, mean, { seed: study, resamples: 600 });
      if (low <= 1 && high >= 1) held++;
    }
    // 95 % less the small-sample shortfall of a skewed mean (about 2 points), plus or minus three standard errors.
    expect(held / 400).toBeGreaterThan(0.89);
    expect(held / 400).toBeLessThan(0.98);
  });
});

describe("resampling", () => {
  test("replicates depend on seed and number alone: any cut of the range gives the same ones", () => {
    const statistic = (positions: Uint32Array) => mean(Array.from(positions, (i) => spatial[i] as number));
    const whole = replicates(spatial.length, statistic, { seed: "s", to: 300 });
    fc.assert(
      fc.property(fc.nat(300), (cut) => {
        const first = replicates(spatial.length, statistic, { seed: "s", to: cut });
        const second = replicates(spatial.length, statistic, { seed: "s", from: cut, to: 300 });
        expect([...first, ...second]).toEqual([...whole]);
      }),
      { numRuns: 20 },
    );
    expect([...replicates(spatial.length, statistic, { seed: "t", to: 300 })]).not.toEqual([...whole]);
  });

  test("the same seed gives the same interval, whichever form the items have", () => {
    const estimate = bootstrap(spatial, mean, { seed: 6 });
    expect(bootstrap(Float64Array.from(spatial), mean, { seed: 6 })).toEqual(estimate);
    const byPosition = (positions: Uint32Array) => mean(Array.from(positions, (i) => spatial[i] as number));
    expect(bootstrapAt(spatial.length, byPosition, { seed: 6 })).toEqual(estimate);
  });

  test("clusters are drawn whole: items that repeat within a document add nothing", () => {
    const documents = [3, 1, 4, 1, 5, 9, 2, 6];
    const tripled = documents.flatMap((x) => [x, x, x]);
    const clusters = documents.flatMap((_, i) => [`d${i}`, `d${i}`, `d${i}`]);
    const clustered = bootstrap(tripled, mean, { seed: 7, clusters });
    const single = bootstrap(documents, mean, { seed: 7 });
    expect(clustered.low).toBeCloseTo(single.low, 12);
    expect(clustered.high).toBeCloseTo(single.high, 12);
    const naive = bootstrap(tripled, mean, { seed: 7 });
    expect(naive.error / clustered.error).toBeCloseTo(1 / Math.sqrt(3), 1);
  });

  test("clusters of unequal size give the ratio estimate's error (Cochran 1977, section 2.11)", () => {
    const sizes = Array.from({ length: 80 }, (_, i) => 1 + (i % 7));
    const items = sizes.flatMap((size, i) => Array.from({ length: size }, (_, j) => ((i * 13) % 10) + (j % 3)));
    const clusters = sizes.flatMap((size, i) => Array.from({ length: size }, () => i));
    const { value, error } = bootstrap(items, mean, { seed: 8, clusters });
    const residuals = sizes.map((_, i) =>
      items.reduce((sum, x, at) => (clusters[at] === i ? sum + x - value : sum), 0),
    );
    const closed = Math.sqrt(residuals.reduce((sum, r) => sum + r * r, 0)) / items.length;
    expect(error / closed).toBeCloseTo(1, 1);
  });

  test("a paired difference is far more certain than two lists apart", () => {
    const a = Array.from({ length: 60 }, (_, i) => (i * 37) % 100);
    const b = a.map((x, i) => x - 1 - (i % 3));
    const paired = bootstrapDifference(a, b, { seed: 9 });
    expect(paired.value).toBeCloseTo(2, 12);
    expect(paired.error).toBeLessThan(0.05 * bootstrap(a, mean, { seed: 9 }).error * 2);
    expect(paired.low).toBeGreaterThan(1.5);
  });

  test("intervals shift and scale with their data, and lie inside it", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 2, maxLength: 30 }),
        fc.integer({ min: 1, max: 9 }),
        (xs, k) => {
          const options = { seed: 10, resamples: 200 };
          const plain = bootstrap(xs, mean, options);
          const moved = bootstrap(
            xs.map((x) => 8 * x + k),
            mean,
            options,
          );
          expect(moved.low).toBeCloseTo(8 * plain.low + k, 6);
          expect(moved.high).toBeCloseTo(8 * plain.high + k, 6);
          expect(plain.low).toBeGreaterThanOrEqual(Math.min(...xs));
          expect(plain.high).toBeLessThanOrEqual(Math.max(...xs));
          expect(plain.low).toBeLessThanOrEqual(plain.high);
        },
      ),
      { numRuns: 50 },
    );
  });

  test("a constant has an interval of no width", () => {
    expect(bootstrap([4, 4, 4], median, { seed: 11 })).toMatchObject({ value: 4, low: 4, high: 4, error: 0 });
  });

  test("resamples without a value are left out and counted; a statistic without one is refused", () => {
    const shareOfTwos = (xs: readonly number[]) => {
      const seen = xs.filter((x) => x > 0);
      return seen.length === 0 ? Number.NaN : seen.filter((x) => x === 2).length / seen.length;
    };
    const estimate = bootstrap([0, 0, 1, 2], shareOfTwos, { seed: 12 });
    // Nothing but zeros is drawn with probability (1/2)^4.
    expect(estimate.undefinedResamples / estimate.resamples).toBeCloseTo(1 / 16, 1.5);
    expect(() => bootstrap([0, 0, 0], shareOfTwos, { seed: 12 })).toThrow("not defined");
  });

  test("no items, labels of another length, too few resamples and a level of 1 are refused", () => {
    expect(() => bootstrap([], mean, { seed: 1 })).toThrow("0 values");
    expect(() => bootstrap([1, 2], mean, { seed: 1, clusters: ["a"] })).toThrow("2 values beside 1");
    expect(() => bootstrap([1, 2], mean, { seed: 1, resamples: 50 })).toThrow("at least 100");
    expect(() => bootstrap([1, 2], mean, { seed: 1, level: 1 })).toThrow("level");
    expect(() => bootstrapDifference([1, 2], [1], { seed: 1 })).toThrow("2 values beside 1");
    expect(() => bootstrap([1, Number.NaN], mean, { seed: 1 })).toThrow("not a finite number");
  });
});

describe("a stream", () => {
  const xs = Array.from({ length: 500 }, (_, i) => (i * 7919) % 101);

  test("its interval is that of the bootstrap that kept every item", () => {
    const stream = ratioStream(1, 4000);
    for (const [i, x] of xs.entries()) stream.add(i, x);
    const kept = bootstrap(xs, mean, { seed: 1, method: "percentile" });
    const estimate = stream.estimate();
    expect(estimate.value).toBeCloseTo(mean(xs), 10);
    expect(Math.abs(estimate.low - kept.low)).toBeLessThan(0.2 * kept.error);
    expect(Math.abs(estimate.high - kept.high)).toBeLessThan(0.2 * kept.error);
    expect(estimate.error / kept.error).toBeCloseTo(1, 1);
  });

  test("order and chunks do not matter, and a key's items are drawn together", () => {
    const [forward, backward, left, right, whole] = Array.from({ length: 5 }, () => ratioStream("s", 200));
    if (!forward || !backward || !left || !right || !whole) throw new Error("five streams");
    for (const [i, x] of xs.entries()) {
      forward.add(i, x, 2);
      (i % 3 === 0 ? left : right).add(i, x, 2);
      whole.add(i, x / 2, 1);
      whole.add(i, x / 2, 1);
    }
    for (const [i, x] of [...xs.entries()].reverse()) backward.add(i, x, 2);
    const { low, high, value } = forward.estimate();
    for (const other of [backward, left.merged(right), whole]) {
      expect(other.estimate().value).toBeCloseTo(value, 10);
      expect(other.estimate().low).toBeCloseTo(low, 10);
      expect(other.estimate().high).toBeCloseTo(high, 10);
    }
  });

  test("nothing added and streams of different make are refused", () => {
    expect(() => ratioStream(1).estimate()).toThrow("add up to nothing");
    expect(() => ratioStream(1, 100).merged(ratioStream(1, 200))).toThrow("another seed or size");
    expect(() => ratioStream(1).merged(ratioStream(2))).toThrow("another seed or size");
    expect(() => ratioStream(1).add("a", Number.NaN)).toThrow("numerator");
  });
});
