import { nodeDisk, readText } from "corrigenda/files";
import { type Arm, bernoulliArms, createPolicy, regretCurve } from "corrigenda/selfcorrect";
import { describe, expect, test } from "vitest";

const disk = nodeDisk(`${import.meta.dirname}/../..`);
const SEED = 1126;
const folder = "../shared/data/reference";
const here = (await disk.size(`${folder}/bernoulli_bandit_regret_reference.json`)) !== undefined;
if (!here) console.warn(`skipped: ${disk.resolve(folder)} is not here`);
const read = async <T>(name: string): Promise<T> =>
  JSON.parse(here ? await readText(disk, `${folder}/${name}.json`) : "{}") as T;

type Instance = Readonly<Record<string, Readonly<Record<string, readonly [mean: number, se: number]>>>>;
const table = await read<Record<string, Instance & { readonly mu: unknown }>>("bernoulli_bandit_regret_reference");
const instances = Object.entries(table).map(
  ([name, figures]) => [name, figures.mu as readonly number[], figures] as const,
);

function reference(figures: Instance, name: string, step: number): readonly [mean: number, se: number] {
  const found = figures[name]?.[step];
  if (!found) throw new Error(`the reference has no ${name} at ${step}`);
  return found;
}

describe.skipIf(!here)("the Bernoulli regret reference at 100 and 1,000 steps", () => {
  const policies = [
    ["ts", "beta_ts", { range: [0, 1] as const }, 1, 80],
    ["ts_batch100", "beta_ts", { range: [0, 1] as const }, 100, 40],
    ["ucb1", "ucb1", {}, 1, 150],
    ["random", "random", {}, 1, 60],
  ] as const;
  const cases = instances.flatMap((instance) => policies.map((policy) => ({ instance, policy })));
  test.each(cases)("$instance.0, $policy.0 by $policy.1: within 3 standard errors", ({ instance, policy }) => {
    const [[, mu, figures], [name, algorithm, options, batch, runs]] = [instance, policy];
    const arms = bernoulliArms(mu);
    const start = createPolicy(algorithm, { actions: arms.map(({ action }) => action), ...options });
    const curve = regretCurve(start, arms, { horizon: 1_000, runs, seed: SEED, at: [100, 1_000], batch });
    for (const { step, mean, se } of curve) {
      const [expected, expectedSe] = reference(figures, name, step);
      expect(Math.abs(mean - expected)).toBeLessThanOrEqual(3 * Math.hypot(se, expectedSe) + 0.005);
    }
  });

  test.each(instances)("%s, epsilon-greedy, ties drawn: within 15 %%", (_, mu, figures) => {
    const arms = bernoulliArms(mu);
    const start = createPolicy("epsilon_greedy", { actions: arms.map(({ action }) => action), decay: 1 });
    for (const { step, mean } of regretCurve(start, arms, {
      horizon: 1_000,
      runs: 200,
      seed: SEED,
      at: [100, 1_000],
    })) {
      const [expected] = reference(figures, "eps0.1", step);
      expect(Math.abs(mean - expected)).toBeLessThan(0.15 * expected);
    }
  });
});

interface Defect {
  readonly arms: readonly {
    readonly id: string;
    readonly p_fix?: number;
    readonly p_harm?: number;
    readonly tokens?: number;
  }[];
  readonly lambda: number;
  readonly mean_reward: readonly number[];
}
const defect = await read<Defect>("rts_update_rule_defect_reference");

/** Arms that fix with p_fix, harm with p_harm, and cost their tokens. */
function defectArms(): readonly Arm[] {
  return defect.arms.map(({ id, p_fix = 0, p_harm = 0, tokens = 0 }, at) => ({
    action: id,
    mean: defect.mean_reward[at] as number,
    reward: (rng) => {
      const u = rng.next();
      return (u < p_fix ? 1 : u < p_fix + p_harm ? -1 : 0) - defect.lambda * tokens;
    },
  }));
}

describe.skipIf(!here)("the instance of the update-rule defect at 20,000 steps", () => {
  const regret = (name: string, runs: number): { readonly mean: number; readonly se: number } => {
    const arms = defectArms();
    const policy = createPolicy(name, { actions: arms.map(({ action }) => action) });
    return regretCurve(policy, arms, { horizon: 20_000, runs, seed: SEED, at: [20_000] })[0] as never;
  };

  test("the source's rule loses about 3,206, as in the reference", () => {
    const { mean, se } = regret("thompson_sampling", 3);
    expect(Math.abs(mean - 3205.8)).toBeLessThan(4 * se + 10);
  });

  test.each(["gaussian_ts_pooled", "halting:gaussian_ts_pooled"])("%s loses 65 at most", (name) => {
    expect(regret(name, 8).mean).toBeLessThan(65);
  });
});

test("the standard error is that of the mean over runs", () => {
  const arms: readonly Arm[] = [
    { action: "a", mean: 1, reward: () => 1 },
    { action: "b", mean: 0, reward: () => 0 },
  ];
  // One random choice of two: regret 0 or 1, variance 1/4.
  const [point] = regretCurve(createPolicy("random", { actions: ["a", "b"] }), arms, {
    horizon: 1,
    runs: 400,
    seed: 1,
    at: [1],
  });
  expect(point?.se).toBeCloseTo(0.5 / Math.sqrt(400), 3);
  expect(Math.abs((point?.mean ?? 0) - 0.5)).toBeLessThan(0.1);
});
