import type { DuckDBConnection } from "@duckdb/node-api";
import { type Disk, nodeDisk } from "corrigenda/files";
import { type DuckDb, type Limits, openInstance, type Params, prepare, said } from "./connect.ts";
import type { Frame } from "./frame.ts";
import { load } from "./load.ts";
import { readFrame, rowChunks } from "./read.ts";
import { insert, type RowsLike } from "./rows.ts";
import type { Source } from "./source.ts";
import type { Row } from "./value.ts";
import { write } from "./write.ts";

export interface TablesOptions extends Partial<Limits> {
  /** Where relative paths start. */
  readonly disk?: Disk;
}

/** A database in memory, for questions in SQL. */
export interface Tables extends AsyncDisposable {
  /** Makes a table of files, rows or a DataFrame; one of that name is replaced. */
  add(name: string, table: Source | RowsLike): Promise<void>;
  /** All rows of one statement; $name in it stands for a parameter. */
  query(sql: string, params?: Params): Promise<Frame>;
  /** The rows a chunk at a time, in little memory. */
  stream(sql: string, params?: Params): AsyncGenerator<readonly Row[]>;
  /** Rows into a .csv, .jsonl or .parquet file, which appears whole, or never. */
  write(file: string, sql: string, params?: Params): Promise<void>;
}

/** @param options.memoryMb beyond it, tables go to temporary files */
export async function openTables({
  disk = nodeDisk("."),
  memoryMb = 2_048,
  threads = 2,
}: TablesOptions = {}): Promise<Tables> {
  const duckdb: DuckDb = await import("@duckdb/node-api");
  const instance = await openInstance(duckdb, { memoryMb, threads });
  const connection = await instance.connect();
  // Two statements at once on one connection break each other, and closing it under one takes the process with it.
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const mine = last.then(work);
    last = mine.catch(() => undefined);
    return mine;
  };
  return {
    add: (name, table) =>
      inTurn(() =>
        isSource(table) ? load(duckdb, connection, disk, name, table) : insert(duckdb, connection, name, table),
      ),
    query: (sql, params = {}) => inTurn(() => queryAll(duckdb, connection, sql, params)),
    stream: async function* (sql, params = {}) {
      // A connection holds one open stream: another query on it would end it.
      const own = await instance.connect();
      try {
        const statement = await prepare(duckdb, own, sql, params);
        yield* rowChunks(duckdb, await said(() => statement.stream()));
      } finally {
        own.closeSync();
      }
    },
    write: (file, sql, params = {}) => inTurn(() => write(duckdb, connection, { disk, file, sql, params })),
    [Symbol.asyncDispose]: async () => {
      await last;
      connection.closeSync();
      instance.closeSync();
    },
  };
}

async function queryAll(duckdb: DuckDb, connection: DuckDBConnection, sql: string, params: Params): Promise<Frame> {
  const statement = await prepare(duckdb, connection, sql, params);
  const result = await said(() => statement.run());
  statement.destroySync();
  return readFrame(duckdb, result);
}

/** A DataFrame has a property for each column: one named "format" is no text. */
function isSource(table: Source | RowsLike): table is Source {
  return "format" in table && typeof table.format === "string";
}

export interface QueryOptions extends TablesOptions {
  /** Tables that the query names. */
  readonly from?: Readonly<Record<string, Source | RowsLike>>;
}

/** One question to a database of its own. */
export async function query(
  sql: string,
  params: Params = {},
  { from = {}, ...options }: QueryOptions = {},
): Promise<Frame> {
  await using tables = await openTables(options);
  for (const [name, table] of Object.entries(from)) await tables.add(name, table);
  return await tables.query(sql, params); // before the database is closed
}

/** Writes rows or a DataFrame as .csv, .jsonl or .parquet: whole, or not at all. */
export async function writeRows(disk: Disk, file: string, rows: RowsLike): Promise<void> {
  await using tables = await openTables({ disk });
  await tables.add("rows", rows);
  await tables.write(file, "from rows");
}
