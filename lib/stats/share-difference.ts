import type { PairedCounts } from "./binomial.ts";
import { needCount } from "./input.ts";
import { type Interval, wilson } from "./wilson.ts";

/**
 * Newcombe's interval (95 %) of a difference of two independent shares, hitsA / nA - hitsB / nB.
 * @param hitsA [0, nA] @param nA [1, ...) @param hitsB [0, nB] @param nB [1, ...)
 * @see Newcombe 1998, Statistics in Medicine 17:873, method 10
 */
export function shareDifference(hitsA: number, nA: number, hitsB: number, nB: number): Interval {
  for (const [hits, n] of [
    [hitsA, nA],
    [hitsB, nB],
  ] as const) {
    needCount(hits, "difference of shares, hits");
    needCount(n, "difference of shares, n", Math.max(1, hits));
  }
  return squareAndAdd(wilson(hitsA, nA), wilson(hitsB, nB), 0);
}

/**
 * Newcombe's interval (95 %) of a difference of two shares of the same items, share of A - share of B.
 * @param counts each [0, ...), one item at least @see Newcombe 1998, Statistics in Medicine 17:2635, method 10
 */
export function pairedShareDifference({ both, onlyA, onlyB, neither }: PairedCounts): Interval {
  for (const count of [both, onlyA, onlyB, neither]) needCount(count, "paired difference of shares");
  const n = both + onlyA + onlyB + neither;
  needCount(n, "paired difference of shares, n", 1);
  const [a, b] = [both + onlyA, both + onlyB];
  const margins = a * (n - a) * b * (n - b);
  const cross = both * neither - onlyA * onlyB;
  // A positive association is held back by n/2, down to none; a negative one stands.
  const correlation = margins === 0 ? 0 : (cross > 0 ? Math.max(cross - n / 2, 0) : cross) / Math.sqrt(margins);
  return squareAndAdd(wilson(a, n), wilson(b, n), correlation);
}

function squareAndAdd(a: Interval, b: Interval, correlation: number): Interval {
  const reach = (x: number, y: number): number => Math.sqrt(Math.max(0, x * x - 2 * correlation * x * y + y * y));
  const value = a.value - b.value;
  return {
    value,
    low: Math.max(-1, value - reach(a.value - a.low, b.high - b.value)),
    high: Math.min(1, value + reach(a.high - a.value, b.value - b.low)),
  };
}
