import { needNumbers, needPairs } from "./input.ts";
import { mean } from "./moments.ts";
import { midranks } from "./ranks.ts";

/** Pearson's r in [-1, 1]; NaN where one list is constant. @param a [n >= 1] finite @param b [n] of the same items */
export function pearson(a: ArrayLike<number>, b: ArrayLike<number>): number {
  needPairs(a, b, "correlation");
  const [middleA, middleB] = [mean(a), mean(b)];
  let [ab, aa, bb] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    const x = (a[i] as number) - middleA;
    const y = (b[i] as number) - middleB;
    ab += x * y;
    aa += x * x;
    bb += y * y;
  }
  return Math.min(1, Math.max(-1, ab / Math.sqrt(aa * bb)));
}

/**
 * Spearman's rho in [-1, 1], ties sharing their mean rank; NaN where one list is constant.
 * @param a [n >= 1] finite @param b [n] of the same items
 */
export function spearman(a: ArrayLike<number>, b: ArrayLike<number>): number {
  needPairs(a, b, "rank correlation");
  needNumbers(a, "rank correlation");
  needNumbers(b, "rank correlation");
  return pearson(midranks(a).ranks, midranks(b).ranks);
}

/**
 * Kendall's tau-b in [-1, 1], corrected for ties; NaN where one list is constant. Counts all n(n - 1)/2 pairs.
 * @param a [n >= 1] finite @param b [n] of the same items @see Kendall 1945, Biometrika 33:239
 */
export function kendall(a: ArrayLike<number>, b: ArrayLike<number>): number {
  needPairs(a, b, "rank correlation");
  needNumbers(a, "rank correlation");
  needNumbers(b, "rank correlation");
  let [ordered, untiedA, untiedB] = [0, 0, 0];
  for (let i = 0; i < a.length; i++)
    for (let j = 0; j < i; j++) {
      const x = Math.sign((a[i] as number) - (a[j] as number));
      const y = Math.sign((b[i] as number) - (b[j] as number));
      ordered += x * y;
      untiedA += x * x;
      untiedB += y * y;
    }
  return ordered / Math.sqrt(untiedA * untiedB);
}
