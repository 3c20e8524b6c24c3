import { nodeDisk } from "corrigenda/files";
import type { DataFrame } from "danfojs-node";
import { type Cell, columnsOf, isMissing } from "./danfo.ts";
import { type CsvType, csv } from "./source.ts";
import { query } from "./tables.ts";

/** A CSV file as a DataFrame; what becomes of its cells says `csv`. Of large files, ask a `query`. */
export async function readCsv(
  path: string,
  types: Readonly<Record<string, CsvType>> = {},
  disk = nodeDisk("."),
): Promise<DataFrame> {
  const frame = await query("from file", {}, { from: { file: csv(path, types) }, disk });
  return frame.toDanfo();
}

/**
 * A DataFrame as CSV (RFC 4180): texts in quotes, missing cells empty. A spreadsheet computes a text that starts with
 * =, +, - or @: do not open untrusted texts in one.
 */
export function toCsv(frame: DataFrame): string {
  const columns = columnsOf(frame);
  const rows = Array.from(frame.index, (_, place) => columns.map(({ values }) => csvCell(values[place])));
  return [columns.map(({ name }) => csvCell(name)), ...rows].map((cells) => `${cells.join(",")}\n`).join("");
}

function csvCell(cell: Cell): string {
  if (isMissing(cell)) return "";
  return typeof cell === "string" ? `"${cell.replaceAll('"', '""')}"` : String(cell);
}
