import type { Page } from "corrigenda/pdf";
import { describe, expect, test } from "vitest";
import { column, lines, type Put } from "./fixture.ts";
import { usePlace } from "./place.ts";

const place = usePlace();

async function readOne(puts: readonly Put[]): Promise<Page> {
  const [page] = await place.read([{ puts }]);
  if (!page) throw new Error("no page");
  return page;
}

/** Where each line's first word stands in a text. */
function places(page: Page, all: readonly string[]): number[] {
  return all.map((line) => page.text.indexOf(line.split(" ")[0] ?? ""));
}

const rising = (numbers: readonly number[]): boolean => numbers.every((n, i) => n >= 0 && n > (numbers[i - 1] ?? -1));

describe("reading order", () => {
  test("one column is one paragraph, its lines joined by spaces", async () => {
    const all = lines(20, 90, 1);
    expect((await readOne(column(all, 60, 80))).text).toBe(all.join(" "));
  });

  test("two columns are read one after the other, whatever the content stream's order", async () => {
    const [left, right] = [lines(40, 48, 1), lines(40, 48, 2)];
    const rowWise = column(left, 50, 80).flatMap((put, index) => [put, column(right, 315, 80)[index] ?? put]);
    const page = await readOne(rowWise);
    expect(page.text).toBe([...left, ...right].join(" "));
  });

  test("columns whose lines do not stand on common baselines are told apart too", async () => {
    const [left, right] = [lines(30, 48, 1), lines(30, 48, 2)];
    const page = await readOne([...column(right, 315, 86.5), ...column(left, 50, 80)]);
    expect(page.text).toBe([...left, ...right].join(" "));
  });

  test("three columns are read one after the other", async () => {
    const three = [lines(30, 32, 1), lines(30, 32, 2), lines(30, 32, 3)];
    const page = await readOne(three.flatMap((all, index) => column(all, 40 + index * 180, 80)));
    expect(page.text).toBe(three.flat().join(" "));
  });

  test("a title and a table across both columns split the page", async () => {
    const title = { text: "A title that runs over the whole width of the page", x: 60, y: 60, size: 18 };
    const above = [lines(14, 48, 1), lines(14, 48, 2)];
    const below = [lines(14, 48, 3), lines(14, 48, 4)];
    const table = Array.from({ length: 8 }, (_, row) =>
      [60, 230, 330, 450].map((x, cell) => ({ text: `r${row}c${cell}`, x, y: 320 + row * 14 })),
    ).flat();
    const caption = {
      text: "Table 1 shows, over the whole width, what nobody has ever asked about words",
      x: 60,
      y: 296,
    };
    const page = await readOne([
      title,
      ...column(above[0] ?? [], 50, 100),
      ...column(above[1] ?? [], 315, 100),
      caption,
      ...table,
      ...column(below[0] ?? [], 50, 470),
      ...column(below[1] ?? [], 315, 470),
    ]);
    expect(page.text.startsWith(`${title.text}\n\n`)).toBe(true);
    expect(page.text).toContain("r0c0 r0c1 r0c2 r0c3\nr1c0 r1c1 r1c2 r1c3\n");
    const cells = table.map(({ text }) => text);
    expect(rising(places(page, [...above.flat(), "Table 1", ...cells, ...below.flat()]))).toBe(true);
  });

  test("a table inside a column stays in it, row by row", async () => {
    const [left, right] = [lines(40, 48, 1), lines(20, 48, 2)];
    const table = Array.from({ length: 10 }, (_, row) =>
      [315, 420, 500].map((x, cell) => ({ text: `r${row}c${cell}`, x, y: 80 + row * 14 })),
    ).flat();
    const page = await readOne([...column(left, 50, 80), ...table, ...column(right, 315, 260)]);
    expect(rising(places(page, [...left, ...table.map(({ text }) => text), ...right]))).toBe(true);
    expect(page.text).toContain("r0c0 r0c1 r0c2\nr1c0 r1c1 r1c2\n");
  });

  test("a heading, an indent and white begin paragraphs", async () => {
    const text = lines(9, 90, 1);
    const page = await readOne([
      { text: "Methods", x: 60, y: 80, font: "Helvetica-Bold" },
      ...column(text.slice(0, 3), 60, 92),
      ...column([`${text[3]}.`], 60, 128),
      ...column(text.slice(4, 5), 75, 140),
      ...column(text.slice(5, 7), 60, 152),
      ...column(text.slice(7), 60, 195),
    ]);
    const paragraphs = [["Methods"], [...text.slice(0, 3), `${text[3]}.`], text.slice(4, 7), text.slice(7)];
    expect(page.text).toBe(paragraphs.map((one) => one.join(" ")).join("\n\n"));
  });

  test("text turned in the margin is kept out of the flow and reported", async () => {
    const all = lines(20, 80, 1);
    const page = await readOne([...column(all, 80, 80), { text: "arXiv:1234.5678v1", x: 20, y: 500, turned: -90 }]);
    expect(page.text).toBe(all.join(" "));
    expect(page.removed.map(({ text, why }) => [text, why])).toEqual([["arXiv:1234.5678v1", "rotated"]]);
  });

  test("a page printed sideways is read as if it stood upright, its boxes where they are on the page", async () => {
    const all = lines(12, 80, 1);
    const puts = all.map((text, index) => ({ text, x: 500 - index * 14, y: 100, turned: 90 }));
    const page = await readOne(puts);
    expect(page.text).toBe(all.join(" "));
    expect([page.width, page.height]).toEqual([600, 800]);
    const first = page.spans[0]?.box;
    expect(first?.x).toBeCloseTo(490, -1);
    expect(first?.y).toBeCloseTo(100, 0);
    expect(first && first.height > 300 && first.width < 20).toBe(true);
  });
});
