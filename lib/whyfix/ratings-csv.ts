import { csvRecords, withFormulaGuard, withoutFormulaGuard } from "corrigenda/text";

const BOM = "\uFEFF";

/**
 * A sheet that any spreadsheet opens without computing or garbling anything: RFC 4180, every cell quoted, CRLF, a byte order mark
 * (without it Excel reads UTF-8 as something else), and an apostrophe before what would be a formula. {@link readSheet} undoes it.
 */
export function writeSheet(columns: readonly string[], rows: readonly Readonly<Record<string, string>>[]): string {
  const line = (cells: readonly string[]): string => `${cells.map(quoted).join(",")}\r\n`;
  return `${BOM}${line(columns)}${rows.map((row) => line(columns.map((name) => row[name] ?? ""))).join("")}`;
}

/** A row of a sheet by its column names, or why there is none. */
export type SheetRow =
  | { readonly line: number; readonly cells: Readonly<Record<string, string>> }
  | { readonly line: number; readonly reason: string };

/** Rows of a sheet as a spreadsheet may have saved it: with commas, semicolons or tabs, with or without the byte order mark. */
export async function* readSheet(content: string): AsyncGenerator<SheetRow> {
  const text = content.replace(/^\uFEFF/, "");
  let columns: readonly string[] | undefined;
  for await (const record of csvRecords(once(text), delimiterOf(text))) {
    const { line } = record;
    if ("reason" in record) yield record;
    else if (record.fields.every((field) => field.trim() === "")) continue;
    else if (columns === undefined) columns = record.fields.map((name) => name.trim());
    else if (record.fields.length !== columns.length)
      yield { line, reason: `${record.fields.length} cells where the first line has ${columns.length}` };
    else {
      const cells = columns.map((name, at) => [name, withoutFormulaGuard(record.fields[at] ?? "")] as const);
      yield { line, cells: Object.fromEntries(cells) };
    }
  }
}

function quoted(cell: string): string {
  return `"${withFormulaGuard(cell).replaceAll('"', '""')}"`;
}

/** The sign that the first line has most of. */
function delimiterOf(text: string): "," | ";" | "\t" {
  const head = /^[^\r\n]*/.exec(text)?.[0] ?? "";
  const times = (sign: string): number => head.split(sign).length;
  return ([",", ";", "\t"] as const).reduce((best, sign) => (times(sign) > times(best) ? sign : best));
}

async function* once(text: string): AsyncGenerator<string> {
  yield text;
}
