import { needNumbers } from "./input.ts";

/**
 * Holm's step-down adjustment: reject where the adjusted p is at most alpha, and any false rejection has at most that
 * chance.
 * @param ps [n] p-values in [0, 1]; the result keeps their order @see Holm 1979, Scand. J. Statist. 6:65
 */
export function holm(ps: readonly number[]): number[] {
  let least = 0;
  return adjusted(ps, ascending(ps), (p, rank) => {
    least = Math.max(least, Math.min(1, p * (ps.length - rank)));
    return least;
  });
}

/**
 * Benjamini and Hochberg's adjustment: reject where the adjusted p is at most q, and of the rejections a share of at
 * most q is expected to be false, for independent tests.
 * @param ps [n] p-values in [0, 1]; the result keeps their order
 * @see Benjamini & Hochberg 1995, J. R. Statist. Soc. B 57:289
 */
export function benjaminiHochberg(ps: readonly number[]): number[] {
  let most = 1;
  return adjusted(ps, ascending(ps).reverse(), (p, rank) => {
    most = Math.min(most, (p * ps.length) / (ps.length - rank));
    return most;
  });
}

function ascending(ps: readonly number[]): number[] {
  needNumbers(ps, "adjusted p-values", 0, 1);
  return ps.map((_, i) => i).sort((a, b) => (ps[a] as number) - (ps[b] as number));
}

function adjusted(
  ps: readonly number[],
  order: readonly number[],
  step: (p: number, rank: number) => number,
): number[] {
  const result = ps.map(() => 0);
  for (const [rank, i] of order.entries()) result[i] = step(ps[i] as number, rank);
  return result;
}
