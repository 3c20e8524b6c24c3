import type { DataInput, RowOrBad } from "corrigenda/dataset";
import { parseJson } from "corrigenda/json";
import { csvRecords } from "corrigenda/text";
import { bad } from "./error-row.ts";
import { draftOf } from "./prepared-row.ts";
import type { DraftRow } from "./row.ts";
import { linesOf, textsOf } from "./streams.ts";

// Python's json module writes NaN where a value is missing; strings are matched first, so that they stay as they are.
const NAN = /"(?:[^"\\]|\\.)*"|\bNaN\b/g;

/** Prepared rows in CSV (`*_with_index.csv`, `*_dictionary.csv`, …), the first line naming the columns. */
export async function* readCsvRows(input: DataInput): AsyncGenerator<RowOrBad<DraftRow>> {
  for await (const { place, value } of readCsv(input)) {
    yield typeof value === "string" ? bad(place, value) : draftOf(value, place);
  }
}

/** Prepared rows in JSON: a list, or one object a line. */
export async function* readJsonRows(input: DataInput): AsyncGenerator<RowOrBad<DraftRow>> {
  if (input.file.endsWith(".jsonl")) {
    for await (const line of linesOf(input)) yield* rowsOfLine(line.text, `${input.file}:${line.number}`);
    return;
  }
  let text = "";
  for await (const part of textsOf(input)) text += part;
  const value = parse(text);
  if (Array.isArray(value)) for (const [at, item] of value.entries()) yield draftOf(item, `${input.file}[${at}]`);
  else for (const [at, line] of text.split("\n").entries()) yield* rowsOfLine(line, `${input.file}:${at + 1}`);
}

/** A CSV file's records by column name; a string says why there is none. */
export async function* readCsv(
  input: DataInput,
): AsyncGenerator<{ place: string; value: Record<string, string> | string }> {
  let columns: readonly string[] | undefined;
  for await (const record of csvRecords(textsOf(input))) {
    const place = `${input.file}:${record.line}`;
    if ("reason" in record) yield { place, value: record.reason };
    else if (record.fields.length === 1 && record.fields[0] === "") continue;
    else if (!columns) columns = record.fields;
    else if (record.fields.length !== columns.length) {
      yield { place, value: `${record.fields.length} fields where the first line names ${columns.length}` };
    } else yield { place, value: Object.fromEntries(columns.map((name, at) => [name, record.fields[at] ?? ""])) };
  }
}

function* rowsOfLine(text: string, place: string): Generator<RowOrBad<DraftRow>> {
  if (text.trim() === "") return;
  const value = parse(text);
  yield value === undefined ? bad(place, "not JSON") : draftOf(value, place);
}

function parse(text: string): unknown {
  return parseJson(text) ?? parseJson(text.replace(NAN, (match) => (match === "NaN" ? "null" : match)));
}
