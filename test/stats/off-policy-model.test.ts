import { keyedRng, type Rng } from "corrigenda/rng";
import {
  bootstrap,
  crossFit,
  directMethod,
  doublyRobust,
  type FitRow,
  ips,
  type ModelledAction,
  type PolicyValue,
  selfNormalizedDr,
  shrunkDr,
  slope,
  snips,
  switchDr,
  tunedShrunkDr,
  tunedSwitchDr,
} from "corrigenda/stats";
import { describe, expect, test } from "vitest";

/** Weights 1, 2, 1/2, 1/4. */
const four: ModelledAction[] = [
  { reward: 1, propensity: 0.5, target: 0.5, predicted: 0.5, expected: 0.5 },
  { reward: 0, propensity: 0.25, target: 0.5, predicted: 0.5, expected: 0.25 },
  { reward: 1, propensity: 0.5, target: 0.25, predicted: 0.75, expected: 0.5 },
  { reward: 0, propensity: 0.8, target: 0.2, predicted: 0.25, expected: 0.75 },
];

const CONTEXTS = 3;
const ACTIONS = 3;
const chance = (x: number, a: number): number =>
  [0.1, 0.5, 0.9, 0.7, 0.2, 0.4, 0.3, 0.6, 0.5][x * ACTIONS + a] as number;
const LOGGING = [0.5, 0.3, 0.2] as const;
const WANTED = [0.15, 0.25, 0.6] as const;
const valueAt = (x: number, model: (x: number, a: number) => number): number =>
  WANTED.reduce((sum, p, a) => sum + p * model(x, a), 0);
const truth = [0, 1, 2].reduce((sum, x) => sum + valueAt(x, chance) / CONTEXTS, 0);

interface Drawn {
  readonly x: number;
  readonly a: number;
  readonly reward: number;
}

function draw(rng: Rng): Drawn {
  const [x, u] = [rng.int(CONTEXTS), rng.next()];
  const a = u < LOGGING[0] ? 0 : u < LOGGING[0] + LOGGING[1] ? 1 : 2;
  return { x, a, reward: rng.next() < chance(x, a) ? 1 : 0 };
}

function modelled({ x, a, reward }: Drawn, model: (x: number, a: number) => number): ModelledAction {
  const odds = { propensity: LOGGING[a] as number, target: WANTED[a] as number };
  return { reward, ...odds, predicted: model(x, a), expected: valueAt(x, model) };
}

function drawnLog(study: number, n: number): Drawn[] {
  const rng = keyedRng(study, "log");
  return Array.from({ length: n }, () => draw(rng));
}

/** Of 1,000 intervals that hold the truth with probability .95, 930 to 970 do: 2.9 standard deviations of the binomial. */
function expectCoverage(held: Readonly<Record<string, number>>): void {
  for (const [name, count] of Object.entries(held)) {
    expect(count, name).toBeGreaterThanOrEqual(930);
    expect(count, name).toBeLessThanOrEqual(970);
  }
}

