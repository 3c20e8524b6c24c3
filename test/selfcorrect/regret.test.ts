import { nodeDisk, readText } from "corrigenda/files";
import {
  type Arm,
  actionsOf,
  BernoulliReference,
  bernoulliRows,
  contextTrial,
  createPolicy,
  DefectReference,
  defectRegret,
  ownTemplates,
  RECOMMENDED,
  regretCurve,
} from "corrigenda/selfcorrect";
import { describe, expect, test } from "vitest";

const disk = nodeDisk(`${import.meta.dirname}/../..`);
const folder = "test/golden/bandits";
const seed = 1126;

describe("reference figures (T = 10,000 and more runs: scripts/trial/bandits.ts)", async () => {
  const read = async (name: string): Promise<unknown> => JSON.parse(await readText(disk, `${folder}/${name}.json`));
  const bernoulli = BernoulliReference.parse(await read("bernoulli_bandit_regret_reference"));
  const defect = DefectReference.parse(await read("rts_update_rule_defect_reference"));

  test.each(Object.keys(bernoulli))(
    "%s: regret at 100 and 1,000 steps lies within 3 standard errors, of epsilon-greedy within 15 per cent",
    (instance) => {
      const figures = bernoulli[instance];
      expect(figures).toBeDefined();
      if (!figures) return;
      const runs = { ts: 60, ts_batch100: 40, ucb1: 100, "eps0.1": figures.mu.length > 2 ? 200 : 400, random: 60 };
      const rows = [...bernoulliRows({ [instance]: figures }, { horizon: 1_000, seed, runs })];
      expect(rows).toHaveLength(10);
      for (const row of rows) expect(row).toSatisfy(() => Math.abs(row.ours - row.reference) <= row.limit);
    },
  );

  test("where the source's update rule loses about 3,206 in 20,000 steps, the recommended policy loses 65 at most", () => {
    if (!defect) throw new Error("no reference");
    const source = defectRegret(defect, "thompson_sampling", { runs: 3, seed });
    expect(Math.abs(source.mean - 3205.8)).toBeLessThan(4 * source.se + 10);
    expect(defectRegret(defect, RECOMMENDED, { runs: 8, seed }).mean).toBeLessThan(65);
  });
});

test("10,000 traces teach 50 of 54 contexts an action within .05 of the best, and leave the source's rule far from it", () => {
  const actions = actionsOf(ownTemplates());
  const within = (name: string, at: number): number =>
    contextTrial(createPolicy(name, { actions }), actions, {
      ...{ seed: `${seed} ${at}`, traces: 10_000, decisions: 4, tolerance: 0.05 },
    }).within;
  for (const at of [0, 1]) expect(within(RECOMMENDED, at)).toBeGreaterThanOrEqual(50);
  expect(within("epsilon_greedy", 0)).toBeLessThan(40);
});

test("the standard error is that of the mean over runs", () => {
  const arms: readonly Arm[] = [
    { action: "a", mean: 1, reward: () => 1 },
    { action: "b", mean: 0, reward: () => 0 },
  ];
  const policy = createPolicy("random", { actions: ["a", "b"] });
  // One random choice of two: regret 0 or 1, variance 1/4.
  const [point] = regretCurve(policy, arms, { horizon: 1, runs: 400, seed: 1, at: [1] });
  expect(point?.se).toBeCloseTo(0.5 / Math.sqrt(400), 3);
  expect(Math.abs((point?.mean ?? 0) - 0.5)).toBeLessThan(0.1);
});
