import { keyedRng, type Rng } from "corrigenda/rng";
import type { DrawingPolicy } from "./policy-algorithm.ts";
import type { Observation, RtsContext } from "./types.ts";

/** An action of a bandit problem with one context. */
export interface Arm {
  /** The policy's name of it. */
  readonly action: string;
  /** Of its rewards. */
  readonly mean: number;
  reward(rng: Rng): number;
}

export interface RegretOptions {
  /** Steps of a run. */
  readonly horizon: number;
  /** [>= 2] */
  readonly runs: number;
  readonly seed: number | string;
  /** Steps after which the regret is wanted, rising, none beyond the horizon. */
  readonly at: readonly number[];
  /** Steps between two times that the policy learns. */
  readonly batch?: number;
}

/** Cumulative pseudo-regret after so many steps: what the best arm's mean would have earned more than the chosen arms' means. */
export interface RegretPoint {
  readonly step: number;
  readonly mean: number;
  /** Of the mean, over runs. */
  readonly se: number;
}

/** Where nothing is known of an answer: the one context of a plain bandit problem. */
export const PLAIN_CONTEXT: RtsContext = { errorMode: "unknown", confidence: 0.5, lastPromptId: null, turnIndex: 0 };

/** The regret of a policy that learns from nothing in every run. Arms are the policy's actions, in its order. */
export function regretCurve(
  policy: DrawingPolicy,
  arms: readonly Arm[],
  options: RegretOptions,
): readonly RegretPoint[] {
  const { runs, at, seed } = options;
  const sums = at.map(() => ({ sum: 0, squares: 0 }));
  for (let run = 0; run < runs; run++) {
    const regrets = oneRun(policy, arms, options, keyedRng(seed, policy.algorithm, run));
    for (const [place, regret] of regrets.entries()) {
      const point = sums[place] as { sum: number; squares: number };
      point.sum += regret;
      point.squares += regret * regret;
    }
  }
  return sums.map(({ sum, squares }, place) => {
    const mean = sum / runs;
    const variance = Math.max(0, squares / runs - mean * mean);
    return { step: at[place] as number, mean, se: Math.sqrt(variance / (runs - 1)) };
  });
}

function oneRun(
  start: DrawingPolicy,
  arms: readonly Arm[],
  { horizon, at, batch = 1 }: RegretOptions,
  rng: Rng,
): readonly number[] {
  const best = Math.max(...arms.map(({ mean }) => mean));
  const byName = new Map(arms.map((arm) => [arm.action, arm]));
  const found: number[] = [];
  let waiting: Observation[] = [];
  let policy = start;
  let regret = 0;
  for (let step = 1; step <= horizon; step++) {
    const action = policy.pick(PLAIN_CONTEXT, rng);
    const arm = byName.get(action) as Arm;
    waiting.push({ context: PLAIN_CONTEXT, action, reward: arm.reward(rng) });
    if (step % batch === 0) {
      policy = policy.after(waiting);
      waiting = [];
    }
    regret += best - arm.mean;
    if (step === at[found.length]) found.push(regret);
  }
  return found;
}

/** Arms that earn 1 with these probabilities, else 0. */
export function bernoulliArms(means: readonly number[]): readonly Arm[] {
  return means.map((mean, place) => ({ action: `arm_${place}`, mean, reward: (rng) => (rng.next() < mean ? 1 : 0) }));
}
