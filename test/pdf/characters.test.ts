import { LiteParse } from "@llamaindex/liteparse";
import { nodeDisk } from "corrigenda/files";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createDocumentReader, type EnginePage } from "../../lib/pdf/document.ts";
import { cleanLetters } from "../../lib/pdf/letters.ts";
import type { TextItem } from "../../lib/pdf/pieces.ts";

const PAPERS = nodeDisk("../shared/data/papers");
const here = (await PAPERS.size("1145.pdf")) !== undefined;

/** How often each character with ink occurs, hyphens apart: those at a line's end may go. */
function counted(texts: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const letter of texts.join("")) {
    if (!/[\s\u2010-]/.test(letter)) counts.set(letter, (counts.get(letter) ?? 0) + 1);
  }
  return counts;
}

function checkPages(pages: readonly EnginePage[]): void {
  const reader = createDocumentReader();
  reader.add(pages);
  const read = [...reader.take(true)];
  expect(read.map(({ page }) => page)).toEqual(pages.map(({ pageNum }) => pageNum));
  read.forEach(({ text, removed, spans }, index) => {
    const items = pages[index]?.textItems ?? [];
    const all = counted(items.map((item) => cleanLetters(item.text)));
    expect(counted([text, ...removed.map((one) => one.text)])).toEqual(all);
    expect(counted(spans.map(({ start, end }) => text.slice(start, end)))).toEqual(counted([text]));
  });
}

const word = fc.constantFrom(
  "data",
  "survey",
  "pre-",
  "10",
  "1",
  "ﬁnd",
  "a",
  "National",
  "of",
  "state-of-the-",
  "12%",
  ".",
);
const item: fc.Arbitrary<TextItem> = fc.record({
  text: fc.array(word, { minLength: 1, maxLength: 8 }).map((words) => words.join(" ")),
  x: fc.integer({ min: 0, max: 560 }),
  y: fc.integer({ min: 0, max: 780 }),
  width: fc.integer({ min: 1, max: 400 }),
  height: fc.integer({ min: 4, max: 30 }),
  rotation: fc.constantFrom(0, 0, 0, 0, 90, 270, 45),
  fontName: fc.constantFrom("A", "B"),
});
const page = fc.array(item, { maxLength: 60 });

describe("every character with ink comes out once, in the text or among what was removed:", () => {
  test("items anywhere on pages", () => {
    fc.assert(
      fc.property(fc.array(page, { minLength: 1, maxLength: 5 }), (all) => {
        checkPages(all.map((textItems, index) => ({ pageNum: index + 1, width: 600, height: 800, textItems })));
      }),
      { numRuns: 150 },
    );
  });

  test("rows and columns of items", () => {
    const grid = fc.tuple(
      fc.integer({ min: 1, max: 3 }),
      fc.array(fc.tuple(word, fc.boolean()), { minLength: 1, maxLength: 120 }),
    );
    fc.assert(
      fc.property(grid, ([columns, words]) => {
        const width = 500 / columns;
        const textItems = words.map(([text, wide], index) => ({
          text: wide ? `${text} ${"filler ".repeat(4)}` : text,
          x: 50 + (index % columns) * width,
          y: 60 + Math.floor(index / columns) * 12,
          width: wide ? width - 20 : 20,
          height: 9,
        }));
        checkPages([{ pageNum: 1, width: 600, height: 800, textItems }]);
      }),
      { numRuns: 150 },
    );
  });

  test.skipIf(!here)("the papers in ../shared/data/papers (skipped: they are not here)", async () => {
    for (const name of ["1145", "1282", "339"]) {
      checkPages((await new LiteParse({ ocrEnabled: false, quiet: true }).parse(PAPERS.resolve(`${name}.pdf`))).pages);
    }
  });
});
