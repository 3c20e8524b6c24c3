import type { JsonObject } from "corrigenda/json";
import { type CellValue, type Column, type LinkedCell, linked, type TableOptions } from "./cell.ts";

/** A table's rows as its script reads them: a column at a time, repeated texts once. */
export function tableData({ columns, rows }: TableOptions, pageRows: number): JsonObject {
  return {
    rows: rows.length,
    pageRows,
    columns: columns.map((column) =>
      columnData(
        column,
        rows.map((row) => linked(row[column.key])),
      ),
    ),
  };
}

/** v: values, or t: different texts and i: which of them; l, h: ends of intervals; d: details; a: links; f: rows that failed. */
function columnData({ digits }: Column, cells: readonly LinkedCell[]): JsonObject {
  const failed = cells.flatMap((cell, row) => (cell.failed ? [row] : []));
  return {
    ...(digits === undefined ? {} : { digits }),
    ...valueData(cells.map(({ value }) => brief(value))),
    ...(cells.some(({ low }) => low !== undefined) ? { l: cells.map(({ low }) => brief(low ?? null)) } : {}),
    ...(cells.some(({ high }) => high !== undefined) ? { h: cells.map(({ high }) => brief(high ?? null)) } : {}),
    ...(cells.some(({ detail }) => detail !== undefined) ? { d: cells.map(({ detail }) => detail ?? null) } : {}),
    ...(cells.some(({ href }) => href !== undefined) ? { a: cells.map(({ href }) => href ?? null) } : {}),
    ...(failed.length > 0 ? { f: failed } : {}),
  };
}

/** Nine digits that count are more than any column shows; tables/ has them all. */
function brief(value: CellValue): CellValue {
  return typeof value === "number" && !Number.isInteger(value) ? Number(value.toPrecision(9)) : value;
}

function valueData(values: readonly CellValue[]): JsonObject {
  if (!values.some((value) => typeof value === "string")) return { v: values };
  const places = new Map<CellValue, number>();
  const index = values.map((value) => {
    const known = places.get(value);
    if (known !== undefined) return known;
    places.set(value, places.size);
    return places.size - 1;
  });
  return places.size * 2 > values.length ? { v: values } : { t: [...places.keys()], i: index };
}
