import type { Rng } from "corrigenda/rng";

/**
 * Rows drawn uniformly from a stream, in its order; all of them where there are no more than `size`. The first rows of a
 * grid are all of one cell: they would not stand for the rest. @see Vitter 1985, "Random Sampling with a Reservoir", algorithm R
 */
export async function sampleRows<Row>(
  rows: AsyncIterable<Row> | Iterable<Row>,
  size: number,
  rng: Rng,
): Promise<Row[]> {
  const kept: { readonly row: Row; readonly at: number }[] = [];
  let at = 0;
  for await (const row of rows) {
    const place = at < size ? at : rng.int(at + 1);
    if (place < size) kept[place] = { row, at };
    at += 1;
  }
  return kept.sort((a, b) => a.at - b.at).map(({ row }) => row);
}
