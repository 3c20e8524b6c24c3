import { collect } from "corrigenda/files";
import {
  documentFiles,
  type InputFile,
  prefilter,
  readDocuments,
  textCounts,
  textOutputs,
  textSentence,
  textSource,
} from "corrigenda/labeling";
import type { PdfRow } from "corrigenda/pdf";
import { describe, expect, test } from "vitest";
import { each } from "./fixture.ts";

const NONE: ReadonlyMap<string, string> = new Map();

describe("the papers of a folder", () => {
  test("are its PDFs and its text files; a text file goes by its source", () => {
    const names = ["B.PDF", "a_b.pdf", "notes.txt", "raw.json", "sub/"];
    expect(documentFiles("input", names, new Map([["raw.json", "The local"]]))).toMatchObject([
      { document: "B", name: "B", file: "B.PDF", kind: "pdf" },
      { document: "a_b", name: "a_b", kind: "pdf" },
      {
        document: expect.stringMatching(/^The-local-[0-9a-f]{8}$/) as unknown,
        name: "The local",
        file: "raw.json",
        kind: "json",
      },
    ]);
  });

  test("none at all, or two of one name, are refused with the folder's name", () => {
    expect(() => documentFiles("input", ["a.txt"], NONE)).toThrow(
      "input holds no PDF and no text file; put papers there, or name a folder with --input",
    );
    expect(() => documentFiles("input", ["a.json", "a.pdf"], new Map([["a.json", "a"]]))).toThrow(
      'input: a.json and a.pdf are both the document "a"; take one of them out',
    );
  });

  test("a text file says its source; anything else is none", () => {
    expect(textSource('{"source":"a","pages":{"1":"x"}}')).toBe("a");
    for (const content of ["", "[]", '{"source":"a"}', '{"pages":{}}']) expect(textSource(content)).toBeUndefined();
  });
});

const box = { x: 10.04, y: 20, width: 30, height: 10 };
const good = (file: string, page: number, text: string): PdfRow => ({
  ...{ ok: true, file },
  page: {
    page,
    width: 595.28,
    height: 842,
    text,
    raw: text,
    spans: text === "" ? [] : [{ start: 0, end: text.length, box }],
    removed: [],
  },
});
const bad = (file: string, sentence: string): PdfRow => ({ ok: false, file, code: "broken", sentence });

describe("reading", () => {
  const files = documentFiles(
    "in",
    ["a.pdf", "b.pdf", "c.pdf", "d.pdf", "e.json", "f.pdf"],
    new Map([["e.json", "e"]]),
  );
  const rows: PdfRow[] = [
    good("a.pdf", 1, "We use survey data."),
    bad("a.pdf", "a.pdf: page 2 is damaged"),
    good("a.pdf", 3, "We thank our parents."),
    bad("b.pdf", "b.pdf opens with a password only"),
    ...[good("c.pdf", 1, ""), bad("c.pdf", "c.pdf has no text, only images of pages")],
    good("f.pdf", 1, "the census"),
  ];
  const reading = {
    text: async () => '{"source":"e","pages":{"2":"b","1":"a survey"}}',
    pdfs: (names: readonly string[]) => {
      expect(names).toEqual(["a.pdf", "b.pdf", "c.pdf", "d.pdf", "f.pdf"]);
      return each(rows);
    },
  };
  const read = (list: readonly InputFile[]) => collect(readDocuments(list, reading, prefilter("lexical")));

  test("a file that cannot be read is a record with its reason, and the others go on", async () => {
    const all = await read(files);
    expect(all.map(({ row }) => [row.document, row.state, row.pages, row.kept, row.reason])).toEqual([
      ["a", "read", 2, 1, "a.pdf: page 2 is damaged"],
      ["b", "failed", 0, 0, "b.pdf opens with a password only"],
      ["c", "failed", 0, 0, "c.pdf has no text, only images of pages"],
      ["d", "failed", 0, 0, "the file holds no page"],
      ["e", "read", 2, 1, null],
      ["f", "read", 1, 1, null],
    ]);
    const counts = textCounts(all.map(({ row }) => row));
    expect(textSentence(counts, "lexical")).toBe(
      "6 documents (3 could not be read; text/documents.jsonl says why), 5 pages, 2 of them not asked about (prefilter lexical)",
    );
  });

  test("pages that are left out are kept, with what the prefilter saw, and stand in the text files", async () => {
    const [a] = await read(files);
    expect(a?.pages.map(({ page, prefilter: { keep, score } }) => [page, keep, score > 0])).toEqual([
      [1, true, true],
      [3, false, false],
    ]);
    expect(a?.pages[0]).toMatchObject({ width: 595.3, height: 842, spans: [[0, 19, 10, 20, 30, 10]] });
    const [text, raw, ...others] = a ? textOutputs(a.row, a.pages) : [];
    expect(others).toEqual([]);
    expect([text?.path, raw?.path]).toEqual(["output/text/a.json", "output/raw_text/a.json"]);
    expect(JSON.parse(text?.text ?? "")).toEqual({
      source: "a",
      pages: { "1": "We use survey data.", "3": "We thank our parents." },
    });
  });

  test("a page without text is never asked about, not even without a prefilter", async () => {
    const empty = { text: async () => '{"source":"e","pages":{"1":" \\n"}}', pdfs: () => each<PdfRow>([]) };
    const file = files.filter(({ kind }) => kind === "json");
    const [one] = await collect(readDocuments(file, empty, prefilter("none")));
    expect(one?.row).toMatchObject({ pages: 1, kept: 0 });
  });
});
