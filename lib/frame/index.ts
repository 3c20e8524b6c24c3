/**
 * Tables: DuckDB over files and rows, danfojs DataFrames through helpers that avoid its silent errors.
 *
 * @example
 * const { rows } = await query("select level, avg(score) as score from essays group by all", {}, { from: { essays: [{ level: "B2", score: 6 }] } });
 * rows; // [{ level: "B2", score: 6 }]
 * @module
 */
export { assign } from "./assign.ts";
export type { Param, Params } from "./connect.ts";
export { readCsv, toCsv } from "./csv-text.ts";
export { type Cell, type Danfo, danfo } from "./danfo.ts";
export { correlation, describe } from "./describe.ts";
export { type Column, type Frame, rowsOf } from "./frame.ts";
export { type Groups, groupBy, type Statistic } from "./group.ts";
export { type MergeOptions, merge } from "./merge.ts";
export { type Preview, preview } from "./preview.ts";
export type { RowsLike } from "./rows.ts";
export { type TableBundle, tableBundle } from "./show.ts";
export { type Order, sortBy } from "./sort.ts";
export { type CsvType, csv, jsonl, parquet, type Source, stageTable } from "./source.ts";
export { quantile } from "./statistics.ts";
export { openTables, type QueryOptions, query, type Tables, type TablesOptions, writeRows } from "./tables.ts";
export type { Row, Value } from "./value.ts";
