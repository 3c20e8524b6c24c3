import { z } from "zod";
import type { DrawingPolicy } from "./policy-algorithm.ts";
import { createPolicy } from "./policy-create.ts";
import { type Arm, bernoulliArms, type RegretOptions, regretCurve } from "./regret.ts";

const Figures = z.record(z.string(), z.tuple([z.number(), z.number()]));

/** bernoulli_bandit_regret_reference.json: by instance the arms' means, and by policy and step a mean regret with its standard error. */
export const BernoulliReference = z.record(
  z.string(),
  z.object({
    mu: z.array(z.number()),
    ts: Figures,
    ucb1: Figures,
    "eps0.1": Figures,
    random: Figures,
    ts_batch100: Figures,
  }),
);
export type BernoulliReference = z.infer<typeof BernoulliReference>;

/** rts_update_rule_defect_reference.json: arms on which the source's update rule prefers the wrong one. */
export const DefectReference = z.object({
  arms: z.array(
    z.object({
      id: z.string(),
      p_fix: z.number().default(0),
      p_harm: z.number().default(0),
      tokens: z.number().default(0),
    }),
  ),
  lambda: z.number(),
  mean_reward: z.array(z.number()),
  T: z.number().int(),
});
export type DefectReference = z.infer<typeof DefectReference>;

/** Our policies that the reference's are compared with: where rewards are 0 and 1, and no action is NONE. */
const POLICIES = {
  ts: { algorithm: "beta_ts", range: [0, 1] as const, batch: 1 },
  ts_batch100: { algorithm: "beta_ts", range: [0, 1] as const, batch: 100 },
  ucb1: { algorithm: "ucb1", batch: 1 },
  "eps0.1": { algorithm: "epsilon_greedy", decay: 1, batch: 1 },
  random: { algorithm: "random", batch: 1 },
};
export type ReferencePolicy = keyof typeof POLICIES;

/** One figure of ours beside the reference's. */
export interface RegretRow {
  readonly instance: string;
  readonly policy: ReferencePolicy;
  readonly step: number;
  readonly ours: number;
  readonly se: number;
  readonly reference: number;
  readonly referenceSe: number;
  /** How far ours may lie from it: 3 standard errors of the difference + 0.005; of epsilon-greedy 15 %. */
  readonly limit: number;
}

/** Every instance by every policy, at 100, 1,000 and 10,000 steps as far as the horizon goes. @param runs by policy */
export function* bernoulliRows(
  reference: BernoulliReference,
  {
    horizon,
    seed,
    runs,
  }: Pick<RegretOptions, "horizon" | "seed"> & { readonly runs: Readonly<Record<ReferencePolicy, number>> },
): Generator<RegretRow> {
  const at = [100, 1_000, 10_000].filter((step) => step <= horizon);
  for (const [instance, figures] of Object.entries(reference)) {
    for (const policy of Object.keys(POLICIES) as ReferencePolicy[]) {
      const { algorithm, batch, ...options } = POLICIES[policy];
      const arms = bernoulliArms(figures.mu);
      const start = createPolicy(algorithm, { actions: namesOf(arms), ...options });
      for (const { step, mean, se } of regretCurve(start, arms, { horizon, seed, runs: runs[policy], at, batch })) {
        const [wanted, wantedSe] = figures[policy][step] ?? [Number.NaN, Number.NaN];
        const limit = policy === "eps0.1" ? 0.15 * wanted : 3 * Math.hypot(se, wantedSe) + 0.005;
        yield { instance, policy, step, ours: mean, se, reference: wanted, referenceSe: wantedSe, limit };
      }
    }
  }
}

/** The regret of an algorithm with its defaults on the defect's arms, at the reference's last step. */
export function defectRegret(
  reference: DefectReference,
  algorithm: string,
  { runs, seed }: Pick<RegretOptions, "runs" | "seed">,
): { readonly mean: number; readonly se: number } {
  const arms = defectArms(reference);
  const start: DrawingPolicy = createPolicy(algorithm, { actions: namesOf(arms), lambda: reference.lambda });
  const [point] = regretCurve(start, arms, { horizon: reference.T, runs, seed, at: [reference.T] });
  return point ?? { mean: Number.NaN, se: Number.NaN };
}

/** Arms that fix a wrong answer with one probability, break a right one with another, and cost their tokens. */
function defectArms({ arms, lambda, mean_reward }: DefectReference): readonly Arm[] {
  return arms.map(({ id, p_fix, p_harm, tokens }, place) => ({
    action: id,
    mean: mean_reward[place] ?? Number.NaN,
    reward: (rng) => {
      const chance = rng.next();
      return (chance < p_fix ? 1 : chance < p_fix + p_harm ? -1 : 0) - lambda * tokens;
    },
  }));
}

function namesOf(arms: readonly Arm[]): string[] {
  return arms.map(({ action }) => action);
}
