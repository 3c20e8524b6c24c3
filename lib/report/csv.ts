import { withFormulaGuard } from "corrigenda/text";
import { type CellValue, linked, type TableOptions } from "./cell.ts";

/** A table's values under plain names: an interval's ends are columns of their own, "share_low" and "share_high". */
export interface PlainTable {
  readonly names: readonly string[];
  readonly rows: readonly (readonly CellValue[])[];
}

export function plainTable({ columns, rows }: TableOptions): PlainTable {
  const parts = columns.flatMap(({ key }) => {
    const cells = rows.map((row) => linked(row[key]));
    const value = { name: key, of: cells.map((cell) => cell.value) };
    if (cells.every(({ low, high }) => low === undefined && high === undefined)) return [value];
    const ends = (["low", "high"] as const).map((end) => ({
      name: `${key}_${end}`,
      of: cells.map((cell) => cell[end] ?? null),
    }));
    return [value, ...ends];
  });
  return { names: parts.map(({ name }) => name), rows: rows.map((_, row) => parts.map(({ of }) => of[row] ?? null)) };
}

/**
 * CSV by RFC 4180: a header, CRLF, quotes where needed. Numbers as they are, unrounded; what is missing is empty. A text
 * that a spreadsheet would take for a formula gets an apostrophe before it.
 */
export function csvOf(table: TableOptions): string {
  const { names, rows } = plainTable(table);
  return [names, ...rows].map((row) => `${row.map(field).join(",")}\r\n`).join("");
}

function field(value: CellValue): string {
  const written = value === null ? "" : String(value);
  const text = typeof value === "string" ? withFormulaGuard(written) : written;
  return /[",;\t\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