describe("off-policy values with a model", () => {
  test("four rows give what the formulas give by hand", () => {
    expect(directMethod(four).value).toBeCloseTo(0.5, 12);
    expect(directMethod(four).error).toBeCloseTo(Math.sqrt(0.125 / 3 / 4), 12);
    expect(doublyRobust(four).value).toBeCloseTo(1.5625 / 4, 12);
    expect(selfNormalizedDr(four).value).toBeCloseTo(0.5 - 0.4375 / 3.75, 12);
    expect(switchDr(four, 1).value).toBeCloseTo(2.5625 / 4, 12);
    expect(switchDr(four, 1)).toMatchObject({ clipped: 1, maxWeight: 2 });
    expect(switchDr(four, 1).effectiveSampleSize).toBeCloseTo(1.75 ** 2 / 1.3125, 12);
    expect(shrunkDr(four, 1).value).toBeCloseTo((2.15 - 1 / 17) / 4, 12);
    expect(shrunkDr(four, 1)).toMatchObject({ clipped: 0, maxWeight: 2 });
  });

  test("the ends of each estimator are the others, errors included", () => {
    const bare = four.map((row) => ({ ...row, predicted: 0, expected: 0 }));
    const same = (a: PolicyValue, b: PolicyValue): void => {
      expect(a.value).toBeCloseTo(b.value, 12);
      expect(a.error).toBeCloseTo(b.error, 12);
    };
    same(doublyRobust(bare), ips(four));
    same(selfNormalizedDr(bare), snips(four));
    same(switchDr(four, Infinity), doublyRobust(four));
    same(switchDr(four, 2), doublyRobust(four));
    same(switchDr(four, 0), directMethod(four));
    same(shrunkDr(four, Infinity), doublyRobust(four));
    expect(shrunkDr(four, 1e12).value).toBeCloseTo(doublyRobust(four).value, 10);
    same(shrunkDr(four, 0), directMethod(four));
    expect(shrunkDr(four, 1e-14).value).toBeCloseTo(directMethod(four).value, 10);
  });

  test("clusters: single rows change nothing, pairs give the sandwich by hand", () => {
    for (const estimate of [ips, snips, doublyRobust, directMethod, selfNormalizedDr])
      expect(estimate(four, { clusters: [1, 2, 3, 4] }).error).toBeCloseTo(estimate(four).error, 14);
    // Deviations of the direct method 0, -1/4 | 0, 1/4: sqrt((1/16 + 1/16) 2 / 1) / 4.
    expect(directMethod(four, { clusters: ["a", "a", "b", "b"] }).error).toBeCloseTo(0.125, 12);
    expect(() => ips(four, { clusters: ["a"] })).toThrow("clusters");
  });

  test("the self-normalised error is about a bootstrap's", () => {
    const log = drawnLog(7, 300).map((one) => modelled(one, () => 0.4));
    const resampled = bootstrap(log, (sample) => selfNormalizedDr(sample).value, { seed: 1, resamples: 1000 });
    // 1,000 resamples know a standard error to 1 / sqrt(2000) = 2.2 %.
    expect(Math.abs(resampled.error / selfNormalizedDr(log).error - 1)).toBeLessThan(0.08);
  });

  test("of 1,000 logs of 200 rows, 93 to 97 % of the intervals hold the truth: right model, cross-fitted model", () => {
    const held = { dm: 0, sndr: 0, switch: 0, dros: 0, crossFittedDr: 0, crossFittedSndr: 0 };
    for (let study = 0; study < 1000; study++) {
      const drawn = drawnLog(study, 200);
      const right = drawn.map((one) => modelled(one, chance));
      const fitted = crossFit(
        drawn.map(({ x, a, reward }, i) => ({ context: String(x), action: String(a), reward, group: String(i) })),
      );
      const own = drawn.map((one, i) => modelled(one, (_x, a) => fitted(i, String(a))));
      const values: Readonly<Record<keyof typeof held, PolicyValue>> = {
        dm: directMethod(right),
        sndr: selfNormalizedDr(right),
        switch: switchDr(right, 1),
        dros: shrunkDr(right, 4),
        crossFittedDr: doublyRobust(own),
        crossFittedSndr: selfNormalizedDr(own),
      };
      for (const name of Object.keys(held) as (keyof typeof held)[])
        if (values[name].low <= truth && truth <= values[name].high) held[name]++;
    }
    // The right model's direct method has three values alone; its interval is narrow and about right.
    expectCoverage(held);
  });

  test("decisions of one question hang together: clustered intervals hold the truth, row by row ones do not", () => {
    const held = { clustered: 0, rowByRow: 0 };
    for (let study = 0; study < 1000; study++) {
      const rng = keyedRng(study, "clustered log");
      const clusters = Array.from({ length: 240 }, (_, i) => Math.floor(i / 3));
      let shift = 0;
      const log = clusters.map((_, i) => {
        if (i % 3 === 0) shift = rng.next() - 0.5;
        const one = draw(rng);
        return modelled({ ...one, reward: one.reward + 2 * shift }, chance);
      });
      const [clustered, rowByRow] = [doublyRobust(log, { clusters }), doublyRobust(log)];
      if (clustered.low <= truth && truth <= clustered.high) held.clustered++;
      if (rowByRow.low <= truth && truth <= rowByRow.high) held.rowByRow++;
    }
    expectCoverage({ clustered: held.clustered });
    expect(held.rowByRow).toBeLessThan(900);
  });

  test("a good model lowers the error, and shrinking trades bias for it where the model is wrong", () => {
    const drawn = drawnLog(3, 2000);
    expect(doublyRobust(drawn.map((one) => modelled(one, chance))).error).toBeLessThan(
      ips(drawn.map((one) => modelled(one, chance))).error,
    );
    const wrong = drawn.map((one) => modelled(one, () => 0.9));
    expect(shrunkDr(wrong, 1).error).toBeLessThan(doublyRobust(wrong).error);
    expect(Math.abs(shrunkDr(wrong, 1).value - truth)).toBeGreaterThan(Math.abs(doublyRobust(wrong).value - truth));
  });

  test("a tau or lambda below 0 and a model without a number are refused", () => {
    expect(() => switchDr(four, -1)).toThrow("tau");
    expect(() => shrunkDr(four, Number.NaN)).toThrow("lambda");
    expect(() => directMethod(four.map((row) => ({ ...row, expected: Number.NaN })))).toThrow("expected, row 0");
  });
});

