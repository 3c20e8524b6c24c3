import { keyedRng } from "corrigenda/rng";
import { needCount, needNumbers, needPairs } from "./input.ts";

/** Up to this many pairs that differ, every assignment of signs is counted: 2^30 of them by way of 2^15. */
const EXACT_PAIRS = 30;

export interface PermutationResult {
  /** mean(a) - mean(b). */
  readonly difference: number;
  /** Two-sided. */
  readonly p: number;
  /** True where every assignment of signs was counted. */
  readonly exact: boolean;
}

/**
 * Paired permutation test (sign flips) of a mean difference, two-sided: exact up to 30 pairs that differ, else sampled,
 * with p = (1 + as extreme) / (1 + permutations), which is never 0.
 * @param a [n >= 1] scores @param b [n] scores of the same items
 * @param permutations default 10,000; used where the test is not exact
 * @see Phipson & Smyth 2010, Stat. Appl. Genet. Mol. Biol. 9:39 (the +1)
 */
export function pairedPermutation(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  { seed, permutations = 10_000 }: { readonly seed: number | string; readonly permutations?: number },
): PermutationResult {
  needPairs(a, b, "paired permutation test");
  needNumbers(a, "paired permutation test");
  needNumbers(b, "paired permutation test");
  needCount(permutations, "paired permutation test, permutations", 1);
  const differences = Float64Array.from(a, (x, i) => x - (b[i] as number));
  const total = sum(differences);
  // A pair without a difference stays the same under both signs.
  const moving = differences.filter((x) => x !== 0).map(Math.abs);
  // Sums that differ by rounding alone count as equal.
  const bar = Math.abs(total) - 1e-10 * sum(moving);
  const exact = moving.length <= EXACT_PAIRS;
  const p = bar <= 0 ? 1 : exact ? exactShare(moving, bar) : sampledShare(moving, bar, seed, permutations);
  return { difference: total / a.length, p, exact };
}

/** The share of all sign assignments with |sum| >= bar > 0: both halves' sums, sorted, met in the middle. */
function exactShare(sizes: Float64Array, bar: number): number {
  const half = sizes.length >> 1;
  const left = signedSums(sizes.subarray(0, half)).sort();
  const right = signedSums(sizes.subarray(half)).sort();
  let reached = 0;
  let from = right.length;
  for (const one of left) {
    while (from > 0 && one + (right[from - 1] as number) >= bar) from--;
    reached += right.length - from;
  }
  // The distribution is symmetric: as many sums lie at or below -bar.
  return Math.min(1, (2 * reached) / (left.length * right.length));
}

function signedSums(sizes: Float64Array): Float64Array {
  let sums = Float64Array.of(0);
  for (const size of sizes) {
    const next = new Float64Array(sums.length * 2);
    for (let i = 0; i < sums.length; i++) {
      next[2 * i] = (sums[i] as number) - size;
      next[2 * i + 1] = (sums[i] as number) + size;
    }
    sums = next;
  }
  return sums;
}

function sampledShare(sizes: Float64Array, bar: number, seed: number | string, permutations: number): number {
  let reached = 0;
  for (let i = 0; i < permutations; i++) {
    const rng = keyedRng(seed, "permutation", i);
    let total = 0;
    let signs = 0;
    for (let j = 0; j < sizes.length; j++) {
      // One 32-bit number holds 32 signs.
      if (j % 32 === 0) signs = rng.int(2 ** 32) | 0;
      total += signs < 0 ? -(sizes[j] as number) : (sizes[j] as number);
      signs <<= 1;
    }
    if (Math.abs(total) >= bar) reached++;
  }
  return (1 + reached) / (1 + permutations);
}

function sum(xs: Float64Array): number {
  let total = 0;
  for (const x of xs) total += x;
  return total;
}
