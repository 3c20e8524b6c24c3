import { StudyError } from "corrigenda/error";
import type { DataFrame } from "danfojs-node";
import { type Cell, classOf, columnsOf, dataFrameOf, isMissing } from "./danfo.ts";

/** A column to sort by, or its name. */
export type Order = string | { readonly column: string; readonly descending: boolean };

/**
 * Rows in order of one column, then the next. Equal rows keep their order; missing cells come last, also descending;
 * texts go by code unit. Rows keep their labels.
 */
export function sortBy(frame: DataFrame, ...by: readonly Order[]): DataFrame {
  const orders = by.map((order) => (typeof order === "string" ? { column: order, descending: false } : order));
  const keys = orders.map(({ column, descending }) => {
    const cells = columnsOf(frame, [column])[0]?.values ?? [];
    checkKind(cells, column);
    return { cells, sign: descending ? -1 : 1 };
  });
  const places = Array.from(frame.index.keys()).sort((a, b) => {
    for (const { cells, sign } of keys) {
      const order = compare(cells[a], cells[b], sign);
      if (order !== 0) return order;
    }
    return 0;
  });
  return take(frame, places);
}

/** The rows at these places, in this order. */
function take(frame: DataFrame, places: readonly number[]): DataFrame {
  const columns = columnsOf(frame).map(({ name, values }) => ({ name, values: places.map((place) => values[place]) }));
  const index = places.map((place) => frame.index[place] ?? place);
  return dataFrameOf(classOf(frame), columns, index);
}

function compare(a: Cell, b: Cell, sign: number): number {
  if (isMissing(a) || isMissing(b)) return Number(isMissing(a)) - Number(isMissing(b));
  return a < b ? -sign : a > b ? sign : 0;
}

function checkKind(cells: readonly Cell[], column: string): void {
  const kinds = [...new Set(cells.filter((cell) => !isMissing(cell)).map((cell) => typeof cell))];
  if (kinds.length > 1)
    throw new StudyError(
      "dataset",
      `column ${column} holds ${kinds.join(" and ")}: they have no order; make it one kind`,
    );
}