describe("SLOPE", () => {
  const at = (value: number, error: number) => ({ ...ips(four), value, error });

  test("goes on while the intervals of two errors meet, and keeps the last one that does", () => {
    expect(slope([at(0, 1), at(0.5, 0.5), at(1, 0.2), at(2, 0.1)]).value).toBe(1);
    expect(slope([at(0, 1), at(9, 1), at(0, 0.1)]).value).toBe(0);
    // Each meets its neighbour, but the first and the third do not: [-2, 2], [1, 5], [4, 8].
    expect(slope([at(0, 1), at(3, 1), at(6, 1)]).value).toBe(3);
    // [-.2, .2] and [.3, 2.3] would not meet; the first is taken as wide as the second.
    expect(slope([at(0, 0.1), at(1.3, 0.5)]).value).toBe(1.3);
    expect(() => slope([])).toThrow("no estimates");
  });

  test("leaves a right model to itself and turns back to the weights where the model is wrong", () => {
    const drawn = drawnLog(5, 4000);
    const right = drawn.map((one) => modelled(one, chance));
    const wrong = drawn.map((one) => modelled(one, () => 0));
    for (const tuned of [tunedSwitchDr, tunedShrunkDr]) {
      expect(tuned(right).setting).toBe(0);
      expect(tuned(wrong).setting).toBeGreaterThan(0.5);
      expect(Math.abs(tuned(wrong).value - truth)).toBeLessThan(Math.abs(directMethod(wrong).value - truth) / 3);
    }
  });
});

describe("a cross-fitted reward model", () => {
  const row = (group: string, action: string, reward: number, context = "c"): FitRow => ({
    group,
    context,
    action,
    reward,
  });

  test("is fitted on the other folds: mean, action, context and cell, each drawn in by the shrinkage", () => {
    const rows = [row("one", "a", 5), row("two", "a", 1), row("two", "b", 0)];
    const model = crossFit(rows, { folds: 2, shrinkage: 1 });
    // Group two alone: mean 1/2; a + 1/4, b - 1/4; the context adds 0; the cell of a 1/8.
    expect(model(0, "a")).toBeCloseTo(0.875, 12);
    expect(model(0, "b")).toBeCloseTo(0.125, 12);
    expect(model(0, "never seen")).toBeCloseTo(0.5, 12);
    expect(model(1, "a")).toBeCloseTo(5, 12);
  });

  test("never looks at a row's own group, in whatever row it stands", () => {
    const rows = Array.from({ length: 60 }, (_, i) =>
      row(`q${i % 20}`, "ab"[i % 2] as string, (i * 7) % 5, String(i % 3)),
    );
    const changed = rows.map((one) => (one.group === "q3" ? { ...one, reward: 1000 } : one));
    const [model, other] = [crossFit(rows), crossFit(changed)];
    for (const [i, { group }] of rows.entries()) {
      if (group === "q3") expect(other(i, "a")).toBe(model(i, "a"));
      if (group === "q4") expect(other(i, "a")).not.toBe(model(i, "a"));
    }
  });

  test("nears the true means with more data, and refuses one group alone", () => {
    const drawn = drawnLog(9, 6000);
    const model = crossFit(drawn.map(({ x, a, reward }, i) => row(String(i), String(a), reward, String(x))));
    for (let x = 0; x < CONTEXTS; x++)
      for (let a = 0; a < ACTIONS; a++) {
        const at = drawn.findIndex((one) => one.x === x);
        // About 400 decisions in the rarest cell: 3 standard errors of a share are below .075.
        expect(Math.abs(model(at, String(a)) - chance(x, a))).toBeLessThan(0.075);
      }
    expect(() => crossFit([row("one", "a", 1), row("one", "b", 0)])).toThrow("groups");
  });
});
