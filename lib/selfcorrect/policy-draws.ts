import type { Rng } from "corrigenda/rng";
import type { Belief } from "./policy-algorithm.ts";

/** A standard normal number. @see Box & Muller 1958, Ann. Math. Statist. 29:610 */
export function drawNormal(rng: Rng): number {
  return Math.sqrt(-2 * Math.log(1 - rng.next())) * Math.cos(2 * Math.PI * rng.next());
}

/** A number of Beta(a, b). @param a >= 1 @param b >= 1 */
export function drawBeta(a: number, b: number, rng: Rng): number {
  const x = drawGamma(a, rng);
  return x / (x + drawGamma(b, rng));
}

/** A number of Gamma(shape, 1), shape >= 1. @see Marsaglia & Tsang 2000, ACM TOMS 26:363 */
function drawGamma(shape: number, rng: Rng): number {
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const z = drawNormal(rng);
    const v = (1 + c * z) ** 3;
    if (v > 0 && Math.log(1 - rng.next()) < 0.5 * z * z + d - d * v + d * Math.log(v)) return d * v;
  }
}

/** A place by its probability. @param p sums to 1 */
export function drawPlace(p: readonly number[], rng: Rng): number {
  let left = rng.next();
  let last = 0;
  for (let i = 0; i < p.length; i++) {
    const share = p[i] as number;
    if (share <= 0) continue;
    last = i;
    left -= share;
    if (left < 0) return i;
  }
  // What rounding leaves over goes to the last one that is possible.
  return last;
}

/** The place of the largest; among equals the first. */
export function firstLargest(xs: ArrayLike<number>): number {
  let best = 0;
  for (let i = 1; i < xs.length; i++) if ((xs[i] as number) > (xs[best] as number)) best = i;
  return best;
}

/** Probability 1 at one place. */
export function certain(place: number, size: number): number[] {
  const p = new Array<number>(size).fill(0);
  p[place] = 1;
  return p;
}

/** The place of the largest of one draw each. */
export function drawWinner({ means, sds }: Required<Belief>, known: number, rng: Rng): number {
  return firstLargest(means.map((mean, at) => (at === known ? mean : mean + (sds[at] as number) * drawNormal(rng))));
}
