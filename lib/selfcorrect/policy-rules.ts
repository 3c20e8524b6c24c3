import type { Belief } from "./policy-algorithm.ts";
import { certain, drawBeta, drawWinner, firstLargest } from "./policy-draws.ts";
import type { PolicyOptions } from "./policy-options.ts";
import { normalWinners } from "./policy-quadrature.ts";
import { betaWinners } from "./policy-quadrature-beta.ts";
import { type Row, type Rule, sumAt, touched } from "./policy-table.ts";

/** The mean reward of each action so far; 0 where it was never taken. */
export function sampleMeans(row: Row): number[] {
  return row.n.map((count, at) => (count === 0 ? 0 : sumAt(row, at) / count));
}

/**
 * Thompson sampling as the source defines it, kept for comparison: Beta(1, 1) for every action, NONE too, alpha grows by
 * rewards above 0 and beta by those below. It ranks actions by E[r+] / E|r| and not by E[r]: its regret is linear.
 */
export function sourceThompson(): Rule {
  const alphaBeta = ({ gain, loss }: Row) => ({ a: gain.map((sum) => 1 + sum), b: loss.map((sum) => 1 + sum) });
  return {
    beliefs: (row) => ({ means: row.gain.map((sum, at) => (1 + sum) / (2 + sum + (row.loss[at] as number))) }),
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
    beliefs: (row) => ({ means: sampleMeans(row) }),
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

/** Gaussian Thompson sampling: normal prior around 0, normal rewards of known spread; NONE is known to earn 0. */
export function gaussianThompson({ noise, prior }: PolicyOptions, known: number): Rule {
  const beliefs = (row: Row): Required<Belief> => gaussianBeliefs(row, noise, prior);
  return {
    beliefs,
    propensities: (row) => normalWinners({ ...beliefs(row), known }),
    draw: (row, rng) => drawWinner(beliefs(row), known, rng),
  };
}

/** Means and standard deviations after the rewards of a row. @see Agrawal & Goyal 2017, J. ACM 64(5):30 */
export function gaussianBeliefs(row: Row, noise: number, prior: number): Required<Belief> {
  const [perReward, first] = [noise ** -2, prior ** -2];
  const precisions = row.n.map((count) => first + count * perReward);
  return {
    means: precisions.map((precision, at) => (sumAt(row, at) * perReward) / precision),
    sds: precisions.map((precision) => 1 / Math.sqrt(precision)),
  };
}

/** UCB1: each action once in order, then the first with the largest mean + sqrt(2 ln t / n), t the choices made. NONE has no margin. */
export function ucb1(_options: PolicyOptions, known: number): Rule {
  const bounds = (row: Row): number[] => {
    const twice = 2 * Math.log(taken(row));
    return sampleMeans(row).map((mean, at) => {
      if (at === known) return 0;
      const n = row.n[at] as number;
      return n === 0 ? Infinity : mean + Math.sqrt(twice / n);
    });
  };
  return {
    beliefs: (row) => ({ means: sampleMeans(row) }),
    propensities: (row) => certain(firstLargest(bounds(row)), row.n.length),
  };
}

/** Thompson sampling with Beta(1, 1) priors over rewards that are moved from a range to [0, 1]. NONE is known to earn 0. */
export function betaThompson({ range: [low, high] }: PolicyOptions, known: number): Rule {
  const width = high - low;
  const constant = -low / width;
  const betas = (row: Row) => {
    const hits = row.n.map((n, at) => Math.min(n, Math.max(0, (sumAt(row, at) - n * low) / width)));
    return {
      a: hits.map((hit) => 1 + hit),
      b: hits.map((hit, at) => 1 + (row.n[at] as number) - hit),
      known,
      constant,
    };
  };
  return {
    beliefs: (row) => {
      const { a, b } = betas(row);
      const shares = a.map((one, at) => one / (one + (b[at] as number)));
      return {
        means: shares.map((share, at) => (at === known ? 0 : low + width * share)),
        sds: shares.map((share, at) => width * Math.sqrt((share * (1 - share)) / (3 + (row.n[at] as number)))),
      };
    },
    propensities: (row) => betaWinners(betas(row)),
    draw: (row, rng) => {
      const { a, b } = betas(row);
      return firstLargest(a.map((one, at) => (at === known ? constant : drawBeta(one, b[at] as number, rng))));
    },
  };
}

/** SquareCB's greediness after t choices is SCALE * sqrt(t). Source: the defaults of Vowpal Wabbit. */
const SCALE = 10;
/** RegCB takes for possible what costs up to this, times ln(K t), more squared error. Source: as above. */
const MELLOWNESS = 0.1;

/** Inverse gap weighting: 1 / (K + greediness * gap) for all but the first best. @see Foster & Rakhlin 2020, arXiv:2002.04926 */
export function squareCb({ noise, prior }: PolicyOptions): Rule {
  return {
    beliefs: (row) => gaussianBeliefs(row, noise, prior),
    propensities: (row) => {
      const { means } = gaussianBeliefs(row, noise, prior);
      const best = firstLargest(means);
      const greediness = SCALE * Math.sqrt(taken(row));
      const p = means.map((mean) => 1 / (means.length + greediness * ((means[best] as number) - mean)));
      p[best] = 0;
      p[best] = 1 - p.reduce((sum, share) => sum + share, 0);
      return p;
    },
  };
}

/**
 * Optimistic RegCB: the largest mean that the squared error still allows; among equals drawn. NONE has no margin.
 * @see Foster et al. 2018, arXiv:1803.01088; Bietti, Agarwal & Langford 2021, JMLR 22(133), 3.3
 */
export function regCb({ noise, prior }: PolicyOptions, known: number): Rule {
  return {
    beliefs: (row) => gaussianBeliefs(row, noise, prior),
    propensities: (row) => {
      const { means, sds } = gaussianBeliefs(row, noise, prior);
      const budget = MELLOWNESS * Math.log(means.length * Math.max(1, taken(row)));
      // In rewards seen, the prior weighs noise² / prior².
      const bounds = means.map((mean, at) =>
        at === known ? mean : mean + (Math.sqrt(budget) * (sds[at] as number)) / noise,
      );
      const best = bounds[firstLargest(bounds)] as number;
      const ties = bounds.filter((bound) => bound === best).length;
      return bounds.map((bound) => (bound === best ? 1 / ties : 0));
    },
  };
}

/** Choices made in a context. */
function taken({ n }: Row): number {
  return n.reduce((sum, count) => sum + count, 0);
}
