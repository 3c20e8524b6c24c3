import { needNumber, needNumbers, needSome } from "./input.ts";

/**
 * Sample quantile, type 7 (the default of R and NumPy): linear between the order statistics around (n - 1) p.
 * @param xs [n >= 1] finite, any order @param p [0, 1] @see Hyndman & Fan 1996, American Statistician 50:361
 */
export function quantile(xs: ArrayLike<number>, p: number): number {
  needSome(xs.length, "quantile");
  needNumbers(xs, "quantile");
  needNumber(p, "quantile, p", 0, 1);
  return sortedQuantile(new Float64Array(xs).sort(), p);
}

/** The 0.5 quantile. @param xs [n >= 1] finite */
export function median(xs: ArrayLike<number>): number {
  return quantile(xs, 0.5);
}

/** {@link quantile} of values that are already in ascending order. */
export function sortedQuantile(sorted: Float64Array, p: number): number {
  const place = (sorted.length - 1) * p;
  const below = Math.floor(place);
  const low = sorted[below] as number;
  const high = sorted[Math.min(below + 1, sorted.length - 1)] as number;
  // Rounding must not lead past the larger of the two.
  return Math.min(high, low + (high - low) * (place - below));
}
