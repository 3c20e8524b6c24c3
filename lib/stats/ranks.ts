/** Ranks from 1, ties sharing the mean of theirs, and the size of each group of ties. @param xs finite */
export function midranks(xs: ArrayLike<number>): { readonly ranks: Float64Array; readonly ties: readonly number[] } {
  const sorted = new Float64Array(xs).sort();
  const ranks = new Float64Array(xs.length);
  for (let i = 0; i < xs.length; i++)
    ranks[i] = (below(sorted, xs[i] as number) + 1 + upTo(sorted, xs[i] as number)) / 2;
  const ties: number[] = [];
  for (let start = 0, end = 0; start < sorted.length; start = end) {
    end = upTo(sorted, sorted[start] as number);
    if (end - start > 1) ties.push(end - start);
  }
  return { ranks, ties };
}

/** How many values lie below x. */
function below(sorted: Float64Array, x: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] as number) < x) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** How many values are x or less. */
function upTo(sorted: Float64Array, x: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] as number) <= x) low = middle + 1;
    else high = middle;
  }
  return low;
}
