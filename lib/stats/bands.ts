import { needNumber, needNumbers, needPairs } from "./input.ts";
import { mean } from "./moments.ts";

/** Mean absolute error, in the scores' unit. @param a [n >= 1] finite @param b [n] of the same items */
export function meanAbsoluteError(a: ArrayLike<number>, b: ArrayLike<number>): number {
  return mean(gaps(a, b, "mean absolute error"));
}

/** Root of the mean squared error, in the scores' unit. @param a [n >= 1] finite @param b [n] of the same items */
export function rootMeanSquareError(a: ArrayLike<number>, b: ArrayLike<number>): number {
  return Math.sqrt(mean(gaps(a, b, "root mean square error").map((gap) => gap * gap)));
}

/**
 * The share of items whose two scores are at most `within` apart, in [0, 1]: 0 is exact agreement, one step of the scale
 * (0.5 for IELTS bands) adjacent agreement.
 * @param a [n >= 1] finite @param b [n] of the same items
 */
export function agreementWithin(a: ArrayLike<number>, b: ArrayLike<number>, within: number): number {
  needNumber(within, "agreement, distance", 0);
  // 0.1 + 0.2 is within 0.3.
  const bar = within + 1e-9;
  return mean(gaps(a, b, "agreement").map((gap) => (gap <= bar ? 1 : 0)));
}

function gaps(a: ArrayLike<number>, b: ArrayLike<number>, what: string): Float64Array {
  needPairs(a, b, what);
  needNumbers(a, what);
  needNumbers(b, what);
  return Float64Array.from(a, (x, i) => Math.abs(x - (b[i] as number)));
}
