import { normalQuantile } from "./distributions.ts";
import { ABOVE_ZERO, BELOW_ONE, needField, needNumber, needSome } from "./input.ts";
import { mean, variance } from "./moments.ts";
import type { Interval } from "./wilson.ts";

/** One logged decision. */
export interface LoggedAction {
  readonly reward: number;
  /** The probability with which the logging policy took this action, (0, 1]. */
  readonly propensity: number;
  /** The probability with which the policy in question would take it here, [0, 1]. */
  readonly target: number;
}

/** A logged decision beside what a reward model says of it; the model must not have been fitted on this decision. */
export interface ModelledAction extends LoggedAction {
  /** The model's reward of the logged action. */
  readonly predicted: number;
  /** The model's reward of the policy in question: its mean over that policy's actions. */
  readonly expected: number;
}

export interface OffPolicyOptions {
  /** Weights above this are cut to it: less variance, some bias. Default: none is. */
  readonly clip?: number;
  /** (0, 1) default 0.95; the interval is normal, so heavy weights want a bootstrap over the rows instead. */
  readonly level?: number;
}

/** The mean reward that a policy would have earned. */
export interface PolicyValue extends Interval {
  /** Standard error. */
  readonly error: number;
  readonly n: number;
  /** (Σw)² / Σw², in [0, n]: how many rows the estimate rests on. @see Kish 1965, section 11.7 */
  readonly effectiveSampleSize: number;
  /** The largest weight target / propensity, before it was cut. */
  readonly maxWeight: number;
  /** Rows whose weight was cut. */
  readonly clipped: number;
}

/**
 * Inverse propensity score: unbiased where every action that the policy may take was possible.
 * @param rows [n >= 2] @see Horvitz & Thompson 1952, J. Am. Statist. Assoc. 47:663
 */
export function ips(rows: readonly LoggedAction[], options: OffPolicyOptions = {}): PolicyValue {
  const { weights, about } = weigh(rows, options);
  const terms = rows.map(({ reward }, i) => (weights[i] as number) * reward);
  return valued(mean(terms), Math.sqrt(variance(terms) / rows.length), about, options);
}

/**
 * Self-normalised IPS: slightly biased, steadier, inside the range of the rewards. The error is the delta method's.
 * @param rows [n >= 2], one weight at least above 0
 * @see Swaminathan & Joachims 2015, NeurIPS 28; Owen 2013, Monte Carlo Theory, Methods and Examples, section 9.2
 */
export function snips(rows: readonly LoggedAction[], options: OffPolicyOptions = {}): PolicyValue {
  const { weights, about } = weigh(rows, options);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  needNumber(total, "off-policy, sum of weights", ABOVE_ZERO);
  const value = rows.reduce((sum, { reward }, i) => sum + (weights[i] as number) * reward, 0) / total;
  const squares = rows.reduce((sum, { reward }, i) => sum + ((weights[i] as number) * (reward - value)) ** 2, 0);
  return valued(value, Math.sqrt(squares) / total, about, options);
}

/**
 * Doubly robust: unbiased where either the propensities or the model are right.
 * @param rows [n >= 2] @see Dudík, Langford & Li 2011, arXiv:1103.4601
 */
export function doublyRobust(rows: readonly ModelledAction[], options: OffPolicyOptions = {}): PolicyValue {
  const { weights, about } = weigh(rows, options);
  const terms = rows.map(({ reward, predicted, expected }, i) => {
    needField(predicted, "off-policy, predicted", "row", i);
    needField(expected, "off-policy, expected", "row", i);
    return expected + (weights[i] as number) * (reward - predicted);
  });
  return valued(mean(terms), Math.sqrt(variance(terms) / rows.length), about, options);
}

type About = Pick<PolicyValue, "n" | "effectiveSampleSize" | "maxWeight" | "clipped">;

function weigh(
  rows: readonly LoggedAction[],
  { clip = Infinity }: OffPolicyOptions,
): { weights: Float64Array; about: About } {
  needSome(rows.length, "off-policy", 2);
  if (clip !== Infinity) needNumber(clip, "off-policy, clip", ABOVE_ZERO);
  let [maxWeight, clipped, sum, squares] = [0, 0, 0, 0];
  const weights = new Float64Array(rows.length);
  for (const [i, { reward, propensity, target }] of rows.entries()) {
    needField(reward, "off-policy, reward", "row", i);
    needField(propensity, "off-policy, propensity", "row", i, ABOVE_ZERO, 1);
    needField(target, "off-policy, target", "row", i, 0, 1);
    const weight = target / propensity;
    maxWeight = Math.max(maxWeight, weight);
    if (weight > clip) clipped++;
    const cut = Math.min(weight, clip);
    sum += cut;
    squares += cut * cut;
    weights[i] = cut;
  }
  const effectiveSampleSize = squares === 0 ? 0 : (sum * sum) / squares;
  return { weights, about: { n: rows.length, effectiveSampleSize, maxWeight, clipped } };
}

function valued(value: number, error: number, about: About, { level = 0.95 }: OffPolicyOptions): PolicyValue {
  needNumber(level, "off-policy, level", ABOVE_ZERO, BELOW_ONE);
  const half = normalQuantile((1 + level) / 2) * error;
  return { value, low: value - half, high: value + half, error, ...about };
}
