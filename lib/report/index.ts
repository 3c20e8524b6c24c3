/**
 * Self-contained HTML reports: escaped by construction, sortable tables with drill-down, plotly figures, light and dark.
 *
 * @example
 * const body = html`<p>${"<b>"} is escaped</p>${table({ columns: [{ key: "n", label: "n" }], rows: [{ n: 1 }] })}`;
 * page({ title: "A run", provider: "offline", sections: [{ title: "Rows", body }] }); // one HTML text
 * @module
 */
export { type FigureOptions, figure, loadPlotly } from "./figure.ts";
export { type Html, html } from "./html.ts";
export { type Detail, type PageOptions, page, type Section, type Stat } from "./page.ts";
export { type CellValue, type Column, type TableCell, type TableOptions, table } from "./table.ts";
