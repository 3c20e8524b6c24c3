import { otherCategories } from "./collocate-corpus.ts";
import { type CollocationRow, formatEntry } from "./collocate-entry.ts";
import type { RelevanceLine, Retrieved } from "./collocate-relevance.ts";
import type { Row } from "./data/index.ts";

/** A row with its collocation columns, "nan" where nothing relevant was found, as the source's files have it. */
export function withCollocations(row: Row, found: readonly CollocationRow[], corpus: readonly CollocationRow[]): Row {
  const [best] = found;
  const others = best === undefined ? [] : otherCategories(best, corpus);
  const formatted = others.map((other) => ({
    ...other,
    component_change_category: other.component_change_category.replace(/\+ ([^+]*)$/, "+ noun of $1"),
  }));
  return {
    ...row,
    collocations: best === undefined ? "nan" : found.map(formatEntry).join("\n"),
    other_categories_json: JSON.stringify(others),
    other_categories_formatted_json: JSON.stringify(formatted),
  };
}

/** The rows of a data set with what was retrieved and found relevant, in their order. */
export async function* collocatedRows(
  rows: Iterable<Row>,
  corpus: readonly CollocationRow[],
  retrieved: AsyncIterable<Retrieved>,
  relevance: AsyncIterable<RelevanceLine>,
): AsyncGenerator<Row> {
  const candidates = new Map<number, readonly number[]>();
  for await (const one of retrieved)
    candidates.set(
      one.index,
      one.candidates.map(({ at }) => at),
    );
  const kept = new Map<number, readonly CollocationRow[]>();
  for await (const { index, relevant } of relevance) {
    const places = relevant.map((number) => candidates.get(index)?.[number - 1] ?? -1);
    kept.set(
      index,
      places.flatMap((at) => corpus[at] ?? []),
    );
  }
  for (const row of rows) yield withCollocations(row, kept.get(row.index) ?? [], corpus);
}

/** The lines of a JSON list, a row a line. */
export async function* listLines(rows: AsyncIterable<Row>): AsyncGenerator<string> {
  yield "[";
  let last: string | undefined;
  for await (const row of rows) {
    if (last !== undefined) yield `${last},`;
    last = JSON.stringify(row);
  }
  if (last !== undefined) yield last;
  yield "]";
}
