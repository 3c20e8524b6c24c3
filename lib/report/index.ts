/**
 * Reports: figures and tables as values that become self-contained pages, notebook outputs, images and publication formats.
 *
 * @example
 * const words = chart({ id: "words", title: "Words", x: { title: "method" }, y: { title: "mean", unit: "words" }, data: [{ type: "bar", x: ["a"], y: [31] }] });
 * const rows = table({ id: "rows", columns: [{ key: "n", label: "n" }], rows: [{ n: 1 }] });
 * page({ title: "A run", provider: "offline", sections: [{ title: "Rows", body: html`<p>${"<b>"} is escaped</p>${rows}` }] }); // figure(words) goes in like rows
 * @module
 */
export { findBrowser, openBrowser } from "./browser.ts";
export type { CellValue, Column, LinkedCell, TableCell, TableOptions } from "./cell.ts";
export { type Axis, type Chart, type ChartOptions, chart, type MimeBundle, type Trace } from "./chart.ts";
export { type Colours, colourMap, DARK, LIGHT, PRINT } from "./colours.ts";
export { csvOf } from "./csv.ts";
export { type Exchanged, exchangePage } from "./exchange-page.ts";
export { figure } from "./figure.ts";
export { type Html, html } from "./html.ts";
export { type ImageOptions, type Images, openImages } from "./images.ts";
export { type Found, indexPage, type RunShown } from "./index-page.ts";
export { latexOf } from "./latex.ts";
export type { Link } from "./links.ts";
export { type Detail, type PageOptions, page, type Section, type Stat } from "./page.ts";
export { type Bundle, bundleFor, loadPlotly } from "./plotly.ts";
export { type Report, type ReportPart, type ReportSection, reportPage, saveReport } from "./report.ts";
export { type SavePlace, saveCharts, saveTables } from "./saved.ts";
export { table } from "./table.ts";
