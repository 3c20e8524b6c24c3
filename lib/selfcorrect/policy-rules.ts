import type { Rng } from "corrigenda/rng";
import { drawBeta, drawNormal, firstLargest } from "./policy-draws.ts";
import type { PolicyOptions } from "./policy-options.ts";
import { normalWinners } from "./policy-quadrature.ts";
import { betaWinners } from "./policy-quadrature-beta.ts";
import { type Row, type Rule, touched } from "./policy-table.ts";

/** The mean reward of each action so far; 0 where it was never taken. */
export function sampleMeans({ n, gain, loss }: Row): number[] {
  return n.map((count, at) => (count === 0 ? 0 : ((gain[at] as number) - (loss[at] as number)) / count));
}

/**
 * Thompson sampling as the source defines it, kept for comparison: Beta(1, 1) for every action, NONE too, alpha grows by
 * rewards above 0 and beta by those below. It ranks actions by E[r+] / E|r| and not by E[r]: its regret is linear.
 */
export function sourceThompson(): Rule {
  const alphaBeta = ({ gain, loss }: Row) => ({ a: gain.map((sum) => 1 + sum), b: loss.map((sum) => 1 + sum) });
  return {
    estimates: (row) => row.gain.map((sum, at) => (1 + sum) / (2 + sum + (row.loss[at] as number))),
    propensities: (row) => betaWinners({ ...alphaBeta(row), known: -1, constant: 0 }),
    draw: ({ gain, loss }, rng) =>
      firstLargest(gain.map((sum, at) => drawBeta(1 + sum, 1 + (loss[at] as number), rng))),
    stats: (table, known) => {
      const keys = touched(table, known);
      return { alpha_params: keys, beta_params: keys };
    },
  };
}

/**
 * Epsilon-greedy as the source defines it: the best sample mean (0 before the first reward, ties drawn) but for a share
 * epsilon * decay^t of uniform choices, t the number of this choice, from 1. Choices are counted by their observations.
 */
export function epsilonGreedy({ epsilon, decay }: Pick<PolicyOptions, "epsilon" | "decay">): Rule {
  return {
    estimates: sampleMeans,
    propensities: (row, version) => {
      const means = sampleMeans(row);
      const best = means[firstLargest(means)] as number;
      const share = epsilon * decay ** (version + 1);
      let ties = 0;
      for (const mean of means) if (mean === best) ties++;
      return means.map((mean) => share / means.length + (mean === best ? (1 - share) / ties : 0));
    },
    stats: (table, known) => ({
      q_values: touched(table, known),
      total_steps: table.version,
      current_epsilon: epsilon * decay ** table.version,
    }),
  };
}

/** What a normal model holds of each action's mean reward in one context. */
export interface Belief {
  readonly means: readonly number[];
  readonly sds: readonly number[];
}

/** Gaussian Thompson sampling: normal prior around 0, normal rewards of known spread; NONE is known to earn 0. */
export function gaussianThompson({ noise, prior }: PolicyOptions, known: number): Rule {
  const beliefs = (row: Row): Belief => gaussianBeliefs(row, noise, prior);
  return {
    estimates: (row) => beliefs(row).means,
    propensities: (row) => normalWinners({ ...beliefs(row), known }),
    draw: (row, rng) => drawWinner(beliefs(row), known, rng),
  };
}

/** Means and standard deviations after the rewards of a row. @see Agrawal & Goyal 2017, J. ACM 64(5):30 */
export function gaussianBeliefs({ n, gain, loss }: Row, noise: number, prior: number): Belief {
  const [perReward, first] = [noise ** -2, prior ** -2];
  const precisions = n.map((count) => first + count * perReward);
  return {
    means: precisions.map((precision, at) => (((gain[at] as number) - (loss[at] as number)) * perReward) / precision),
    sds: precisions.map((precision) => 1 / Math.sqrt(precision)),
  };
}

/** The place of the largest of one draw each. */
export function drawWinner({ means, sds }: Belief, known: number, rng: Rng): number {
  return firstLargest(means.map((mean, at) => (at === known ? mean : mean + (sds[at] as number) * drawNormal(rng))));
}
