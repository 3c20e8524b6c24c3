import { StudyError } from "corrigenda/error";
import type { DataFrame } from "danfojs-node";
import { type Cell, classOf, columnsOf, isMissing } from "./danfo.ts";

/** A column to sort by, or its name. */
export type Order = string | { readonly column: string; readonly descending: boolean };

/**
 * Rows in order of one column, then the next. Equal rows keep their order; missing cells come last, also descending;
 * texts go by code unit. Rows keep their labels.
 */
export function sortBy(frame: DataFrame, ...by: readonly Order[]): DataFrame {
  const orders = by.map((order) => {
    const { column, descending } = typeof order === "string" ? { column: order, descending: false } : order;
    return comparison(columnsOf(frame, [column])[0]?.values ?? [], column, descending ? -1 : 1);
  });
  const [first = () => 0, ...others] = orders;
  const compare = (a: number, b: number): number => {
    let order = first(a, b);
    for (let next = 0; order === 0 && next < others.length; next++) order = others[next]?.(a, b) ?? 0;
    return order;
  };
  const places = Array.from(frame.index.keys()).sort(others.length === 0 ? first : compare);
  const rows = frame.values as unknown[][];
  return new (classOf(frame))(
    places.map((place) => [...(rows[place] ?? [])]),
    {
      columns: [...frame.columns],
      dtypes: [...frame.dtypes],
      index: places.map((place) => frame.index[place] ?? place),
    },
  );
}

/** Which of two places comes first by one column. Numbers are compared in an array of their own: that is faster. */
function comparison(cells: readonly Cell[], column: string, sign: 1 | -1): (a: number, b: number) => number {
  const there = cells.filter((cell) => !isMissing(cell));
  const kinds = [...new Set(there.map((cell) => typeof cell))];
  if (kinds.length > 1)
    throw new StudyError(
      "dataset",
      `column ${column} holds ${kinds.join(" and ")}: they have no order; make it one kind`,
    );
  if (kinds[0] === "string") {
    return (a, b) => {
      const x = cells[a] as string | null | undefined;
      const y = cells[b] as string | null | undefined;
      if (isMissing(x) || isMissing(y)) return Number(isMissing(x)) - Number(isMissing(y));
      return x < y ? -sign : x > y ? sign : 0;
    };
  }
  const numbers = Float64Array.from(cells, (cell) => (isMissing(cell) ? Number.NaN : sign * Number(cell)));
  return (a, b) => {
    const x = numbers[a] as number;
    const y = numbers[b] as number;
    if (x < y) return -1;
    if (x > y) return 1;
    return x === y ? 0 : Number(Number.isNaN(x)) - Number(Number.isNaN(y));
  };
}
