import { StudyError } from "corrigenda/error";
import { parseJson } from "corrigenda/json";
import type { PdfRow } from "corrigenda/pdf";
import { cleanText, wordsOf } from "./clean.ts";
import { takeInTurn } from "./in-turn.ts";
import { documentKeys, paths } from "./names.ts";
import type { OutputFile } from "./outputs.ts";
import { pdfDocument } from "./pdf-rows.ts";
import type { Prefilter } from "./prefilter.ts";
import type { DocumentRow, PageRow } from "./records.ts";
import { readSourceFile, TextFile, writeSourceFile } from "./source.ts";

/** A file of the input folder that can be read. */
export interface InputFile {
  /** As in files and custom_ids. */
  readonly document: string;
  readonly name: string;
  readonly file: string;
  readonly kind: "pdf" | "json";
}

/** A page before the prefilter has seen it. */
export type ReadPage = Pick<PageRow, "page" | "width" | "height" | "text" | "raw" | "spans">;

/** What became of a file. */
export type ReadDocument =
  | { readonly ok: true; readonly pages: readonly ReadPage[]; readonly note?: string | undefined }
  | { readonly ok: false; readonly reason: string };

/**
 * The files of a folder that are documents, in its order. `sources`: the `source` field of text files, by file name. Throws
 * StudyError "dataset" where the folder holds none, or two of one name.
 */
export function documentFiles(
  folder: string,
  names: readonly string[],
  sources: ReadonlyMap<string, string>,
): readonly InputFile[] {
  const files = names.filter((name) => /\.pdf$/i.test(name) || sources.has(name));
  if (files.length === 0)
    throw new StudyError(
      "dataset",
      `${folder} holds no PDF and no text file; put papers there, or name a folder with --input`,
    );
  const titles = files.map((file) => sources.get(file) ?? file.replace(/\.pdf$/i, ""));
  const twice = titles.findIndex((title, at) => titles.indexOf(title) !== at);
  if (twice >= 0) {
    const first = titles.indexOf(titles[twice] ?? "");
    throw new StudyError(
      "dataset",
      `${folder}: ${files[first]} and ${files[twice]} are both the document "${titles[twice]}"; take one of them out`,
    );
  }
  const keys = documentKeys(titles);
  return files.map((file, at) => ({
    ...{ document: keys[at] ?? "", name: titles[at] ?? "", file },
    kind: /\.pdf$/i.test(file) ? "pdf" : "json",
  }));
}

/** The pages of a text file: cleaned, the text as given beside it. */
export function textPages({ pages }: TextFile): ReadPage[] {
  const words = wordsOf(Object.values(pages));
  return Object.entries(pages)
    .map(([page, raw]) => ({ page: Number(page), raw, text: cleanText(raw, words) }))
    .sort((a, b) => a.page - b.page)
    .map(({ page, raw, text }) => ({ page, width: null, height: null, text, raw, spans: [] }));
}

/** Files, handed in by the script. */
export interface Reading {
  /** A text file's content. */
  text(file: string): Promise<string>;
  /** The rows of PDFs, in the order of the files. */
  pdfs(files: readonly string[]): AsyncIterable<PdfRow>;
}

/** The documents of a folder, one after the other, each with its pages. A file that cannot be read does not stop the others. */
export async function* readDocuments(
  files: readonly InputFile[],
  reading: Reading,
  filter: Prefilter,
): AsyncGenerator<ReturnType<typeof documentRows>> {
  const pdfs = files.flatMap(({ kind, file }) => (kind === "pdf" ? [file] : []));
  const next = takeInTurn(reading.pdfs(pdfs), ({ file }) => file);
  for (const one of files) {
    const read = one.kind === "pdf" ? pdfDocument(await next(one.file)) : await textDocument(one, reading);
    yield documentRows(one, read, filter);
  }
}

async function textDocument({ file }: InputFile, reading: Reading): Promise<ReadDocument> {
  const pages = textPages(readSourceFile(await reading.text(file), file, TextFile));
  return pages.length > 0 ? { ok: true, pages } : { ok: false, reason: "the file holds no page" };
}

/** The rows of a document: one for itself, one for each page. */
export function documentRows(
  { document, name, file, kind }: InputFile,
  read: ReadDocument,
  filter: Prefilter,
): { readonly row: DocumentRow; readonly pages: readonly PageRow[] } {
  const base = { document, name, file, kind };
  if (!read.ok) return { row: { ...base, pages: 0, kept: 0, state: "failed", reason: read.reason }, pages: [] };
  const pages = read.pages.map((page) => ({ document, name, ...page, prefilter: judged(page, filter) }));
  const kept = pages.filter(({ prefilter }) => prefilter.keep).length;
  return { row: { ...base, pages: pages.length, kept, state: "read", reason: read.note ?? null }, pages };
}

/** A page without text is never asked about. */
function judged({ text }: ReadPage, filter: Prefilter): PageRow["prefilter"] {
  if (text.trim() === "") return { name: filter.name, keep: false, score: 0, cues: [] };
  return filter.judge(text);
}

/** output/text and output/raw_text of a document, every page, also those that the prefilter leaves out. */
export function textOutputs({ document, name, state }: DocumentRow, pages: readonly PageRow[]): OutputFile[] {
  if (state !== "read") return [];
  const of = (field: "text" | "raw"): string =>
    writeSourceFile({ source: name, pages: Object.fromEntries(pages.map((page) => [String(page.page), page[field]])) });
  return [
    { path: paths.text(document), text: of("text") },
    { path: paths.rawText(document), text: of("raw") },
  ];
}

/** The `source` of a text file; undefined where it is none. */
export function textSource(content: string): string | undefined {
  const read = TextFile.safeParse(parseJson(content));
  return read.success ? read.data.source : undefined;
}

export interface TextCounts extends Readonly<Record<string, number>> {
  readonly documents: number;
  readonly failed: number;
  readonly pages: number;
  readonly kept: number;
}

export function textCounts(documents: readonly DocumentRow[]): TextCounts {
  const sum = (of: (row: DocumentRow) => number): number => documents.reduce((total, row) => total + of(row), 0);
  return {
    documents: documents.length,
    failed: sum(({ state }) => (state === "failed" ? 1 : 0)),
    pages: sum(({ pages }) => pages),
    kept: sum(({ kept }) => kept),
  };
}

export function textSentence({ documents, failed, pages, kept }: TextCounts, filter: Prefilter["name"]): string {
  const unread = failed === 0 ? "" : ` (${failed} could not be read; text/documents.jsonl says why)`;
  return `${documents} documents${unread}, ${pages} pages, ${pages - kept} of them not asked about (prefilter ${filter})`;
}
