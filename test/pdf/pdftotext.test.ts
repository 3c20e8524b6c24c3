import { execFileSync } from "node:child_process";
import { collect, nodeDisk } from "corrigenda/files";
import { locate, type Page, readPdfs } from "corrigenda/pdf";
import { describe, expect, test, vi } from "vitest";

const installed = ((): boolean => {
  try {
    execFileSync("pdftotext", ["-v"], { stdio: "ignore" });
    return true;
  } catch {
    console.warn("pdftotext is not installed: reading with it is not tested");
    return false;
  }
})();

const papers = nodeDisk("data/sample/papers");

async function read(file: string, reader: "pdfium" | "pdftotext"): Promise<Page[]> {
  const rows = await collect(readPdfs(papers, [file], { reader }));
  return rows.map((row) => {
    if (!row.ok) throw new Error(row.sentence);
    return row.page;
  });
}

const wordsOf = (pages: readonly Page[]): string[] => pages.flatMap(({ text }) => text.match(/[a-z]{2,}/gi) ?? []);

/** The share of `a`'s runs of five words that are in `b` as well. */
function shared(a: readonly string[], b: readonly string[]): number {
  const runs = (words: readonly string[]): string[] => words.map((_, at) => words.slice(at, at + 5).join(" "));
  const known = new Set(runs(b));
  const own = runs(a);
  return own.filter((run) => known.has(run)).length / own.length;
}

describe.skipIf(!installed)("pdftotext in PDFium's place", () => {
  test.each(["339.pdf", "1282.pdf"])("reads %s in the same order, page for page", async (file) => {
    const [ours, theirs] = [await read(file, "pdfium"), await read(file, "pdftotext")];
    expect(theirs.map(({ page }) => page)).toEqual(ours.map(({ page }) => page));
    expect(shared(wordsOf(ours), wordsOf(theirs))).toBeGreaterThan(0.9);
    expect(theirs.every(({ text }) => !text.includes("page number not for citation purposes"))).toBe(true);
  });

  test("knows where words stand", async () => {
    const [first] = await read("1282.pdf", "pdftotext");
    const at = first?.text.indexOf("Monitoring the Future survey") ?? -1;
    expect(at).toBeGreaterThan(0);
    const [box] = first ? locate(first, at, at + 10) : [];
    expect(
      box && box.x >= 0 && box.x + box.width <= (first?.width ?? 0) && box.y + box.height <= (first?.height ?? 0),
    ).toBe(true);
  });

  test("a file that it cannot read is a row, and the others go on", async () => {
    const rows = await collect(
      readPdfs(nodeDisk("."), ["README.md", "data/sample/papers/339.pdf"], { reader: "pdftotext" }),
    );
    expect(rows[0]).toMatchObject({ ok: false, code: "not-pdf" });
    expect(rows.slice(1).every(({ ok }) => ok)).toBe(true);
  });
});

test("without pdftotext, the error says what to install", async () => {
  vi.stubEnv("PATH", "/nowhere");
  await expect(read("339.pdf", "pdftotext")).rejects.toThrow(
    "pdftotext is not installed: install poppler-utils, or read PDFs with PDF_READER: pdfium",
  );
  vi.unstubAllEnvs();
});
