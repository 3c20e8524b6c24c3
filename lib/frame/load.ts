import type { DuckDBConnection, DuckDBType } from "@duckdb/node-api";
import { StudyError } from "corrigenda/error";
import type { Disk } from "corrigenda/files";
import { type DuckDb, prepare, said } from "./connect.ts";
import { identifier, literal } from "./quote.ts";
import { placesOf, type Source } from "./source.ts";
import type { Value } from "./value.ts";

/** Words of a CSV file that mean "missing" where they stand without quotes. */
const MISSING = ["", "NA"];
const SAMPLE_ROWS = 2_000;
const NUMBER = "-?((0|[1-9][0-9]*)([.][0-9]*)?|[.][0-9]+)([eE][-+]?[0-9]+)?|NaN|nan|-?[iI]nf(inity)?";
/** Whole numbers of more digits are names of something: a double would round them. */
const WHOLE_DIGITS = 18;

/** What a column is where all its cells that are there pass the test, in this order. "c" stands for the cell. */
const GUESSES = {
  BIGINT: "coalesce(try_cast(c as bigint)::varchar = c, false)",
  DOUBLE: `regexp_full_match(c, ${literal(NUMBER)}) and (length(c) <= ${WHOLE_DIGITS} or regexp_matches(c, '[.eE]'))`,
  BOOLEAN: "lower(c) in ('true', 'false')",
} as const;
type Guess = keyof typeof GUESSES;
const KINDS = Object.keys(GUESSES) as Guess[];

/** Reads files into a table. */
export async function load(
  duckdb: DuckDb,
  connection: DuckDBConnection,
  disk: Disk,
  table: string,
  source: Source,
): Promise<void> {
  const places = (await placesOf(disk, source)).map(literal).join(", ");
  const create = `create or replace table ${identifier(table)} as select`;
  const run = (sql: string) => said(() => connection.run(sql));
  if (source.format === "csv") {
    const raw = await rawCsv(connection, table, `[${places}]`, source.paths);
    try {
      const types = await csvTypes(connection, raw, source.types);
      const casts = types.map(({ name, type }) => `cast(${identifier(name)} as ${type}) as ${identifier(name)}`);
      await run(`${create} ${casts.join(", ")} from ${raw}`);
    } finally {
      await run(`drop table ${raw}`);
    }
  } else if (source.format === "parquet") {
    await run(`${create} * from read_parquet([${places}], union_by_name = true)`);
  } else {
    const columns = await jsonColumns(duckdb, connection, places, source.paths);
    await run(`${create} * from read_json([${places}], format = 'newline_delimited', columns = {${columns}})`);
  }
}

/** The cells of CSV files as texts, in a table of their own. Nothing of the dialect is guessed: no row is passed over. */
async function rawCsv(
  connection: DuckDBConnection,
  table: string,
  places: string,
  paths: readonly string[],
): Promise<string> {
  const raw = identifier(`${table} as text`);
  const dialect = `delim = ${literal(delimiterOf(paths))}, quote = '"', escape = '"', comment = '', skip = 0, header = true`;
  const missing = `nullstr = [${MISSING.map(literal).join(", ")}], allow_quoted_nulls = false`;
  const reader = `read_csv(${places}, ${dialect}, ${missing}, all_varchar = true, union_by_name = true)`;
  await said(() => connection.run(`create or replace temp table ${raw} as from ${reader}`)).catch((cause: unknown) => {
    if (!(cause instanceof StudyError) || !cause.message.includes("sniffing")) throw cause;
    const rule = "every row needs as many cells as the header, and all lines the same ending";
    throw new StudyError("dataset", `${paths.join(", ")}: cannot be read as CSV; ${rule}`, { cause });
  });
  return raw;
}

function delimiterOf(paths: readonly string[]): string {
  return paths.every((path) => path.endsWith(".tsv")) ? "\t" : ",";
}

