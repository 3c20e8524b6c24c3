import { needNumber, needNumbers, needSome } from "./input.ts";

/** Count, mean and sum of squared deviations of a stream: never mutated, so parts can be merged in any grouping. */
export interface Moments {
  readonly n: number;
  readonly mean: number;
  /** Sum of (x - mean)². */
  readonly squares: number;
}

export const noMoments: Moments = { n: 0, mean: 0, squares: 0 };

/** One more value. @see Welford 1962, Technometrics 4:419 */
export function addMoment({ n, mean, squares }: Moments, x: number): Moments {
  needNumber(x, "moments");
  const delta = x - mean;
  const next = mean + delta / (n + 1);
  return { n: n + 1, mean: next, squares: squares + delta * (x - next) };
}

/** Two streams as one. @see Chan, Golub & LeVeque 1983, American Statistician 37:242, formula 2.1 */
export function mergeMoments(a: Moments, b: Moments): Moments {
  if (a.n === 0) return b;
  if (b.n === 0) return a;
  const n = a.n + b.n;
  const delta = b.mean - a.mean;
  return {
    n,
    mean: a.mean + (delta * b.n) / n,
    squares: a.squares + b.squares + (delta * delta * a.n * b.n) / n,
  };
}

/** Sample variance (divisor n - 1) of a stream. @throws StudyError for fewer than two values */
export function varianceOf({ n, squares }: Moments): number {
  needSome(n, "variance", 2);
  return squares / (n - 1);
}

/** @param xs [n >= 1] finite @throws StudyError for an empty list or a value that is not finite */
export function mean(xs: ArrayLike<number>): number {
  needSome(xs.length, "mean");
  let sum = 0;
  for (let i = 0; i < xs.length; i++) sum += xs[i] as number;
  // Looks for the culprit only when there is one: this loop runs in every resample.
  if (!Number.isFinite(sum)) needNumbers(xs, "mean");
  return sum / xs.length;
}

/** Sample variance (divisor n - 1), in two passes. @param xs [n >= 2] finite */
export function variance(xs: ArrayLike<number>): number {
  needSome(xs.length, "variance", 2);
  const middle = mean(xs);
  let squares = 0;
  for (let i = 0; i < xs.length; i++) squares += ((xs[i] as number) - middle) ** 2;
  return squares / (xs.length - 1);
}

/** Sample standard deviation (divisor n - 1). @param xs [n >= 2] finite */
export function standardDeviation(xs: ArrayLike<number>): number {
  return Math.sqrt(variance(xs));
}
