import { StudyError } from "corrigenda/error";
import { shrunkDr, switchDr } from "./off-policy-estimators.ts";
import type { ModelledAction, OffPolicyOptions, PolicyValue } from "./off-policy-weights.ts";
import { quantile } from "./quantile.ts";

/** An estimate at the setting that was chosen for it. */
export interface TunedValue extends PolicyValue {
  /** tau or lambda; Infinity where the doubly robust estimate itself was kept. */
  readonly setting: number;
}

/**
 * Switch at the tau that SLOPE chooses among Infinity, the 99th, 95th, 90th, 75th and 50th percentile of the weights, and 0.
 * The interval is the chosen estimate's own: it knows neither that tau was chosen nor the bias that was accepted.
 */
export function tunedSwitchDr(rows: readonly ModelledAction[], options: OffPolicyOptions = {}): TunedValue {
  const weights = rows.map(({ propensity, target }) => target / propensity);
  const taus = [0.99, 0.95, 0.9, 0.75, 0.5].map((p) => quantile(weights, p));
  return slope([Infinity, ...taus, 0].map((setting) => ({ ...switchDr(rows, setting, options), setting })));
}

/** Optimistic shrinkage at the lambda that SLOPE chooses among Infinity, powers of 10 from 10,000 to 0.01, and 0. */
export function tunedShrunkDr(rows: readonly ModelledAction[], options: OffPolicyOptions = {}): TunedValue {
  const lambdas = [4, 3, 2, 1, 0, -1, -2].map((power) => 10 ** power);
  return slope([Infinity, ...lambdas, 0].map((setting) => ({ ...shrunkDr(rows, setting, options), setting })));
}

/**
 * SLOPE: the last estimate whose interval of two standard errors on either side still meets those of all before it; its error
 * is within a constant of the best one's. An error counts as no smaller than those after it: the order says they shrink.
 * @param estimates from the least biased to the least variable, one at least
 * @see Su, Srinath & Krishnamurthy 2020, arXiv:2002.07729, algorithm 1; widths as in the authors' experiments
 */
export function slope<T extends PolicyValue>(estimates: readonly T[]): T {
  let [chosen, low, high] = [estimates[0], -Infinity, Infinity];
  if (chosen === undefined) throw new StudyError("dataset", "slope: no estimates; give one at least");
  for (const [i, one] of estimates.entries()) {
    const half = 2 * Math.max(...estimates.slice(i).map(({ error }) => error));
    low = Math.max(low, one.value - half);
    high = Math.min(high, one.value + half);
    if (low > high) break;
    chosen = one;
  }
  return chosen;
}
