import { keyedRng } from "corrigenda/rng";
import { normalQuantile } from "corrigenda/stats";
import { describe, expect, test } from "vitest";
import { drawBeta, drawWinner } from "../../lib/selfcorrect/policy-draws.ts";
import { type Normals, normalWinners } from "../../lib/selfcorrect/policy-quadrature.ts";
import { type Betas, betaWinners } from "../../lib/selfcorrect/policy-quadrature-beta.ts";

/**
 * P(i is the largest) from densities on a grid of 12,000 points, by plain sums: another way than the one tested.
 * @param density of variable i at x, up to a factor
 */
function bySums(
  size: number,
  known: number,
  at: number,
  [low, high]: readonly [number, number],
  density: (i: number, x: number) => number,
): number[] {
  const points = 12_000;
  const width = (high - low) / points;
  const x = Array.from({ length: points }, (_, k) => low + (k + 0.5) * width);
  const densities = Array.from({ length: size }, (_, i) => {
    const values = x.map((one) => (i === known ? 0 : density(i, one)));
    const sum = values.reduce((total, value) => total + value, 0);
    return values.map((value) => (i === known ? 0 : value / sum));
  });
  const below = densities.map(() => 0);
  const p = densities.map(() => 0);
  let knownWins = 1;
  for (const [k, one] of x.entries()) {
    const half = densities.map((values, i) => (i === known ? 1 : (below[i] as number) + (values[k] as number) / 2));
    const all = half.reduce((product, value) => product * value, 1);
    if (known < 0 || one > at)
      for (const [i, values] of densities.entries())
        if (half[i]) p[i] = (p[i] as number) + (all / (half[i] as number)) * (values[k] as number);
    for (const [i, values] of densities.entries()) below[i] = (below[i] as number) + (values[k] as number);
    if (one <= at) knownWins = below.reduce((product, value, i) => (i === known ? product : product * value), 1);
  }
  if (known >= 0) p[known] = knownWins;
  return p;
}

const furthest = (a: readonly number[], b: readonly number[]): number =>
  Math.max(...a.map((x, i) => Math.abs(x - (b[i] as number))));

describe("independent normals", () => {
  test.each([0.001, 0.01, 0.3, 0.5, 0.9, 0.999])(
    "of two, the first is the larger one with probability %f, to 1e-5",
    (p) => {
      // P(X > Y) is the normal's at the difference of means over the root of the summed variances.
      const [a, b] = [0.3, 0.05];
      const found = normalWinners({ means: [normalQuantile(p) * Math.hypot(a, b), 0], sds: [a, b], known: -1 });
      expect(furthest(found, [p, 1 - p])).toBeLessThan(1e-5);
    },
  );

  test("a known constant wins with the product of what lies below it", () => {
    const means = [0, ...[0.2, 0.5, 0.9].map((p) => -0.1 * normalQuantile(p))];
    const found = normalWinners({ means, sds: [0, 0.1, 0.1, 0.1], known: 0 });
    expect(found[0]).toBeCloseTo(0.2 * 0.5 * 0.9, 5);
  });

  test("equal ones win equally often", () => {
    const found = normalWinners({ means: new Array(33).fill(0.1), sds: new Array(33).fill(0.3), known: -1 });
    for (const share of found) expect(share).toBeCloseTo(1 / 33, 12);
  });

  const rng = keyedRng(8, "normals");
  const cases = [2, 5, 10, 33, 33, 33, 33].map(
    (size, at): Normals => ({
      means: Array.from({ length: size }, (_, i) =>
        i === 0 && at % 2 === 1 ? 0 : ([0.02, 0.3, 0.1, 1][at % 4] as number) * (rng.next() - 0.6),
      ),
      sds: Array.from({ length: size }, () => 0.6 / Math.sqrt(1 + rng.int([4, 400, 40, 4_000][at % 4] as number))),
      known: at % 2 === 1 ? 0 : -1,
    }),
  );
  test.each(cases.map((one, at) => [at, one.means.length, one] as const))(
    "case %i, %i of them: plain sums agree to 1e-4",
    (_, size, one) => {
      const density = (i: number, x: number): number =>
        Math.exp(-0.5 * ((x - (one.means[i] as number)) / (one.sds[i] as number)) ** 2);
      const all = bySums(size, one.known, 0, [-3, 3], density);
      expect(furthest(normalWinners(one), all)).toBeLessThan(1e-4);
    },
  );

  test("1,000,000 draws agree to 1e-3, four standard errors of a half apart", () => {
    const one = { means: [0, 0.02, 0.05, -0.1], sds: [0, 0.05, 0.02, 0.2], known: 0 };
    const counts = [0, 0, 0, 0];
    const draws = 1_000_000;
    for (let at = 0; at < draws; at++) {
      const place = drawWinner(one, 0, rng);
      counts[place] = (counts[place] as number) + 1;
    }
    expect(
      furthest(
        normalWinners(one),
        counts.map((n) => n / draws),
      ),
    ).toBeLessThan(1e-3 + 4 * Math.sqrt(0.25 / draws));
  });

  test.each([
    ["a very narrow one beside a wide one", [0.1, 0.1], [1e-7, 1], -1, [0.5, 0.5]],
    ["one far below the others", [-50, 0, 0], [0.1, 0.1, 0.1], -1, [0, 0.5, 0.5]],
    ["a constant far above", [3, 0, 0], [0, 0.1, 0.1], 0, [1, 0, 0]],
    ["a constant far below", [-3, 0, 0], [0, 0.1, 0.1], 0, [0, 0.5, 0.5]],
    ["very large numbers", [1e6, 1e6], [1e3, 1e3], -1, [0.5, 0.5]],
  ] as const)("%s", (_, means, sds, known, expected) => {
    expect(furthest(normalWinners({ means, sds, known }), expected)).toBeLessThan(1e-5);
  });

  test("more of them than a product of small numbers can bear still sum to 1", () => {
    const size = 400;
    const found = normalWinners({
      means: Array.from({ length: size }, (_, i) => i / size),
      sds: new Array(size).fill(0.3),
      known: -1,
    });
    expect(found.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 12);
    expect(found.indexOf(Math.max(...found))).toBe(size - 1);
  });
});

