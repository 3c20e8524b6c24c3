import type { DuckDBDataChunk, DuckDBResult } from "@duckdb/node-api";
import type { DuckDb } from "./connect.ts";
import { type Column, type Frame, frameOf } from "./frame.ts";
import { type Convert, convertOf, noteOf, type Row, type Value } from "./value.ts";

/** The rows of a result, a chunk of some 2,000 at a time. */
export async function* rowChunks(duckdb: DuckDb, result: DuckDBResult): AsyncGenerator<readonly Row[]> {
  const names = result.deduplicatedColumnNames();
  const converts = convertsOf(duckdb, result);
  for (let chunk = await result.fetchChunk(); chunk !== null && chunk.rowCount > 0; chunk = await result.fetchChunk())
    yield rowsOf(names, chunk, converts);
}

/** All of a result. */
export async function readFrame(duckdb: DuckDb, result: DuckDBResult): Promise<Frame> {
  const rows: Row[] = [];
  for await (const chunk of rowChunks(duckdb, result)) for (const row of chunk) rows.push(row);
  const types = result.columnTypes();
  const columns = result.deduplicatedColumnNames().map((name, place): Column => {
    const type = types[place];
    const text = type?.alias ?? String(type);
    const note = /^(U?BIGINT|U?HUGEINT|BIGNUM|DECIMAL)/.test(text)
      ? noteOf(
          rows.map((row) => row[name] ?? null),
          text,
        )
      : undefined;
    return note === undefined ? { name, type: text } : { name, type: text, note };
  });
  return frameOf(columns, rows);
}

function convertsOf({ DuckDBTypeId }: DuckDb, result: DuckDBResult): Convert[] {
  return result.columnTypes().map((type) => convertOf(type, DuckDBTypeId));
}

function rowsOf(names: readonly string[], chunk: DuckDBDataChunk, converts: readonly Convert[]): Row[] {
  const rows = Array.from({ length: chunk.rowCount }, (): Record<string, Value> => ({}));
  for (const [place, name] of names.entries()) {
    const convert = converts[place] ?? (() => null);
    const values = chunk.getColumnValues(place);
    for (const [at, row] of rows.entries()) setField(row, name, convert(values[at] ?? null));
  }
  return rows;
}

/** A column called __proto__ is a column like any other. */
function setField(row: Record<string, Value>, name: string, value: Value): void {
  if (name !== "__proto__") row[name] = value;
  else Object.defineProperty(row, name, { value, enumerable: true, writable: true, configurable: true });
}
