import path from "node:path";
import type { DuckDBConnection } from "@duckdb/node-api";
import { StudyError } from "corrigenda/error";
import { type Disk, type Draft, nodeDisk } from "corrigenda/files";
import { type DuckDb, type Params, prepare, said } from "./connect.ts";
import { identifier, literal } from "./quote.ts";
import { rowChunks } from "./read.ts";
import { jsonText } from "./rows.ts";

const NESTED = /[\])]$/;

/**
 * Writes a query's rows as .csv, .jsonl or .parquet: the file appears whole, or never. In CSV, texts are quoted (RFC
 * 4180), missing cells are empty, lists and objects are JSON; NaN is missing in CSV and null in JSONL.
 */
export async function write(
  duckdb: DuckDb,
  connection: DuckDBConnection,
  {
    disk,
    file,
    sql,
    params,
  }: { readonly disk: Disk; readonly file: string; readonly sql: string; readonly params: Params },
): Promise<void> {
  const ending = path.extname(file);
  if (![".csv", ".jsonl", ".parquet"].includes(ending))
    throw new StudyError("config", `${file}: a table is written as .csv, .jsonl or .parquet; choose one of them`);
  const whole = disk.resolve(file);
  if (!path.isAbsolute(whole))
    throw new StudyError("config", `${file}: DuckDB writes to real disks only; give a nodeDisk`);
  const draft = await nodeDisk(path.dirname(whole)).draft();
  try {
    if (ending === ".jsonl") await writeLines(duckdb, connection, draft, sql, params);
    else await copy(duckdb, connection, draft, sql, params, ending);
  } catch (error) {
    await draft.discard();
    throw error;
  }
  await draft.commit(whole);
}

async function writeLines(
  duckdb: DuckDb,
  connection: DuckDBConnection,
  draft: Draft,
  sql: string,
  params: Params,
): Promise<void> {
  const statement = await prepare(duckdb, connection, sql, params);
  const result = await said(() => statement.stream());
  for await (const rows of rowChunks(duckdb, result))
    await draft.write(rows.map((row) => `${jsonText(row)}\n`).join(""));
  statement.destroySync();
}

async function copy(
  duckdb: DuckDb,
  connection: DuckDBConnection,
  draft: Draft,
  sql: string,
  params: Params,
  ending: string,
): Promise<void> {
  const query = sql.replace(/[;\s]+$/, "");
  const columns = await columnsOf(duckdb, connection, query, params);
  const texts = columns.filter(({ type }) => type === "VARCHAR").map(({ name }) => identifier(name));
  const quoted = texts.length > 0 ? `, force_quote (${texts.join(", ")})` : "";
  const [cell, options] =
    ending === ".csv"
      ? [csvCell, `format csv, header true${quoted}`]
      : [parquetCell, "format parquet, compression zstd"];
  const select = columns.map(({ name, type }) => `${cell(identifier(name), type)} as ${identifier(name)}`).join(", ");
  const to = `to ${literal(draft.path)} (${options}, use_tmp_file false)`;
  const statement = await prepare(duckdb, connection, `copy (select ${select} from (\n${query}\n)) ${to}`, params);
  await said(() => statement.run());
  statement.destroySync();
}

/** Asked of an empty result: DuckDB does not know a parameter's type before the query runs. */
async function columnsOf(duckdb: DuckDb, connection: DuckDBConnection, query: string, params: Params) {
  const statement = await prepare(duckdb, connection, `select * from (\n${query}\n) limit 0`, params);
  const result = await said(() => statement.run());
  statement.destroySync();
  const names = result.deduplicatedColumnNames();
  return result.columnTypes().map((type, place) => ({ name: names[place] ?? "", type: String(type) }));
}

function csvCell(name: string, type: string): string {
  if (type === "DOUBLE" || type === "FLOAT") return `case when not isnan(${name}) then ${name} end`;
  return NESTED.test(type) && !type.startsWith("DECIMAL") ? `to_json(${name})::varchar` : name;
}

/** Parquet has no whole numbers of 128 bits: DuckDB would round them. One that does not fit 64 ends the writing. */
function parquetCell(name: string, type: string): string {
  return type.endsWith("HUGEINT") ? `cast(${name} as BIGINT)` : name;
}
