import { fairCoin } from "./distributions.ts";
import { needCount, needNumbers, needPairs, needSome } from "./input.ts";

/** Two-sided p-values of a count against its opposite, by the binomial with p = 1/2. */
export interface BinomialResult {
  /** The conditional exact test: never too small, often too large. */
  readonly exact: number;
  /** Mid-p: closer to the stated level. */
  readonly midP: number;
}

/**
 * McNemar's test of two systems on the same items, from the two kinds of items that only one of them got right.
 * @param onlyA [0, ...) @param onlyB [0, ...) both 0: p is 1
 * @see Fagerland, Lydersen & Laake 2013, BMC Med. Res. Methodol. 13:91
 */
export function mcnemar(onlyA: number, onlyB: number): BinomialResult {
  needCount(onlyA, "McNemar's test");
  needCount(onlyB, "McNemar's test");
  if (onlyA + onlyB === 0) return { exact: 1, midP: 1 };
  const { atMost, exactly } = fairCoin(Math.min(onlyA, onlyB), onlyA + onlyB);
  // Ibid., additional file 1: where the counts are equal, the mid-p value is 1 less half the point probability.
  if (onlyA === onlyB) return { exact: 1, midP: 1 - exactly / 2 };
  return { exact: Math.min(1, 2 * atMost), midP: Math.min(1, 2 * atMost) - exactly };
}

/** The four kinds of items of two systems: both right, only one, neither. */
export interface PairedCounts {
  readonly both: number;
  readonly onlyA: number;
  readonly onlyB: number;
  readonly neither: number;
}

/** Counts for {@link mcnemar} and `pairedShareDifference`. @param a [n >= 1] right or wrong @param b [n] same items */
export function pairedCounts(a: readonly boolean[], b: readonly boolean[]): PairedCounts {
  needPairs(a, b, "paired counts");
  const counts = { both: 0, onlyA: 0, onlyB: 0, neither: 0 };
  for (const [i, right] of a.entries()) counts[right ? (b[i] ? "both" : "onlyA") : b[i] ? "onlyB" : "neither"]++;
  return counts;
}

/** Sign test of paired differences; zeros are left out. @param differences [n >= 1] @see Conover 1999, section 3.4 */
export function signTest(differences: ArrayLike<number>): BinomialResult {
  needSome(differences.length, "sign test");
  needNumbers(differences, "sign test");
  const signs = Array.from(differences, Math.sign);
  return mcnemar(signs.filter((sign) => sign > 0).length, signs.filter((sign) => sign < 0).length);
}
