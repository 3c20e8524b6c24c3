import { normalQuantile } from "./distributions.ts";
import { ABOVE_ZERO, BELOW_ONE, needField, needNumber, needPairs, needSome } from "./input.ts";
import { mean } from "./moments.ts";
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
  /** (0, 1) default 0.95; the interval is normal, so heavy weights want a bootstrap over the rows instead. */
  readonly level?: number;
  /** [rows] What rows were drawn together, such as a question's id: the error is then over these. Default: every row alone. */
  readonly clusters?: ArrayLike<string | number>;
}

export interface ClipOptions extends OffPolicyOptions {
  /** Weights above this are cut to it: less variance, some bias. Default: none is. */
  readonly clip?: number;
}

/** The mean reward that a policy would have earned. */
export interface PolicyValue extends Interval {
  /** Standard error. */
  readonly error: number;
  readonly n: number;
  /** (Σw)² / Σw² of the weights as used, in [0, n]: how many rows the estimate rests on. @see Kish 1965, section 11.7 */
  readonly effectiveSampleSize: number;
  /** The largest weight target / propensity, before anything was done to it. */
  readonly maxWeight: number;
  /** Rows whose weight was cut to a limit or left to the model. */
  readonly clipped: number;
}

export type About = Pick<PolicyValue, "n" | "effectiveSampleSize" | "maxWeight" | "clipped">;

export interface Weighed {
  readonly weights: Float64Array;
  readonly about: About;
}

/** Checks the rows and weighs them. @param use what is made of a weight; where that is below the weight it counts as clipped */
export function weigh(rows: readonly LoggedAction[], use: (weight: number) => number = (weight) => weight): Weighed {
  needSome(rows.length, "off-policy", 2);
  let [maxWeight, clipped, sum, squares] = [0, 0, 0, 0];
  const weights = new Float64Array(rows.length);
  for (const [i, { reward, propensity, target }] of rows.entries()) {
    needField(reward, "off-policy, reward", "row", i);
    needField(propensity, "off-policy, propensity", "row", i, ABOVE_ZERO, 1);
    needField(target, "off-policy, target", "row", i, 0, 1);
    const weight = target / propensity;
    maxWeight = Math.max(maxWeight, weight);
    const used = use(weight);
    if (used < weight) clipped++;
    sum += used;
    squares += used * used;
    weights[i] = used;
  }
  const effectiveSampleSize = squares === 0 ? 0 : (sum * sum) / squares;
  return { weights, about: { n: rows.length, effectiveSampleSize, maxWeight, clipped } };
}

/** The mean of the terms. */
export function valuedMean(terms: readonly number[], about: About, options: OffPolicyOptions): PolicyValue {
  const value = mean(terms);
  const { squares, n } = sumsOfSquares(
    terms.map((term) => term - value),
    options,
  );
  const error = n < 2 ? Number.POSITIVE_INFINITY : Math.sqrt((squares * n) / (n - 1)) / terms.length;
  return valued(value, error, about, options);
}

/** A ratio or another smooth function of means. @param influence [rows] of each row on n times the value, sum 0 */
export function valuedByInfluence(
  value: number,
  influence: readonly number[],
  about: About,
  options: OffPolicyOptions,
): PolicyValue {
  const { squares } = sumsOfSquares(influence, options);
  return valued(value, Math.sqrt(squares) / influence.length, about, options);
}

/** Σ over clusters of (Σ within)². @see Liang & Zeger 1986, Biometrika 73:13 */
function sumsOfSquares(xs: readonly number[], { clusters }: OffPolicyOptions): { squares: number; n: number } {
  if (clusters === undefined) return { squares: xs.reduce((sum, x) => sum + x * x, 0), n: xs.length };
  needPairs(xs, clusters, "off-policy, clusters");
  const sums = new Map<string | number | undefined, number>();
  for (const [i, x] of xs.entries()) sums.set(clusters[i], (sums.get(clusters[i]) ?? 0) + x);
  return { squares: [...sums.values()].reduce((sum, x) => sum + x * x, 0), n: sums.size };
}

function valued(value: number, error: number, about: About, { level = 0.95 }: OffPolicyOptions): PolicyValue {
  needNumber(level, "off-policy, level", ABOVE_ZERO, BELOW_ONE);
  const half = normalQuantile((1 + level) / 2) * error;
  return { value, low: value - half, high: value + half, error, ...about };
}
