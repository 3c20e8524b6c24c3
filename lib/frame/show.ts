import type { Preview } from "./preview.ts";

const CELL_CHARS = 200;
const FIGURES = 6;

/** What a notebook shows: a MIME bundle. */
export interface TableBundle {
  readonly "text/html": string;
  readonly "text/plain": string;
}

/** A table for notebooks. Every name and value is escaped: a model may have written it. */
export function tableBundle(table: Preview, notes: readonly string[] = []): TableBundle {
  const numeric = table.columns.map((_, place) => table.rows.every((row) => isNumeric(row[place])));
  const below = [sizeOf(table), ...notes];
  const cell = (tag: string, text: string, place: number): string =>
    `<${tag}${numeric[place] ? ' style="text-align:right"' : ' style="text-align:left"'}>${escaped(text)}</${tag}>`;
  const head = table.columns.map((name, place) => cell("th", name, place)).join("");
  const body = table.rows.map(
    (row) => `<tr>${row.map((value, place) => cell("td", cellText(value), place)).join("")}</tr>`,
  );
  return {
    "text/html": `<table><thead><tr>${head}</tr></thead><tbody>${body.join("")}</tbody></table>${below
      .map((line) => `<p>${escaped(line)}</p>`)
      .join("")}`,
    "text/plain": [...plainLines(table, numeric), ...below].join("\n"),
  };
}

function plainLines({ columns, rows }: Preview, numeric: readonly boolean[]): string[] {
  const lines = [columns.map(oneLine), ...rows.map((row) => row.map((value) => oneLine(cellText(value))))];
  const widths = columns.map((_, place) => Math.max(...lines.map((line) => line[place]?.length ?? 0)));
  return lines.map((line) =>
    line
      .map((text, place) => (numeric[place] ? text.padStart(widths[place] ?? 0) : text.padEnd(widths[place] ?? 0)))
      .join("  ")
      .trimEnd(),
  );
}

function sizeOf({ columns, rows, total }: Preview): string {
  const count = (n: number, one: string): string => `${n.toLocaleString("en-US")} ${one}${n === 1 ? "" : "s"}`;
  const shown = rows.length < total ? ` (the first ${rows.length.toLocaleString("en-US")} shown)` : "";
  return `${count(total, "row")} × ${count(columns.length, "column")}${shown}`;
}

function cellText(value: unknown): string {
  const text = plainText(value);
  return text.length > CELL_CHARS ? `${text.slice(0, CELL_CHARS)}…` : text;
}

function plainText(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "number")
    return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(FIGURES)));
  if (typeof value === "object")
    return JSON.stringify(value, (_, one) => (typeof one === "bigint" ? String(one) : one));
  return String(value);
}

/** A missing cell fits into a column of numbers. */
function isNumeric(value: unknown): boolean {
  return value === null || value === undefined || typeof value === "number" || typeof value === "bigint";
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, " ");
}

const ENTITIES: Readonly<Record<string, string>> = {
  // Jupyter sets what stands between two dollar signs of a text as mathematics.
  $: "<span>$</span>",
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function escaped(text: string): string {
  return text.replace(/[&<>"'$]/g, (character) => ENTITIES[character] ?? "");
}
