import { StudyError } from "corrigenda/error";
import { withFormulaGuard, withoutFormulaGuard } from "corrigenda/text";

/**
 * CSV that a spreadsheet opens without computing anything: RFC 4180, a byte order mark, and an apostrophe before texts that
 * would be taken for formulas. {@link readCsvRows} takes it away again.
 */
export function writeCsvRows(columns: readonly string[], rows: readonly Readonly<Record<string, string>>[]): string {
  const line = (cells: readonly string[]): string => `${cells.map(quoted).join(",")}\r\n`;
  return `\uFEFF${[columns, ...rows.map((row) => columns.map((name) => row[name] ?? ""))].map(line).join("")}`;
}

function quoted(cell: string): string {
  const safe = withFormulaGuard(cell);
  return /[",;\t\r\n]|^\s|\s$/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/**
 * Rows of a CSV by their column names, as a spreadsheet may have saved it: with commas, semicolons or tabs. Throws StudyError
 * "dataset" that names file and line where a row has another number of cells or a quote is left open.
 */
export function readCsvRows(content: string, file: string): Record<string, string>[] {
  const text = content.replace(/^\uFEFF/, "");
  const head = /^[^\r\n]*/.exec(text)?.[0] ?? "";
  const delimiter = [",", ";", "\t"].toSorted((a, b) => head.split(b).length - head.split(a).length)[0] ?? ",";
  const [columns, ...lines] = cellsOf(text, delimiter, file);
  if (!columns) return [];
  return lines.map(({ cells, line }) => {
    if (cells.length !== columns.cells.length)
      throw new StudyError(
        "dataset",
        `${file}:${line}: ${cells.length} cells, not ${columns.cells.length}; restore the row`,
      );
    return Object.fromEntries(columns.cells.map((name, at) => [name.trim(), withoutFormulaGuard(cells[at] ?? "")]));
  });
}

interface CsvLine {
  readonly cells: string[];
  readonly line: number;
}

function cellsOf(text: string, delimiter: string, file: string): CsvLine[] {
  const lines: CsvLine[] = [];
  let [cells, cell, inQuotes, line, start] = [[] as string[], "", false, 1, 1];
  const endRow = (): void => {
    if (cells.length > 0 || cell !== "") lines.push({ cells: [...cells, cell], line: start });
    [cells, cell, start] = [[], "", line + 1];
  };
  for (let at = 0; at < text.length; at++) {
    const character = text[at] ?? "";
    if (inQuotes) {
      if (character === "\n") line += 1;
      if (character !== '"') cell += character;
      else if (text[at + 1] === '"') cell += text[++at] ?? "";
      else inQuotes = false;
    } else if (character === '"' && cell === "") inQuotes = true;
    else if (character === delimiter) [cells, cell] = [[...cells, cell], ""];
    else if (character === "\n" || (character === "\r" && text[at + 1] !== "\n")) {
      endRow();
      line += 1;
    } else if (character !== "\r") cell += character;
  }
  if (inQuotes) throw new StudyError("dataset", `${file}:${start}: a quote is not closed; restore the row`);
  endRow();
  return lines;
}
