import type { Disk } from "corrigenda/files";
import { readJsonl } from "corrigenda/files";
import { openTables } from "corrigenda/frame";
import { parseJson } from "corrigenda/json";
import { csvRecords } from "corrigenda/text";
import { readJsonArray } from "./json-array.ts";

/** What a file holds, as plain values: a record, or why there is none. */
export interface FileRecord {
  /** "file:line", "file[index] (byte)" in a JSON array, "file, row 1" in Parquet. */
  readonly place: string;
  readonly value?: unknown;
  readonly problem?: string;
}

export const QUESTION_FORMATS = ["csv", "json", "jsonl", "parquet"] as const;
export type QuestionFormat = (typeof QUESTION_FORMATS)[number];

/** DuckDB takes a row group of Parquet at once; the rows themselves stream. */
const MEMORY_MB = 512;

/** The records of a file, streamed in its order. */
export function fileRecords(disk: Disk, file: string, format: QuestionFormat): AsyncGenerator<FileRecord> {
  if (format === "jsonl") return jsonlRecords(disk, file);
  if (format === "json") return arrayRecords(disk, file);
  return format === "csv" ? csvFileRecords(disk, file) : parquetRecords(disk, file);
}

async function* jsonlRecords(disk: Disk, file: string): AsyncGenerator<FileRecord> {
  for await (const { line, value } of readJsonl(disk, file)) {
    const place = `${file}:${line}`;
    yield value === undefined ? { place, problem: "not JSON" } : { place, value };
  }
}

async function* arrayRecords(disk: Disk, file: string): AsyncGenerator<FileRecord> {
  for await (const { index, byte, ...item } of readJsonArray(disk.read(file)))
    yield { place: `${file}[${index}] (byte ${byte})`, ...item };
}

async function* csvFileRecords(disk: Disk, file: string): AsyncGenerator<FileRecord> {
  let columns: readonly string[] | undefined;
  for await (const record of csvRecords(texts(disk.read(file)))) {
    const place = `${file}:${record.line}`;
    if ("reason" in record) yield { place, problem: record.reason };
    else if (record.fields.length === 1 && record.fields[0]?.trim() === "") continue;
    else if (!columns) columns = record.fields;
    else if (record.fields.length !== columns.length)
      yield { place, problem: "more or fewer fields than the first line names" };
    else yield { place, value: Object.fromEntries(columns.map((name, at) => [name, record.fields[at] || null])) };
  }
}

async function* parquetRecords(disk: Disk, file: string): AsyncGenerator<FileRecord> {
  await using tables = await openTables({ disk, memoryMb: MEMORY_MB, threads: 1 });
  const sql = "select to_json(t)::varchar as record from read_parquet($file) t";
  let row = 0;
  for await (const chunk of tables.stream(sql, { file: disk.resolve(file) }))
    for (const { record } of chunk) yield { place: `${file}, row ${++row}`, value: parseJson(String(record)) };
}

async function* texts(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  for await (const part of bytes) yield decoder.decode(part, { stream: true });
  yield decoder.decode();
}
