import { mersenne } from "./random-mersenne.ts";

/**
 * NumPy's RandomState(seed).permutation(n), which is what pandas draws for `DataFrame.sample(random_state=seed)`:
 * place i of the shuffled table holds row result[i]; a sample of k is the first k.
 * @param seed [0, 2^32)
 */
export function permutation(n: number, seed: number): Int32Array {
  const word = mersenne(seed);
  const rows = Int32Array.from({ length: n }, (_, row) => row);
  for (let last = n - 1; last > 0; last--) {
    const mask = 2 ** (32 - Math.clz32(last)) - 1;
    let other = (word() & mask) >>> 0;
    while (other > last) other = (word() & mask) >>> 0;
    const kept = rows[last] ?? 0;
    rows[last] = rows[other] ?? 0;
    rows[other] = kept;
  }
  return rows;
}
