import { StudyError } from "corrigenda/error";
import { quoteFinder } from "corrigenda/text";
import {
  type AnnotationPage,
  MARK_FIELDS,
  type Mark,
  type MarkedPage,
  oneOf,
  sentencesAround,
} from "./annotate-pages.ts";
import { readCsvRows, writeCsvRows } from "./csv.ts";
import { CONTEXTS, SPECIFICITIES } from "./schemas.ts";

export const CSV_COLUMNS = [
  ...["item", "document", "page", "raw_name", "mentioned_in", "start", "end"],
  ...["valid", ...MARK_FIELDS, "comment"],
] as const;

/** A row for each mention, and one for each page without any; people fill in `valid` (yes or no) and what follows it. */
export function annotationCsv(pages: readonly AnnotationPage[]): string {
  const rows = pages.flatMap(({ document, page, proposed }): Record<string, string>[] => {
    const base = { document, page: String(page) };
    if (proposed.length === 0) return [{ item: `${document}#${page}`, ...base, comment: "" }];
    return proposed.map(({ id, raw_name, mentioned_in, start, end }) => ({
      ...{ item: id, ...base, raw_name, mentioned_in, start: start === null ? "" : String(start) },
      end: end === null ? "" : String(end),
    }));
  });
  return writeCsvRows(CSV_COLUMNS, rows);
}

/**
 * What a person filled in. Rows without `item` are mentions that the person added. A page counts as read where one of its
 * rows has an answer. Throws StudyError "dataset" at an answer that is none of the allowed ones.
 */
export function readAnnotationCsv(
  content: string,
  { file, annotator }: { readonly file: string; readonly annotator: string },
  pages: readonly AnnotationPage[],
): MarkedPage[] {
  const rows = readCsvRows(content, file);
  for (const name of ["item", "document", "page", "raw_name", "valid"])
    if (rows[0] && !(name in rows[0]))
      throw new StudyError("dataset", `${file}: no column ${name}; export again and keep its columns`);
  const byPage = new Map<string, Record<string, string>[]>();
  for (const row of rows) {
    const key = `${row.document}#${row.page}`;
    byPage.set(key, [...(byPage.get(key) ?? []), row]);
  }
  const known = new Set(pages.map(({ document, page }) => `${document}#${page}`));
  const stranger = [...byPage.keys()].find((key) => !known.has(key));
  if (stranger !== undefined)
    throw new StudyError(
      "dataset",
      `${file}: page ${stranger} is not among the exported ones; is it another export's file?`,
    );
  return pages.flatMap((page): MarkedPage[] => {
    const key = `${page.document}#${page.page}`;
    const own = byPage.get(key) ?? [];
    if (own.every((row) => (row.valid ?? "").trim() === "" && row.item !== "")) return [];
    const named = own.filter((row) => row.item !== key || (row.raw_name ?? "").trim() !== "");
    const marks = named.map((row) => markOf(row, page, file));
    const lost = page.proposed.filter(({ id }) => !marks.some(({ item }) => item === id));
    if (lost[0])
      throw new StudyError("dataset", `${file}: the row of ${lost[0].id} is gone; answer "no" instead of deleting`);
    return [{ annotator, document: page.document, page: page.page, marks }];
  });
}

function markOf(row: Record<string, string>, page: AnnotationPage, file: string): Mark {
  const said = (name: string): string | null => {
    const cell = (row[name] ?? "").trim();
    return cell === "" ? null : cell;
  };
  const item = said("item") === `${page.document}#${page.page}` ? null : said("item");
  const where = `${file}: ${item ?? `page ${page.document}#${page.page}`}`;
  const proposed = page.proposed.find(({ id }) => id === item);
  if (item !== null && !proposed)
    throw new StudyError("dataset", `${where}: no such mention was exported; leave item empty`);
  const raw_name = proposed?.raw_name ?? row.raw_name ?? "";
  const found = proposed ? undefined : quoteFinder(page.text).find(raw_name);
  const { start, end } = proposed ?? found ?? { start: null, end: null };
  const sentence = start === null || end === null ? raw_name : sentencesAround(page.text, start, end);
  return {
    ...{ item, raw_name, start, end, mentioned_in: proposed?.mentioned_in ?? said("mentioned_in") ?? sentence },
    valid: item === null && said("valid") === null ? true : yesOrNo(said("valid"), where),
    specificity: allowed(SPECIFICITIES, said("specificity"), where),
    context: allowed(CONTEXTS, said("context"), where),
    ...{ harmonized_name: said("harmonized_name"), acronym: said("acronym"), producer: said("producer") },
    ...{ year: said("year"), comment: said("comment") },
  };
}

export function yesOrNo(said: string | null, where: string): boolean | null {
  if (said === null) return null;
  const word = said.toLowerCase();
  if (["yes", "y", "true", "1"].includes(word)) return true;
  if (["no", "n", "false", "0"].includes(word)) return false;
  throw new StudyError("dataset", `${where}: valid is "${said.slice(0, 40)}"; write yes or no`);
}

export function allowed<T extends string>(words: readonly T[], said: string | null, where: string): T | null {
  if (said === null || oneOf(words, said) !== null) return oneOf(words, said ?? undefined);
  throw new StudyError("dataset", `${where}: "${said.slice(0, 40)}" is not allowed; write ${words.join(", ")}`);
}
