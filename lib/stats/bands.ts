import { StudyError } from "corrigenda/error";
import { needNumber, needPairs } from "./input.ts";

/** Mean absolute error, in the scores' unit. @param a [n >= 1] finite @param b [n] of the same items */
export function meanAbsoluteError(a: ArrayLike<number>, b: ArrayLike<number>): number {
  return meanOver(a, b, (gap) => gap);
}

/** Root of the mean squared error, in the scores' unit. @param a [n >= 1] finite @param b [n] of the same items */
export function rootMeanSquareError(a: ArrayLike<number>, b: ArrayLike<number>): number {
  return Math.sqrt(meanOver(a, b, (gap) => gap * gap));
}

/**
 * The share of items whose two scores are at most `within` apart, in [0, 1]: 0 is exact agreement, one step of the
 * scale (0.5 for IELTS bands) adjacent agreement.
 * @param a [n >= 1] finite @param b [n] of the same items
 */
export function agreementWithin(a: ArrayLike<number>, b: ArrayLike<number>, within: number): number {
  needNumber(within, "agreement, distance", 0);
  // 0.1 + 0.2 is within 0.3.
  const bar = within + 1e-9;
  return meanOver(a, b, (gap) => (gap <= bar ? 1 : 0));
}

function meanOver(a: ArrayLike<number>, b: ArrayLike<number>, of: (gap: number) => number): number {
  needPairs(a, b, "error of scores");
  let sum = 0;
  for (let i = 0; i < a.length; i++) {
    const gap = Math.abs((a[i] as number) - (b[i] as number));
    if (!Number.isFinite(gap)) throw noGap(a[i] as number, b[i] as number, i);
    sum += of(gap);
  }
  return sum / a.length;
}

function noGap(x: number, y: number, at: number): StudyError {
  return new StudyError("dataset", `error of scores, item ${at}: ${x} and ${y} have no distance; leave the item out`);
}