describe("independent Betas", () => {
  test("Beta(1, 1) against Beta(a, 1) loses with probability a / (a + 1), the closed form", () => {
    for (const a of [1, 1.5, 4, 60]) {
      const found = betaWinners({ a: [1, a], b: [1, 1], known: -1, constant: 0 });
      expect(found[1]).toBeCloseTo(a / (a + 1), 4);
    }
  });

  test("whole numbers: P(Beta(a, b) > Beta(c, d)) by Evan Miller's sum, to 1e-4", () => {
    // https://www.evanmiller.org/bayesian-ab-testing.html, formula for integer parameters.
    const ln = (n: number): number =>
      Array.from({ length: n - 1 }, (_, k) => Math.log(k + 1)).reduce((sum, x) => sum + x, 0);
    const lnBeta = (x: number, y: number): number => ln(x) + ln(y) - ln(x + y);
    for (const [a, b, c, d] of [
      [3, 5, 2, 9],
      [40, 60, 50, 50],
      [2, 200, 1, 150],
    ] as const) {
      let above = 0;
      for (let i = 0; i < a; i++)
        above += Math.exp(lnBeta(c + i, b + d) - Math.log(b + i) - lnBeta(1 + i, b) - lnBeta(c, d));
      // The sum has Beta(a, b) as the larger one.
      expect(betaWinners({ a: [a, c], b: [b, d], known: -1, constant: 0 })[0]).toBeCloseTo(above, 4);
    }
  });

  const rng = keyedRng(9, "betas");
  const cases = [2, 5, 33, 33, 33].map(
    (size, at): Betas => ({
      a: Array.from({ length: size }, () => 1 + rng.next() * ([3, 300, 20, 2, 50][at] as number)),
      b: Array.from({ length: size }, () => 1 + rng.next() * ([3, 300, 20, 900, 1][at] as number)),
      known: at % 2 === 1 ? 0 : -1,
      constant: 0.5,
    }),
  );
  test.each(cases.map((one, at) => [at, one.a.length, one] as const))(
    "case %i, %i of them: plain sums agree to 1e-3",
    (_, size, one) => {
      const density = (i: number, x: number): number => {
        const [a, b] = [one.a[i] as number, one.b[i] as number];
        const mode = (a - 1) / Math.max(1e-9, a + b - 2);
        const log = (y: number): number =>
          (a - 1) * Math.log(Math.max(y, 1e-300)) + (b - 1) * Math.log(Math.max(1 - y, 1e-300));
        return Math.exp(log(x) - log(Math.min(1, Math.max(0, mode))));
      };
      expect(furthest(betaWinners(one), bySums(size, one.known, 0.5, [0, 1], density))).toBeLessThan(1e-3);
    },
  );

  test("a constant outside [0, 1] always loses, or always wins", () => {
    const of = (constant: number): number[] => betaWinners({ a: [1, 2, 1.5], b: [1, 2, 1], known: 0, constant });
    expect(of(-0.2)[0]).toBe(0);
    expect(of(-0.2).reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 12);
    expect(of(1.2)).toEqual([1, 0, 0]);
  });

  test("drawn Betas have the mean and the variance of the closed form, within 4.5 standard errors", () => {
    for (const [a, b] of [
      [1, 1],
      [1.3, 7],
      [400, 25],
    ] as const) {
      const draws = 20_000;
      const xs = Array.from({ length: draws }, () => drawBeta(a, b, rng));
      const mean = xs.reduce((sum, x) => sum + x, 0) / draws;
      const variance = (a * b) / ((a + b) ** 2 * (a + b + 1));
      expect(Math.abs(mean - a / (a + b))).toBeLessThan(4.5 * Math.sqrt(variance / draws));
      const squares = xs.map((x) => (x - a / (a + b)) ** 2);
      const found = squares.reduce((sum, x) => sum + x, 0) / draws;
      const spread = Math.sqrt(squares.reduce((sum, x) => sum + (x - found) ** 2, 0) / draws);
      expect(Math.abs(found - variance)).toBeLessThan((4.5 * spread) / Math.sqrt(draws));
    }
  });
});
