import { normalCdf } from "./distributions.ts";
import { needNumbers, needSome } from "./input.ts";
import { midranks } from "./ranks.ts";

/** Up to this many differences that are not zero, the distribution is enumerated. */
const EXACT_PAIRS = 50;

export interface WilcoxonResult {
  /** Sum of the ranks of the positive differences. */
  readonly positive: number;
  /** Sum of the ranks of the negative differences. */
  readonly negative: number;
  /** Two-sided. */
  readonly p: number;
  readonly exact: boolean;
}

/**
 * Wilcoxon's signed-rank test of paired differences: zeros are left out, ties share their mean rank. Exact (given the
 * ties) up to 50 differences, else normal with the ties' and the continuity correction.
 * @param differences [n >= 1] finite; those that only rounding sets apart (0.3, 0.1 + 0.2) are no ties: round first
 * @see Hollander, Wolfe & Chicken 2014, section 3.1
 */
export function wilcoxonSignedRank(differences: ArrayLike<number>): WilcoxonResult {
  needSome(differences.length, "Wilcoxon's test");
  needNumbers(differences, "Wilcoxon's test");
  const moving = Array.from(differences).filter((x) => x !== 0);
  const { ranks, ties } = midranks(moving.map(Math.abs));
  const positive = moving.reduce((sum, x, i) => (x > 0 ? sum + (ranks[i] as number) : sum), 0);
  const n = moving.length;
  const negative = (n * (n + 1)) / 2 - positive;
  const least = Math.min(positive, negative);
  const exact = n <= EXACT_PAIRS;
  return {
    positive,
    negative,
    p: Math.min(1, 2 * (exact ? exactTail(least, ranks) : normalTail(least, n, ties))),
    exact,
  };
}

/** P(W <= least) over all signs of these ranks. Ranks are doubled, so that those of ties are whole numbers. */
function exactTail(least: number, ranks: Float64Array): number {
  const chances = new Float64Array(ranks.reduce((sum, rank) => sum + 2 * rank, 0) + 1);
  chances[0] = 1;
  let reached = 0;
  for (const rank of ranks) {
    const step = 2 * rank;
    reached += step;
    for (let sum = reached; sum >= 0; sum--)
      chances[sum] = ((chances[sum] as number) + (sum >= step ? (chances[sum - step] as number) : 0)) / 2;
  }
  let tail = 0;
  for (let sum = 0; sum <= 2 * least; sum++) tail += chances[sum] as number;
  return tail;
}

function normalTail(least: number, n: number, ties: readonly number[]): number {
  const middle = (n * (n + 1)) / 4;
  const tied = ties.reduce((sum, t) => sum + (t ** 3 - t) / 48, 0);
  return normalCdf((least + 0.5 - middle) / Math.sqrt((n * (n + 1) * (2 * n + 1)) / 24 - tied));
}
