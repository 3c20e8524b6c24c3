import { type Column, formatCell, isNumeric, linked, type TableCell, type TableOptions } from "./cell.ts";
import { dataBlock, type Html, html } from "./html.ts";
import { checkId } from "./id.ts";
import { checkHref, type Link, linksOf } from "./links.ts";
import { tableData } from "./table-data.ts";

const PAGE_ROWS = 50;
const FILTER_FROM_ROWS = 12;

/** A table with sortable columns; long ones get a filter and pages. The first page stands there without scripts too. */
export function table(options: TableOptions, files: readonly Link[] = []): Html {
  const { id, columns, rows, caption, pageRows = PAGE_ROWS } = options;
  checkId(id, "table");
  for (const row of rows) for (const { key } of columns) checkHref(linked(row[key]).href, "a table");
  const numeric = columns.map(({ key }) => isNumeric(rows.map((row) => linked(row[key]).value)));
  const shown = columns.map((column, index) => ({ column, isNumber: numeric[index] === true }));
  const lines = rows.slice(0, pageRows).map((row) => {
    return html`<tr>${shown.map(({ column, isNumber }) => cell(row[column.key], column, isNumber))}</tr>`;
  });
  return html`<div class="table" data-table="" id="table-${id}">
${tools(options, pageRows)}
<div class="scroll" tabindex="0" role="group" aria-label="${caption ?? "table"}"><table>
${caption === undefined ? undefined : html`<caption><span>${caption}</span></caption>`}
<thead><tr>${shown.map(({ column, isNumber }) => heading(column, isNumber))}</tr></thead>
<tbody>${lines}</tbody>
</table></div>
${files.length === 0 ? undefined : html`<p class="source">${linksOf(files)}</p>`}
${dataBlock("table", tableData(options, pageRows))}
</div>`;
}

function tools({ columns, rows, choose = [] }: TableOptions, pageRows: number): Html {
  if (rows.length < FILTER_FROM_ROWS && choose.length === 0) return html``;
  const filter = html`<input type="search" placeholder="Filter rows" aria-label="Filter rows" data-filter="">`;
  const count = (n: number): string => n.toLocaleString("en-US");
  const place = html`<span data-place="" aria-live="polite">1–${count(Math.min(rows.length, pageRows))} of ${count(rows.length)}</span>`;
  const pager = html`<span class="pager"><button type="button" data-turn="-1" aria-label="Previous page" disabled="">‹</button>${place}<button type="button" data-turn="1" aria-label="Next page">›</button></span>`;
  const choices = choose.map((key) =>
    choice(
      columns.findIndex((column) => column.key === key),
      columns,
      rows,
    ),
  );
  return html`<div class="tools"><span class="filters">${filter}${choices}</span>${rows.length > pageRows ? pager : place}</div>`;
}

/** A list of what a column holds: one of them shows only its rows. */
function choice(index: number, columns: TableOptions["columns"], rows: TableOptions["rows"]): Html {
  const column = columns[index];
  if (!column) return html``;
  const values = [...new Set(rows.map((row) => formatCell(row[column.key], column.digits)))].sort();
  const options = values.map((value) => html`<option value="${value}">${value}</option>`);
  return html`<select aria-label="${column.label}" data-choose="${index}"><option value="">${column.label}: all</option>${options}</select>`;
}

function heading(column: Column, isNumber: boolean): Html {
  const { label, unit, note } = column;
  const small = [unit, note].filter((text) => text !== undefined).join(", ");
  return html`<th scope="col"${kind(isNumber, column)}><button type="button">${label}</button>${small === "" ? undefined : html`<small>${small}</small>`}</th>`;
}

function cell(given: TableCell | undefined, column: Column, isNumber: boolean): Html {
  const { detail, href, failed } = linked(given);
  const text = formatCell(given, column.digits);
  const mark = failed ? html` data-failed=""` : html``;
  const button = html`<button type="button" class="open" data-detail="${detail}">${text}</button>`;
  const shown = href !== undefined ? html`<a href="${href}">${text}</a>` : detail === undefined ? text : button;
  return html`<td${kind(isNumber, column)}${mark}>${shown}</td>`;
}

function kind(isNumber: boolean, { wide, whole }: Column): Html {
  if (isNumber) return html` class="n"`;
  return wide ? html` class="wide"` : whole ? html` class="whole"` : html``;
}
