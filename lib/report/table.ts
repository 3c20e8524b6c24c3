import { dataBlock, type Html, html } from "./html.ts";

export type CellValue = string | number | boolean | null;

/** A cell; with `detail`, a click opens the page's detail of that id. */
export type TableCell = CellValue | LinkedCell;

export interface LinkedCell {
  readonly value: CellValue;
  readonly detail?: string;
  /** Shown as a failure. */
  readonly failed?: boolean;
}

export interface Column {
  readonly key: string;
  readonly label: string;
  /** Unit or explanation, shown below the label. */
  readonly note?: string;
  /** Decimals of its numbers. Default: as many as they have, at most 3. */
  readonly digits?: number;
  /** For sentences: the column keeps room for them, also on a small screen. */
  readonly wide?: boolean;
}

export interface TableOptions {
  readonly columns: readonly Column[];
  readonly rows: readonly Readonly<Record<string, TableCell>>[];
  readonly caption?: string;
  /** Rows a page; all others are in the page's data, for sorting, filtering and turning pages. */
  readonly pageRows?: number;
}

const PAGE_ROWS = 50;
const FILTER_FROM_ROWS = 12;

/** A table with sortable columns; long ones get a filter and pages. The first page stands there without scripts too. */
export function table({ columns, rows, caption, pageRows = PAGE_ROWS }: TableOptions): Html {
  const numeric = columns.map(({ key }) => isNumeric(rows.map((row) => linked(row[key]).value)));
  const data = {
    digits: columns.map(({ digits }) => digits ?? null),
    pageRows,
    rows: rows.map((row) => columns.map(({ key }) => packed(row[key]))),
  };
  const first = rows.slice(0, pageRows);
  return html`<div class="table" data-table="">
${tools(rows.length, pageRows)}
<div class="scroll" tabindex="0" role="group" aria-label="${caption ?? "table"}"><table>
${caption === undefined ? undefined : html`<caption>${caption}</caption>`}
<thead><tr>${columns.map((column, index) => heading(column, numeric[index] === true))}</tr></thead>
<tbody>${first.map((row) => html`<tr>${columns.map((column, index) => cell(row[column.key], column, numeric[index] === true))}</tr>`)}</tbody>
</table></div>
${dataBlock("table", data)}
</div>`;
}

/** How a value reads; the page's script does the same. */
export function formatCell(value: CellValue, digits: number | undefined): string {
  if (value === null || value === "") return "–";
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (typeof value === "string") return value;
  return value.toLocaleString("en-US", { minimumFractionDigits: digits ?? 0, maximumFractionDigits: digits ?? 3 });
}

function tools(rows: number, pageRows: number): Html {
  const filter = html`<input type="search" placeholder="Filter rows" aria-label="Filter rows" data-filter="">`;
  const pager = html`<span class="pager"><button type="button" data-turn="-1" aria-label="Previous page">‹</button><span data-place="" aria-live="polite"></span><button type="button" data-turn="1" aria-label="Next page">›</button></span>`;
  if (rows < FILTER_FROM_ROWS) return html``;
  return html`<div class="tools">${filter}${rows > pageRows ? pager : html`<span data-place=""></span>`}</div>`;
}

function heading({ label, note, wide }: Column, numeric: boolean): Html {
  const small = note === undefined ? undefined : html`<small>${note}</small>`;
  return html`<th scope="col"${kind(numeric, wide)}><button type="button">${label}</button>${small}</th>`;
}

function cell(given: TableCell | undefined, column: Column, numeric: boolean): Html {
  const { value, detail, failed } = linked(given);
  const text = formatCell(value, column.digits);
  const mark = failed ? html` data-failed=""` : html``;
  const shown =
    detail === undefined ? text : html`<button type="button" class="open" data-detail="${detail}">${text}</button>`;
  return html`<td${kind(numeric, column.wide)}${mark}>${shown}</td>`;
}

function kind(numeric: boolean, wide = false): Html {
  if (numeric) return html` class="n"`;
  return wide ? html` class="wide"` : html``;
}

function linked(given: TableCell | undefined): LinkedCell {
  return typeof given === "object" && given !== null ? given : { value: given ?? null };
}

function isNumeric(values: readonly CellValue[]): boolean {
  return (
    values.some((value) => typeof value === "number") &&
    values.every((value) => value === null || typeof value === "number")
  );
}

type Packed = CellValue | { readonly v: CellValue; readonly d?: string; readonly f?: 1 };

/** A cell as the page's script reads it: its value alone, or {v: value, d: detail, f: failed}. */
function packed(given: TableCell | undefined): Packed {
  const { value, detail, failed } = linked(given);
  if (detail === undefined && !failed) return value;
  return { v: value, ...(detail === undefined ? {} : { d: detail }), ...(failed ? { f: 1 as const } : {}) };
}