/** Every field's type over all lines. DuckDB would rewrite texts that look like a date, a time or a UUID. */
async function jsonColumns(
  duckdb: DuckDb,
  connection: DuckDBConnection,
  places: string,
  paths: readonly string[],
): Promise<string> {
  const everyLine = "format = 'newline_delimited', union_by_name = true, sample_size = -1";
  const statement = await prepare(duckdb, connection, `select * from read_json([${places}], ${everyLine})`, {});
  const columns = Array.from({ length: statement.columnCount }, (_, place) => {
    const type = textsKept(statement.columnType(place), duckdb.DuckDBTypeId);
    return { name: statement.columnName(place), type };
  });
  statement.destroySync();
  const names = columns.map(({ name }) => name.toLowerCase());
  // DuckDB calls a field "A" beside "a" A_1, and then finds nothing of that name.
  if (names.some((name) => /_\d+$/.test(name) && names.includes(name.replace(/_\d+$/, ""))))
    await refuseTwins(connection, places, paths);
  return columns.map(({ name, type }) => `${literal(name)}: ${literal(type)}`).join(", ");
}

async function refuseTwins(connection: DuckDBConnection, places: string, paths: readonly string[]): Promise<void> {
  const keys = `select distinct unnest(json_keys(json)) as key from read_ndjson_objects([${places}])`;
  const reader = await said(() =>
    connection.runAndReadAll(`select any_value(key) from (${keys}) group by lower(key) having count(*) > 1`),
  );
  const [[twin] = []] = reader.getRows();
  if (twin === undefined) return;
  const problem = `${paths.join(", ")} has a field that differs from ${twin} in capitals only`;
  throw new StudyError("dataset", `${problem}; SQL cannot tell the two apart: rename one`);
}

function textsKept(type: DuckDBType, kinds: Readonly<Record<number, string>>): string {
  const kind = kinds[type.typeId] ?? "";
  if (type.alias === "JSON") return "JSON";
  if (kind === "LIST" && "valueType" in type) return `${textsKept(type.valueType, kinds)}[]`;
  if (kind === "MAP" && "keyType" in type) return `MAP(VARCHAR, ${textsKept(type.valueType, kinds)})`;
  if (kind === "STRUCT" && "entryNames" in type) {
    const fields = type.entryNames.map((name, place) => {
      const of = type.entryTypes[place];
      return `${identifier(name)} ${of === undefined ? "JSON" : textsKept(of, kinds)}`;
    });
    return `STRUCT(${fields.join(", ")})`;
  }
  return /^(DATE|TIME|UUID)/.test(kind) ? "VARCHAR" : String(type);
}

/** A type for every column: the one that is given, or the first guess that all its cells pass. */
async function csvTypes(connection: DuckDBConnection, raw: string, given: Readonly<Record<string, string>>) {
  const names = (await said(() => connection.run(`from ${raw} limit 0`))).columnNames();
  const unknown = Object.keys(given).find((name) => !names.includes(name));
  if (unknown !== undefined)
    throw new StudyError(
      "dataset",
      `a type is given for ${unknown}, which is no column; there are: ${names.join(", ")}`,
    );
  const open = names.flatMap((name) => (Object.hasOwn(given, name) ? [] : KINDS.map((kind) => ({ name, kind }))));
  const likely = await passing(connection, `(from ${raw} limit ${SAMPLE_ROWS})`, open);
  const sure = await passing(connection, raw, likely);
  return names.map((name) => {
    const guess = sure.find((one) => one.name === name)?.kind ?? "VARCHAR";
    return { name, type: Object.hasOwn(given, name) ? given[name] : guess };
  });
}

interface Guessed {
  readonly name: string;
  readonly kind: Guess;
}

/** The guesses that every cell of their column passes. A column without cells passes none. */
async function passing(connection: DuckDBConnection, from: string, guesses: readonly Guessed[]): Promise<Guessed[]> {
  if (guesses.length === 0) return [];
  const tests = guesses.map(({ name, kind }) => {
    const cell = identifier(name);
    return `bool_and(${GUESSES[kind].replaceAll(/\bc\b/g, () => cell)}) filter (${cell} is not null)`;
  });
  const reader = await said(() => connection.runAndReadAll(`select ${tests.join(", ")} from ${from}`));
  const [passed = []] = reader.getRows() as Value[][];
  return guesses.filter((_, place) => passed[place] === true);
}
