/** Ranks from 1, ties sharing the mean of theirs, and the size of each group of ties. @param xs finite */
export function midranks(xs: ArrayLike<number>): { readonly ranks: Float64Array; readonly ties: readonly number[] } {
  const order = Uint32Array.from({ length: xs.length }, (_, i) => i).sort(
    (a, b) => (xs[a] as number) - (xs[b] as number),
  );
  const ranks = new Float64Array(xs.length);
  const ties: number[] = [];
  for (let start = 0, end = 0; start < order.length; start = end) {
    const value = xs[order[start] as number];
    while (end < order.length && xs[order[end] as number] === value) end++;
    for (let i = start; i < end; i++) ranks[order[i] as number] = (start + 1 + end) / 2;
    if (end - start > 1) ties.push(end - start);
  }
  return { ranks, ties };
}
