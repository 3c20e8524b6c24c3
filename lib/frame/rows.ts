import type { DuckDBConnection, DuckDBType, DuckDBValue } from "@duckdb/node-api";
import { StudyError } from "corrigenda/error";
import type { DataFrame } from "danfojs-node";
import { type DuckDb, said } from "./connect.ts";
import { isMissing } from "./danfo.ts";
import type { Frame } from "./frame.ts";
import { preview } from "./preview.ts";
import { identifier } from "./quote.ts";

/** What can be made a table without a file. */
export type RowsLike = Frame | DataFrame | readonly Readonly<Record<string, unknown>>[];

const CHUNK_ROWS = 2_048;
const INT64 = 2n ** 63n;

type Kind = "BOOLEAN" | "BIGINT" | "HUGEINT" | "DOUBLE" | "VARCHAR" | "JSON";

/**
 * Makes a table of rows. A column of one kind of value gets its type; one of lists, objects or several kinds holds JSON.
 * A DataFrame's NaN is missing, that of rows stays NaN.
 */
export async function insert(
  duckdb: DuckDb,
  connection: DuckDBConnection,
  table: string,
  value: RowsLike,
): Promise<void> {
  const all = preview(value, Number.POSITIVE_INFINITY);
  if (all === undefined)
    throw new StudyError("dataset", `${table}: neither rows nor a DataFrame; give an array of objects`);
  const missing = "dtypes" in value ? isMissing : (cell: unknown) => cell === null || cell === undefined;
  const columns = all.columns.map((name, place) => {
    const cells = all.rows.map((row) => (missing(row[place]) ? null : row[place]));
    return { name, cells, kind: kindOf(cells) };
  });
  const fields = columns.map(({ name, kind }) => `${identifier(name)} ${kind}`).join(", ");
  await said(() => connection.run(`create or replace table ${identifier(table)} (${fields})`));
  const types = columns.map(({ kind }): DuckDBType => (kind === "JSON" ? duckdb.VARCHAR : duckdb[kind]));
  const appender = await said(() => connection.createAppender(table));
  for (let start = 0; start < all.total; start += CHUNK_ROWS) {
    const chunk = duckdb.DuckDBDataChunk.create(types);
    const part = columns.map(({ cells, kind }) =>
      cells.slice(start, start + CHUNK_ROWS).map((cell) => stored(cell, kind)),
    );
    chunk.setColumns(part);
    appender.appendDataChunk(chunk);
  }
  appender.closeSync();
}

function kindOf(cells: readonly unknown[]): Kind {
  const kinds = new Set(
    cells.filter((cell) => cell !== null).map((cell) => (Number.isSafeInteger(cell) ? "whole" : typeof cell)),
  );
  const only = (...among: string[]): boolean => [...kinds].every((kind) => among.includes(kind));
  if (kinds.size === 0 || only("string")) return "VARCHAR";
  if (only("boolean")) return "BOOLEAN";
  if (only("whole")) return "BIGINT";
  if (only("whole", "number")) return "DOUBLE";
  if (only("whole", "bigint")) return cells.every(fitsInt64) ? "BIGINT" : "HUGEINT";
  return "JSON";
}

function fitsInt64(cell: unknown): boolean {
  return typeof cell !== "bigint" || (cell >= -INT64 && cell < INT64);
}

function stored(cell: unknown, kind: Kind): DuckDBValue {
  if (cell === null) return null;
  if (kind === "JSON") return jsonText(cell);
  if (kind === "BIGINT" || kind === "HUGEINT") return BigInt(cell as number | bigint);
  return cell as DuckDBValue;
}

/** Newer than TypeScript's own description of JSON. */
const { rawJSON } = JSON as unknown as { rawJSON(text: string): unknown };

/** A bigint keeps its digits. */
export function jsonText(value: unknown): string {
  return JSON.stringify(value, (_, one: unknown) => (typeof one === "bigint" ? rawJSON(String(one)) : one)) ?? "null";
}
