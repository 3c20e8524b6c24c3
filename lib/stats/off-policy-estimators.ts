import { ABOVE_ZERO, needField, needNumber } from "./input.ts";
import { mean } from "./moments.ts";
import {
  type ClipOptions,
  type LoggedAction,
  type ModelledAction,
  type OffPolicyOptions,
  type PolicyValue,
  valuedByInfluence,
  valuedMean,
  type Weighed,
  weigh,
} from "./off-policy-weights.ts";

/**
 * Inverse propensity score: unbiased where every action that the policy may take was possible.
 * @param rows [n >= 2] @see Horvitz & Thompson 1952, J. Am. Statist. Assoc. 47:663
 */
export function ips(rows: readonly LoggedAction[], options: ClipOptions = {}): PolicyValue {
  const { weights, about } = weighClipped(rows, options);
  return valuedMean(
    rows.map(({ reward }, i) => (weights[i] as number) * reward),
    about,
    options,
  );
}

/**
 * Self-normalised IPS: slightly biased, steadier, inside the range of the rewards. The error is the delta method's.
 * @param rows [n >= 2], one weight at least above 0
 * @see Swaminathan & Joachims 2015, NeurIPS 28; Owen 2013, Monte Carlo Theory, Methods and Examples, section 9.2
 */
export function snips(rows: readonly LoggedAction[], options: ClipOptions = {}): PolicyValue {
  const { weights, about } = weighClipped(rows, options);
  const { value, influence } = weightedMean(
    weights,
    rows.map(({ reward }) => reward),
  );
  return valuedByInfluence(value, influence, about, options);
}

/**
 * Direct method: the model's word alone. The interval is that of the contexts; how wrong the model is, it cannot know.
 * @param rows [n >= 2] @see Dudík, Langford & Li 2011, arXiv:1103.4601
 */
export function directMethod(rows: readonly ModelledAction[], options: OffPolicyOptions = {}): PolicyValue {
  const { about } = weigh(rows, () => 0);
  return valuedMean(modelled(rows).expected, about, options);
}

/**
 * Doubly robust: unbiased where either the propensities or the model are right.
 * @param rows [n >= 2] @see Dudík, Langford & Li 2011, arXiv:1103.4601
 */
export function doublyRobust(rows: readonly ModelledAction[], options: ClipOptions = {}): PolicyValue {
  return corrected(rows, weighClipped(rows, options), options);
}

/**
 * Doubly robust with the weights of its correction normalised to a mean of 1. The error is the delta method's.
 * @param rows [n >= 2], one weight at least above 0 @see Thomas & Brunskill 2016, arXiv:1604.00923, section 4 (weighted doubly robust)
 */
export function selfNormalizedDr(rows: readonly ModelledAction[], options: ClipOptions = {}): PolicyValue {
  const { weights, about } = weighClipped(rows, options);
  const { expected, residuals } = modelled(rows);
  const correction = weightedMean(weights, residuals);
  const base = mean(expected);
  const influence = expected.map((one, i) => one - base + (correction.influence[i] as number));
  return valuedByInfluence(base + correction.value, influence, about, options);
}

/**
 * Switch: doubly robust where the weight is at most tau, the model alone elsewhere. tau = Infinity is doubly robust, 0 the
 * direct method (where every weight is above 0).
 * @param tau >= 0 @see Wang, Agarwal & Dudík 2017, arXiv:1612.01205
 */
export function switchDr(rows: readonly ModelledAction[], tau: number, options: OffPolicyOptions = {}): PolicyValue {
  if (tau !== Infinity) needNumber(tau, "off-policy, tau", 0);
  return corrected(
    rows,
    weigh(rows, (weight) => (weight <= tau ? weight : 0)),
    options,
  );
}

/**
 * Doubly robust with optimistic shrinkage: a weight w counts as lambda w / (w² + lambda). lambda = Infinity is doubly
 * robust, 0 the direct method.
 * @param lambda >= 0 @see Su, Dimakopoulou, Krishnamurthy & Dudík 2020, arXiv:1907.09623, section 3
 */
export function shrunkDr(rows: readonly ModelledAction[], lambda: number, options: OffPolicyOptions = {}): PolicyValue {
  if (lambda !== Infinity) needNumber(lambda, "off-policy, lambda", 0);
  const shrunk = (weight: number): number =>
    lambda === Infinity ? weight : lambda === 0 ? 0 : (lambda * weight) / (weight * weight + lambda);
  // Every weight is smaller then: that is no clipping of single rows.
  const { weights, about } = weigh(rows, shrunk);
  return corrected(rows, { weights, about: { ...about, clipped: 0 } }, options);
}

/** Model plus weighted residual, row by row. */
function corrected(
  rows: readonly ModelledAction[],
  { weights, about }: Weighed,
  options: OffPolicyOptions,
): PolicyValue {
  const { expected, residuals } = modelled(rows);
  return valuedMean(
    expected.map((one, i) => one + (weights[i] as number) * (residuals[i] as number)),
    about,
    options,
  );
}

function modelled(rows: readonly ModelledAction[]): { expected: number[]; residuals: number[] } {
  for (const [i, { predicted, expected }] of rows.entries()) {
    needField(predicted, "off-policy, predicted", "row", i);
    needField(expected, "off-policy, expected", "row", i);
  }
  return {
    expected: rows.map(({ expected }) => expected),
    residuals: rows.map(({ reward, predicted }) => reward - predicted),
  };
}

function weightedMean(weights: Float64Array, xs: readonly number[]): { value: number; influence: number[] } {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  needNumber(total, "off-policy, sum of weights", ABOVE_ZERO);
  const value = xs.reduce((sum, x, i) => sum + (weights[i] as number) * x, 0) / total;
  const share = xs.length / total;
  return { value, influence: xs.map((x, i) => share * (weights[i] as number) * (x - value)) };
}

function weighClipped(rows: readonly LoggedAction[], { clip = Infinity }: ClipOptions): Weighed {
  if (clip !== Infinity) needNumber(clip, "off-policy, clip", ABOVE_ZERO);
  return weigh(rows, (weight) => Math.min(weight, clip));
}
