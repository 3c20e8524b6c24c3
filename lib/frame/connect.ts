import { randomUUID } from "node:crypto";
import { tmpdir } from "node:os";
import path from "node:path";
import type {
  DuckDBConnection,
  DuckDBInstance,
  DuckDBPreparedStatement,
  DuckDBType,
  DuckDBValue,
} from "@duckdb/node-api";
import { StudyError } from "corrigenda/error";

export type DuckDb = typeof import("@duckdb/node-api");

/** A value for $name in a query. */
export type Param = string | number | bigint | boolean | null | readonly (string | number | bigint | boolean)[];
export type Params = Readonly<Record<string, Param>>;

export interface Limits {
  /** Beyond it, tables go to temporary files. */
  readonly memoryMb: number;
  readonly threads: number;
}

const MESSAGE_CHARS = 600;

/** A database in memory that downloads nothing, reads local files only, and whose settings hold. */
export async function openInstance(duckdb: DuckDb, { memoryMb, threads }: Limits): Promise<DuckDBInstance> {
  const instance = await duckdb.DuckDBInstance.create(":memory:", {
    ...{ memory_limit: `${memoryMb}MB`, threads: String(threads) },
    temp_directory: path.join(tmpdir(), `corrigenda-frames-${randomUUID()}`),
    ...{ autoinstall_known_extensions: "false", autoload_known_extensions: "false" },
    allow_community_extensions: "false",
  });
  const connection = await instance.connect();
  await connection.run("set global TimeZone = 'UTC'");
  await connection.run("set lock_configuration = true");
  connection.closeSync();
  return instance;
}

/** One statement, bound. The caller destroys it. */
export async function prepare(
  duckdb: DuckDb,
  connection: DuckDBConnection,
  sql: string,
  params: Params,
): Promise<DuckDBPreparedStatement> {
  return said(async () => {
    const statements = await connection.extractStatements(sql);
    if (statements.count !== 1)
      throw new StudyError("dataset", `a query is one statement, not ${statements.count}; send them one by one`);
    const statement = await statements.prepare(0);
    if (loads(duckdb, statement)) {
      statement.destroySync();
      throw new StudyError("refused", "DuckDB extensions are not loaded here: they would be downloaded; do without");
    }
    const bound = Object.entries(params).map(([name, value]) => [name, ...boundValue(duckdb, name, value)] as const);
    const types = bound.flatMap(([name, , type]) => (type === undefined ? [] : [[name, type] as const]));
    statement.bind(Object.fromEntries(bound), Object.fromEntries(types));
    return statement;
  });
}

/** Runs it; what DuckDB says becomes one sentence. */
export async function said<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof StudyError) throw cause;
    const text = (cause instanceof Error ? cause.message : String(cause))
      .split(/\s*\n\s*/)
      .join(" ")
      .trim();
    if (text.startsWith("Missing Extension Error"))
      throw new StudyError(
        "refused",
        "only files of this machine are read, in formats that need no extension; download it first",
        { cause },
      );
    const [, absent] = /^Catalog Error: Table with name (.+?) does not exist/.exec(text) ?? [];
    if (absent !== undefined)
      throw new StudyError("dataset", `there is no table ${absent}; add it first: tables.add("${absent}", …)`, {
        cause,
      });
    const sentence = text.length > MESSAGE_CHARS ? `${text.slice(0, MESSAGE_CHARS)}…` : text;
    throw new StudyError(sentence.startsWith("IO Error") ? "files" : "dataset", `DuckDB: ${sentence}`, { cause });
  }
}

function loads({ StatementType }: DuckDb, { statementType }: DuckDBPreparedStatement): boolean {
  return statementType === StatementType.LOAD || statementType === StatementType.UPDATE_EXTENSIONS;
}

/** A list needs its type said: an empty one does not show it. */
function boundValue(duckdb: DuckDb, name: string, value: Param): readonly [DuckDBValue, DuckDBType?] {
  if (value === undefined) throw new StudyError("dataset", `the parameter $${name} has no value; give it one, or null`);
  if (typeof value !== "object" || value === null) return [value];
  const kinds = [...new Set(value.map((item) => typeof item))];
  const types: Readonly<Record<string, DuckDBType>> = {
    ...{ string: duckdb.VARCHAR, number: duckdb.DOUBLE, bigint: duckdb.HUGEINT, boolean: duckdb.BOOLEAN },
  };
  const type = kinds.length > 1 ? undefined : types[kinds[0] ?? "string"];
  if (type === undefined)
    throw new StudyError("dataset", `the list $${name} holds ${kinds.join(" and ")}; give it one kind`);
  return [duckdb.listValue([...value]), duckdb.LIST(type)];
}
