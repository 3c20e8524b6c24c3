import { keyedRng } from "corrigenda/rng";
import { createPolicy, type RtsContext } from "corrigenda/selfcorrect";
import { expect, test } from "vitest";
import { fitPooled } from "../../lib/selfcorrect/policy-pooled-fit.ts";
import type { Row } from "../../lib/selfcorrect/policy-table.ts";

/** Solves a x = b by Gauss's elimination with pivots. */
function solved(a: readonly (readonly number[])[], b: readonly number[]): number[] {
  const rows = a.map((row, i) => [...row, b[i] as number]);
  for (let i = 0; i < rows.length; i++) {
    let pivot = i;
    for (let k = i; k < rows.length; k++)
      if (Math.abs(rows[k]?.[i] as number) > Math.abs(rows[pivot]?.[i] as number)) pivot = k;
    [rows[i], rows[pivot]] = [rows[pivot] as number[], rows[i] as number[]];
    const top = rows[i] as number[];
    for (let k = 0; k < rows.length; k++) {
      if (k === i) continue;
      const share = (rows[k]?.[i] as number) / (top[i] as number);
      rows[k] = (rows[k] as number[]).map((value, at) => value - share * (top[at] as number));
    }
  }
  return rows.map((row, i) => (row.at(-1) as number) / (row[i] as number));
}

const spread = { template: 0.02, context: 0.015, interaction: 0.004 };
const noise = 0.3;
// The first action is none; contexts 0, 2 and 5 were seen.
const rows: (Row | undefined)[] = [];
rows[0] = { n: [3, 4, 0, 10], gain: [0, 2, 0, 3], loss: [0, 0.5, 0, 1] };
rows[2] = { n: [0, 1, 7, 0], gain: [0, 0, 2, 0], loss: [0, 1, 1.2, 0] };
rows[5] = { n: [9, 0, 2, 25], gain: [0, 0, 1, 4], loss: [0, 0, 0, 9] };
interface Cell {
  readonly context: number;
  readonly action: number;
}

/** Prior covariance of two cells: level 0.25, and the effects that they share. */
function prior(a: Cell, b: Cell): number {
  const [sameAction, sameContext] = [a.action === b.action, a.context === b.context];
  return (
    0.25 +
    (sameAction ? spread.template : 0) +
    (sameContext ? spread.context : 0) +
    (sameAction && sameContext ? spread.interaction : 0)
  );
}

test("means and variances are those of the joint normal distribution of all cells, to 1e-10", () => {
  // Gaussian conditioning over the seen cells (Rasmussen & Williams 2006, eq. 2.23-2.24): no effects, no elimination.
  const seen = rows.flatMap((row, context) =>
    [1, 2, 3].flatMap((action) => (row?.n[action] ? [{ context, action }] : [])),
  );
  const ofCell = ({ context, action }: Cell) => {
    const row = rows[context] as Row;
    return { n: row.n[action] as number, sum: (row.gain[action] as number) - (row.loss[action] as number) };
  };
  const covariance = seen.map((a, i) => seen.map((b, j) => prior(a, b) + (i === j ? noise / ofCell(a).n : 0)));
  const { cells } = fitPooled(rows, 4, 0, noise, spread);
  for (const context of [0, 1, 2, 5, 60]) {
    for (const action of [1, 2, 3]) {
      const against = seen.map((one) => prior(one, { context, action }));
      const weights = solved(covariance, against);
      const mean = seen.reduce((sum, one, i) => sum + (weights[i] as number) * (ofCell(one).sum / ofCell(one).n), 0);
      const variance =
        prior({ context, action }, { context, action }) -
        against.reduce((sum, x, i) => sum + x * (weights[i] as number), 0);
      expect(cells[context]?.means[action]).toBeCloseTo(mean, 10);
      expect(1 / (cells[context]?.precisions[action] as number)).toBeCloseTo(variance, 10);
    }
  }
});

test("variances of effects are learned: from rewards with spreads .15, .1 and .03 they come near", () => {
  const rng = keyedRng(3, "variances");
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - rng.next())) * Math.cos(2 * Math.PI * rng.next());
  const effects = (count: number, sd: number): number[] => Array.from({ length: count }, () => sd * normal());
  const [ofTemplates, ofContexts] = [effects(33, 0.15), effects(54, 0.1)];
  const many = ofContexts.map((context): Row => {
    const n = ofTemplates.map(() => 400);
    const sums = ofTemplates.map((template) => 400 * (template + context + 0.03 * normal() + (0.5 / 20) * normal()));
    return { n, gain: sums.map((sum) => Math.max(0, sum)), loss: sums.map((sum) => Math.max(0, -sum)) };
  });
  let found = fitPooled(many, 33, 0, 0.25).spread;
  for (let step = 0; step < 30; step++) found = fitPooled(many, 33, 0, 0.25, found).spread;
  // A variance of 33 or 54 normals is known to a factor of about 1 ± 2 sqrt(2 / 33).
  const ratios = [found.template / 0.15 ** 2, found.context / 0.1 ** 2, found.interaction / 0.03 ** 2];
  for (const [at, ratio] of ratios.entries()) {
    expect(ratio).toBeGreaterThan([0.5, 0.5, 0.9][at] as number);
    expect(ratio).toBeLessThan([1.6, 1.6, 1.1][at] as number);
  }
});

test("what a template is worth is learned in other contexts too", () => {
  const actions = ["none", "good", "bad"];
  const at = (turnIndex: number): RtsContext => ({
    errorMode: "wavering",
    confidence: 0.5,
    lastPromptId: null,
    turnIndex,
  });
  const seen = Array.from({ length: 200 }, (_, i) => ({
    context: at(0),
    action: i % 2 ? "good" : "bad",
    reward: i % 2 ? 0.4 : -0.4,
  }));
  const shares = (name: string): readonly number[] =>
    createPolicy(name, { actions }).after(seen).propensities(at(4), keyedRng(1));
  expect(shares("gaussian_ts").map((share) => share.toFixed(3))).toEqual(["0.250", "0.375", "0.375"]);
  const [none, good, bad] = shares("gaussian_ts_pooled");
  expect(good).toBeGreaterThan(0.8);
  expect(Number(bad)).toBeLessThan(0.02);
  expect(Number(none)).toBeLessThan(0.2);
});
