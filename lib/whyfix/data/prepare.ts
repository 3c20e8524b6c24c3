import type { NoRow, RowOrBad } from "corrigenda/dataset";
import { contentHash } from "corrigenda/json";
import { keyedRng } from "corrigenda/rng";
import { bad, skipped } from "./error-row.ts";
import type { DraftRow, Row } from "./row.ts";

/** How many rows a sample has, and the seed that chooses them (the source's values). */
export const SAMPLING_SIZE = 30;
export const SEED = 1126;

/**
 * Drops rows that repeat (learner_sentence, sentence_in_dataset) and gives each row its index: the file's own, else its
 * place in the order of the file. What is dropped comes out as a value.
 */
export async function* prepare(drafts: AsyncIterable<RowOrBad<DraftRow>>): AsyncGenerator<RowOrBad<Row>> {
  const seen = new Set<string>();
  const taken = new Set<number>();
  let indexed: boolean | undefined;
  for await (const draft of drafts) {
    if (!draft.ok) {
      yield draft;
      continue;
    }
    const { row, place } = draft;
    const key = contentHash([row.learner_sentence, row.sentence_in_dataset]);
    const index = row.index ?? taken.size;
    indexed ??= row.index !== undefined;
    if (JSON.stringify(row).includes("\uFFFD")) yield bad(place, "text that is not UTF-8");
    else if (seen.has(key)) yield skipped(place, "a duplicate of an earlier row");
    else if (indexed !== (row.index !== undefined))
      yield bad(place, "some rows of the file have an index, others none");
    else if (taken.has(index)) yield bad(place, "another row has the same index");
    else {
      seen.add(key);
      taken.add(index);
      yield { ok: true, place, row: { ...row, index } };
    }
  }
}

/**
 * Keeps `size` rows, chosen by their index and the seed alone: the same rows in any order, and adding rows changes the
 * choice as little as possible. They come in order of index, after everything that is no row.
 */
export async function* sampled<R extends { readonly index: number }>(
  rows: AsyncIterable<RowOrBad<R>>,
  size = SAMPLING_SIZE,
  seed = SEED,
): AsyncGenerator<RowOrBad<R>> {
  const kept: { rank: number; item: RowOrBad<R> & { ok: true } }[] = [];
  for await (const item of rows) {
    if (!item.ok) {
      yield item;
      continue;
    }
    kept.push({ rank: keyedRng(seed, "sample", item.row.index).next(), item });
    kept.sort((a, b) => a.rank - b.rank || a.item.row.index - b.item.row.index);
    if (kept.length > size) yield skipped(kept.pop()?.item.place ?? "", "not in the sample");
  }
  kept.sort((a, b) => a.item.row.index - b.item.row.index);
  for (const { item } of kept) yield item;
}

/** What was left out, by reason: how often, and where first. */
export type Drops = Map<string, { readonly kind: NoRow["kind"]; count: number; readonly first: string }>;

/** Passes the rows on and counts the rest in `drops`. */
export async function* rowsOnly<R>(rows: AsyncIterable<RowOrBad<R>>, drops: Drops): AsyncGenerator<R> {
  for await (const item of rows) {
    if (item.ok) {
      yield item.row;
      continue;
    }
    const drop = drops.get(item.reason);
    if (drop) drop.count += 1;
    else drops.set(item.reason, { kind: item.kind, count: 1, first: item.place });
  }
}
