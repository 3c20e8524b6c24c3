import { StudyError } from "corrigenda/error";
import { type Disk, readJsonl } from "corrigenda/files";
import { openTables } from "corrigenda/frame";
import type { TableFormat } from "./hub.ts";

/** A row as texts, or null where a cell is missing. */
export type TextRow<Column extends string> = Readonly<Record<Column, string | null>>;

/** Files of rows, of which some columns are read. */
export interface TextTable<Column extends string> {
  /** Of the wanted columns, those that no file has. */
  readonly missing: readonly Column[];
  readonly count: number;
  /** All rows in their order, from the first one at every call. A JSONL line that is no object is a row of nulls. */
  rows(): AsyncGenerator<TextRow<Column>>;
}

/** DuckDB takes a row group of Parquet at once; the rows themselves stream. */
const MEMORY_MB = 512;

/** The format that a file's ending says. Throws StudyError "config". */
export function tableFormat(file: string): TableFormat {
  return fileFormat(file, ["csv", "jsonl", "parquet"]);
}

/** The one of the formats that a file's ending says. Throws StudyError "config". */
export function fileFormat<Format extends string>(file: string, formats: readonly Format[]): Format {
  const found = formats.find((format) => file.toLowerCase().endsWith(`.${format}`));
  if (found) return found;
  const endings = formats.map((format) => `.${format}`);
  const known = `${endings.slice(0, -1).join(", ")} or ${endings.at(-1)}`;
  throw new StudyError("config", `${file}: its ending says no format; ${known} is read`);
}

/** Throws StudyError "files" where a file is not there. */
export async function mustExist(disk: Disk, files: readonly string[]): Promise<void> {
  for (const file of files)
    if ((await disk.size(file)) === undefined)
      throw new StudyError("files", `${disk.resolve(file)} does not exist; see --from`);
}

/** Opens files of one format; names of columns go without regard to case. */
export async function openTextTable<Column extends string>(
  disk: Disk,
  files: readonly string[],
  format: TableFormat,
  columns: readonly Column[],
): Promise<TextTable<Column>> {
  await mustExist(disk, files);
  return format === "jsonl" ? jsonlTable(disk, files, columns) : duckTable(disk, files, format, columns);
}

async function jsonlTable<Column extends string>(
  disk: Disk,
  files: readonly string[],
  columns: readonly Column[],
): Promise<TextTable<Column>> {
  let count = 0;
  const seen = new Set<string>();
  for (const file of files)
    for await (const { value } of readJsonl(disk, file)) {
      count += 1;
      if (isRecord(value)) for (const name of Object.keys(value)) seen.add(name.toLowerCase());
    }
  return {
    count,
    missing: columns.filter((column) => !seen.has(column.toLowerCase())),
    rows: async function* () {
      for (const file of files)
        for await (const { value } of readJsonl(disk, file)) {
          const record = isRecord(value) ? value : {};
          const cells = new Map(Object.entries(record).map(([name, cell]) => [name.toLowerCase(), textOf(cell)]));
          yield rowOf(columns, (column) => cells.get(column.toLowerCase()) ?? null);
        }
    },
  };
}

async function duckTable<Column extends string>(
  disk: Disk,
  files: readonly string[],
  format: "parquet" | "csv",
  columns: readonly Column[],
): Promise<TextTable<Column>> {
  const places = files.map((file) => disk.resolve(file));
  const csv = `read_csv($places, all_varchar = true, header = true, delim = ',', quote = '"', escape = '"', union_by_name = true, strict_mode = false, max_line_size = 16000000)`;
  const from = format === "csv" ? csv : "read_parquet($places, union_by_name = true)";
  const options = { disk, memoryMb: MEMORY_MB, threads: 1 };
  await using tables = await openTables(options);
  const described = await tables.query(`describe select * from ${from}`, { places });
  const names = described.rows.map(({ column_name }) => String(column_name));
  const counted = await tables.query(`select count(*)::double as n from ${from}`, { places });
  const own = new Map(
    columns.map((column) => [column, names.find((name) => name.toLowerCase() === column.toLowerCase())]),
  );
  const select = columns.map((column) => {
    const name = own.get(column);
    return name === undefined ? "null" : `cast("${name.replaceAll('"', '""')}" as varchar)`;
  });
  const aliased = select.map((cell, place) => `${cell} as c${place}`).join(", ");
  return {
    count: Number(counted.rows[0]?.n ?? 0),
    missing: columns.filter((column) => own.get(column) === undefined),
    rows: async function* () {
      await using streaming = await openTables(options);
      for await (const chunk of streaming.stream(`select ${aliased} from ${from}`, { places }))
        for (const row of chunk) yield rowOf(columns, (_, place) => (row[`c${place}`] ?? null) as string | null);
    },
  };
}

function rowOf<Column extends string>(
  columns: readonly Column[],
  cell: (column: Column, place: number) => string | null,
): TextRow<Column> {
  return Object.fromEntries(columns.map((column, place) => [column, cell(column, place)])) as TextRow<Column>;
}

function textOf(cell: unknown): string | null {
  if (cell === null || cell === undefined) return null;
  return typeof cell === "object" ? JSON.stringify(cell) : String(cell);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
