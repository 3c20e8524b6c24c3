import { LiteParse } from "@llamaindex/liteparse";
import { collect, nodeDisk } from "corrigenda/files";
import { locate, readPdf } from "corrigenda/pdf";
import { describe, expect, test } from "vitest";
import { column, lines } from "./fixture.ts";
import { pagesOf, usePlace } from "./place.ts";

const place = usePlace();
const PAPERS = nodeDisk("../shared/data/papers");
const here = (await PAPERS.size("1282.pdf")) !== undefined;

describe("boxes", () => {
  test("a phrase over a column's end has a box in each column, where its lines stand", async () => {
    const [left, right] = [lines(20, 48, 1), lines(20, 48, 2)];
    const [page] = await place.read([{ puts: [...column(left, 50, 80), ...column(right, 315, 80)] }]);
    const [from, to] = [
      page?.text.indexOf(left[19] ?? "") ?? -1,
      page?.text.indexOf(" ", page.text.indexOf("w2n0")) ?? -1,
    ];
    const boxes = page ? locate(page, from, to) : [];
    expect(boxes.map(({ x }) => Math.round(x))).toEqual([50, 315]);
    expect(boxes.map(({ y }) => Math.round((y - 68) / 12))).toEqual([20, 1]);
  });

  test("spans hold the text's characters in order, and separators alone lie between them", async () => {
    const all = lines(30, 80, 3).map((line, index) => (index % 3 === 0 ? `${line}ra-` : line));
    const [page] = await place.read([{ puts: column(all, 60, 80) }]);
    let at = 0;
    for (const { start, end } of page?.spans ?? []) {
      expect(page?.text.slice(at, start)).toMatch(/^\s*$/);
      expect(end).toBeGreaterThan(start);
      at = end;
    }
    expect(at).toBe(page?.text.length);
  });

  test.skipIf(!here)(
    "nearly all words are found within 6 points of the engine's own boxes (skipped: ../shared/data/papers is not here)",
    async () => {
      const [page] = pagesOf((await collect(readPdf(PAPERS, "1282.pdf"))).slice(1, 2));
      const engine = new LiteParse({ ocrEnabled: false, quiet: true, emitWordBoxes: true, targetPages: "2" });
      const items = (await engine.parse(PAPERS.resolve("1282.pdf"))).pages[0]?.textItems ?? [];
      const words = items.flatMap((item) => item.words ?? []).filter(({ text }) => text.length > 7);
      const misses = words.flatMap(({ text, x, width }) => {
        const starts = [...(page?.text.matchAll(new RegExp(RegExp.escape(text), "g")) ?? [])].map(({ index }) => index);
        const boxes = starts.flatMap((start) => (page ? locate(page, start, start + text.length) : []));
        const ends = boxes.map((box) => Math.max(Math.abs(box.x - x), Math.abs(box.x + box.width - x - width)));
        return ends.length === 0 ? [] : [Math.min(...ends)];
      });
      expect(misses.length).toBeGreaterThan(150);
      expect(misses.filter((miss) => miss <= 6).length / misses.length).toBeGreaterThan(0.95);
    },
  );
});
