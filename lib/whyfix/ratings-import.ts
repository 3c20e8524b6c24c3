import { z } from "zod";
import { readSheet } from "./ratings-csv.ts";
import { readCell, SCALE_NAMES, SCALES, scalesOf } from "./ratings-scales.ts";
import { type KeyLine, textColumns } from "./ratings-sheets.ts";

/** One filled cell, unblinded: a line of ratings.jsonl. */
export const Rating = z.object({
  id: z.string(),
  rater: z.string(),
  scale: z.enum(SCALE_NAMES as [keyof typeof SCALES, ...(keyof typeof SCALES)[]]),
  data_index: z.number(),
  method: z.string(),
  contrast: z.string().optional(),
  /** What was rated, the same for all raters: custom_ids in the order of the contrast. */
  item: z.string(),
  /** "1" to "5"; of a pair "first", "second", "tie", "both" or "neither", by the order of the contrast. */
  value: z.string(),
  /** Of a pair: what the rater wrote. */
  place: z.string().optional(),
});
export type Rating = z.infer<typeof Rating>;

/** What was odd about a file: the rest of it counts. */
export const Problem = z.object({ file: z.string(), line: z.number(), reason: z.string() });
export type Problem = z.infer<typeof Problem>;

export interface Imported {
  readonly ratings: readonly Rating[];
  readonly problems: readonly Problem[];
  /** Cells that nobody filled, in rows that came back. */
  readonly empty: number;
  /** Rows of the key that did not come back. */
  readonly missing: number;
}

/** Reads the sheets that raters sent back. Every cell is checked; what is wrong is told by file and line, and left out. */
export async function importSheets(
  files: readonly { readonly file: string; readonly content: string }[],
  key: readonly KeyLine[],
): Promise<Imported> {
  const byId = new Map(key.map((line) => [line.id, line]));
  const seen = new Map<string, string>();
  const [ratings, problems]: [Rating[], Problem[]] = [[], []];
  let empty = 0;
  for (const { file, content } of files)
    for await (const row of readSheet(content)) {
      const tell = (reason: string): void => void problems.push({ file, line: row.line, reason });
      if ("reason" in row) {
        tell(row.reason);
        continue;
      }
      const id = row.cells.id?.trim() ?? "";
      const line = byId.get(id);
      const earlier = seen.get(id);
      if (line === undefined) tell(id === "" ? "no id" : `id "${id.slice(0, 40)}" is not in this run's key`);
      else if (earlier !== undefined) tell(`id ${id} was read before, at ${earlier}`);
      else {
        seen.set(id, `${file}:${row.line}`);
        if (!sameTexts(line, row.cells)) tell("an explanation is not as it was exported; the ratings are kept");
        empty += readRow(line, row.cells, { ratings, tell });
      }
    }
  return { ratings, problems, empty, missing: key.length - seen.size };
}

function readRow(
  line: KeyLine,
  cells: Readonly<Record<string, string>>,
  { ratings, tell }: { readonly ratings: Rating[]; tell(reason: string): void },
): number {
  let empty = 0;
  const { id, rater, data_index, method, contrast, shown, first } = line;
  const ids = shown.map(({ custom_id }) => custom_id);
  const item = (first === 1 ? ids.reverse() : ids).join(" ");
  for (const scale of scalesOf(line.sheet)) {
    const cell = cells[scale] ?? "";
    const value = readCell(scale, cell);
    if (value === undefined) empty += 1;
    else if (value === "bad")
      tell(`${scale} is ${JSON.stringify(cell.slice(0, 40))}; allowed are ${SCALES[scale].values.join(", ")}`);
    else {
      const pair = first === undefined ? {} : { place: value };
      const known = { id, rater, scale, data_index, method, ...(contrast === undefined ? {} : { contrast }), item };
      ratings.push({ ...known, value: unblinded(value, first), ...pair });
    }
  }
  return empty;
}

/** A and B as the sides of the contrast. */
function unblinded(value: string, first: number | undefined): string {
  if (first === undefined || (value !== "A" && value !== "B")) return value;
  return (value === "A" ? 0 : 1) === first ? "first" : "second";
}

/** Spreadsheets change line ends and spaces at the edges; nothing else. */
function sameTexts({ sheet, shown }: KeyLine, cells: Readonly<Record<string, string>>): boolean {
  const bare = (text: string): string => text.replace(/\s+/g, " ").trim();
  return textColumns(sheet).every((name, at) => bare(cells[name] ?? "") === bare(shown[at]?.text ?? ""));
}
