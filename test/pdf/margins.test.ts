import { describe, expect, test } from "vitest";
import { column, HEIGHT, lines, type PageSpec, type Put } from "./fixture.ts";
import { usePlace } from "./place.ts";

const place = usePlace();

/** Pages of text, each with what a function adds. */
function pages(count: number, edges: (page: number) => readonly Put[]): PageSpec[] {
  return Array.from({ length: count }, (_, index) => ({
    puts: [...edges(index + 1), ...column(lines(30, 80, index + 1), 60, 100)],
  }));
}

const gone = (removed: readonly { text: string; why: string }[]): string[] =>
  removed.map(({ text, why }) => `${why}: ${text}`);

describe("headers and footers", () => {
  test("what repeats at the edge of the pages is removed and reported, page numbers with it", async () => {
    const read = await place.read(
      pages(10, (page) => [
        { text: "Journal of Words 2008, 3:17", x: 60, y: 40 },
        { text: "http://words.example.org/3/1/17", x: 380, y: 40 },
        { text: `Page ${page} of 10`, x: 480, y: HEIGHT - 50 },
      ]),
    );
    read.forEach((page, index) => {
      expect(page.text).toBe(lines(30, 80, index + 1).join(" "));
      expect(gone(page.removed)).toEqual([
        "header: Journal of Words 2008, 3:17",
        "header: http://words.example.org/3/1/17",
        `footer: Page ${index + 1} of 10`,
      ]);
    });
    expect(read[2]?.raw.split("\n").slice(0, 2)).toEqual([
      "Journal of Words 2008, 3:17 http://words.example.org/3/1/17",
      lines(30, 80, 3)[0],
    ]);
  });

  test("running titles that alternate between odd and even pages go, page numbers alone too", async () => {
    const read = await place.read(
      pages(12, (page) =>
        page % 2 === 0
          ? [
              { text: `${page + 40}`, x: 60, y: 40 },
              { text: "A book about words", x: 200, y: 40 },
            ]
          : [
              { text: "The chapter about their order", x: 200, y: 40 },
              { text: `${page + 40}`, x: 500, y: 40 },
            ],
      ),
    );
    expect(read.map(({ removed }) => removed.length)).toEqual(Array(12).fill(2));
    expect(read.map(({ text }) => text)).toEqual(read.map((_, index) => lines(30, 80, index + 1).join(" ")));
  });

  test("the running title of a chapter goes although the next chapter has another", async () => {
    const read = await place.read(pages(40, (page) => [{ text: page <= 20 ? "On nouns" : "On verbs", x: 60, y: 40 }]));
    expect(read.map(({ removed }) => removed[0]?.text)).toEqual([
      ...Array(20).fill("On nouns"),
      ...Array(20).fill("On verbs"),
    ]);
  });

  test("the title of a short chapter goes with the page number beside it", async () => {
    const read = await place.read(
      pages(9, (page) => [
        { text: `Chapter ${Math.ceil(page / 3)}: Words`, x: 60, y: 40 },
        { text: `${page + 5}`, x: 500, y: 40 },
      ]),
    );
    expect(read.map(({ removed }) => gone(removed))).toEqual(
      read.map(({ page }) => [`header: Chapter ${Math.ceil(page / 3)}: Words`, `header: ${page + 5}`]),
    );
  });

  test("a document of two pages is left alone", async () => {
    const read = await place.read(pages(2, () => [{ text: "Journal of Words", x: 60, y: 40 }]));
    expect(read.map(({ removed }) => removed)).toEqual([[], []]);
    expect(read[1]?.text).toContain("Journal of Words");
  });

  test("rows of numbers at the top of every page are no page numbers", async () => {
    const read = await place.read(
      pages(8, (page) => [
        { text: `Model ${page * 3} ${page * page}.${page}`, x: 60, y: 60 },
        { text: `${page * 7}`, x: 500, y: 60 },
      ]),
    );
    expect(read.map(({ removed }) => removed)).toEqual(Array(8).fill([]));
  });

  test("a line of the body that comes again on a few pages stays", async () => {
    const read = await place.read(
      pages(20, (page) => (page % 5 === 1 ? [{ text: "Results and discussion", x: 60, y: 70 }] : [])),
    );
    expect(read.map(({ removed }) => removed)).toEqual(Array(20).fill([]));
    expect(read[5]?.text.startsWith("Results and discussion")).toBe(true);
  });
});
