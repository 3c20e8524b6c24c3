import { pad, textWidth } from "./width.ts";

export type Cell = string | number | boolean | null | undefined;

/**
 * Rows as an aligned text table: columns in the order in which the rows name them, numbers to the right, nothing for
 * null. Chinese and other wide characters count as two columns.
 */
export function table(rows: readonly Readonly<Record<string, Cell>>[]): string {
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const columns = names.map((name) => {
    const cells = rows.map((row) => show(row[name]));
    const numeric = rows.some((row) => typeof row[name] === "number") && rows.every((row) => isNumberOrNone(row[name]));
    const width = Math.max(...[name, ...cells].map(textWidth));
    return { name, cells, width, align: numeric ? ("right" as const) : ("left" as const) };
  });
  const line = (texts: readonly string[]): string =>
    columns
      .map((column, index) => pad(texts[index] ?? "", column.width, column.align))
      .join("  ")
      .trimEnd();
  const rule = columns.map((column) => "─".repeat(column.width)).join("  ");
  const body = rows.map((_, index) => line(columns.map((column) => column.cells[index] ?? "")));
  return [line(names), rule, ...body].join("\n");
}

function show(cell: Cell): string {
  if (cell === undefined || cell === null) return "";
  if (typeof cell !== "number") return String(cell).replace(/\s+/g, " ");
  return Number.isInteger(cell) ? cell.toLocaleString("en-US") : String(cell);
}

function isNumberOrNone(cell: Cell): boolean {
  return typeof cell === "number" || cell === undefined || cell === null;
}
