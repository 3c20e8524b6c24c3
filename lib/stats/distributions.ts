import { ABOVE_ZERO, needCount, needNumber } from "./input.ts";
import { incompleteBeta, logGamma, upperGamma } from "./special.ts";

/** P(Z <= z), Z standard normal; exact also far out in the lower tail. */
export function normalCdf(z: number): number {
  const tail = 0.5 * upperGamma(0.5, (z * z) / 2);
  return z < 0 ? tail : 1 - tail;
}

/** The z with P(Z <= z) = p. @param p [0, 1]; the ends give -Infinity and Infinity */
export function normalQuantile(p: number): number {
  needNumber(p, "normal quantile", 0, 1);
  return p < 0.5 ? -upperPoint(p, (z) => normalCdf(-z)) : upperPoint(1 - p, (z) => normalCdf(-z));
}

/** P(T <= t), Student's t. @param df degrees of freedom, > 0 @see Abramowitz & Stegun 26.7.1 */
export function studentCdf(t: number, df: number): number {
  const tail = studentTail(Math.abs(t), df);
  return t < 0 ? tail : 1 - tail;
}

/** The t with P(T <= t) = p. @param p [0, 1] @param df degrees of freedom, > 0 */
export function studentQuantile(p: number, df: number): number {
  needNumber(p, "Student quantile", 0, 1);
  needNumber(df, "Student quantile, degrees of freedom", ABOVE_ZERO);
  return p < 0.5 ? -upperPoint(p, (t) => studentTail(t, df)) : upperPoint(1 - p, (t) => studentTail(t, df));
}

/** P(T > t) for t >= 0. */
export function studentTail(t: number, df: number): number {
  const square = t * t;
  // Near zero df / (df + t²) is so close to 1 that its digits are lost: the other tail has them.
  if (square < df) return 0.5 * (1 - incompleteBeta(square / (df + square), 0.5, df / 2));
  return 0.5 * incompleteBeta(df / (df + square), df / 2, 0.5);
}

/** P(X > x) of chi-square. @param df degrees of freedom, > 0 */
export function chiSquareTail(x: number, df: number): number {
  return upperGamma(df / 2, x / 2);
}

/** P(X <= k), and P(X = k), of n tosses of a fair coin. @param k [0, n] */
export function fairCoin(k: number, n: number): { readonly atMost: number; readonly exactly: number } {
  needCount(k, "coin tosses, hits");
  needCount(n, "coin tosses", k);
  const ways = logGamma(n + 1) - logGamma(k + 1) - logGamma(n - k + 1);
  return { atMost: k === n ? 1 : incompleteBeta(0.5, n - k, k + 1), exactly: Math.exp(ways - n * Math.LN2) };
}

/** The x >= 0 at which a falling tail equals q, q in [0, 0.5], by bisection to the last digit. */
function upperPoint(q: number, tail: (x: number) => number): number {
  if (q === 0) return Infinity;
  let high = 1;
  while (tail(high) > q) high *= 2;
  let low = high === 1 ? 0 : high / 2;
  for (let middle = (low + high) / 2; middle > low && middle < high; middle = (low + high) / 2) {
    if (tail(middle) > q) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
