import vm from "node:vm";
import { danfo, preview, query, sortBy, type TableBundle, tableBundle } from "corrigenda/frame";
import { expect, test } from "vitest";

const DISPLAY = Symbol.for("Jupyter.display");

test("a DataFrame's first rows are shown, with its labels where they are not just counted", async () => {
  const { DataFrame } = await danfo();
  const scores = new DataFrame({ level: ["C1", "B1", "B2"], score: [7, 5, 6] });
  expect(preview(scores, 2)).toEqual({
    columns: ["level", "score"],
    rows: [
      ["C1", 7],
      ["B1", 5],
    ],
    total: 3,
  });
  expect(preview(sortBy(scores, "score"), 1)).toEqual({
    columns: ["", "level", "score"],
    rows: [[1, "B1", 5]],
    total: 3,
  });
});

test("a Series is one column", async () => {
  const { Series } = await danfo();
  expect(preview(new Series([1, 2, 3]), 2)).toEqual({ columns: ["0"], rows: [[1], [2]], total: 3 });
});

test("plain rows need not have the same fields, and may come from a notebook's cell", () => {
  const rows: unknown = vm.runInNewContext('[{ a: 1 }, { b: "x", a: 2 }, { c: 1 }]');
  expect(preview(rows, 2)).toEqual({
    columns: ["a", "b"],
    rows: [
      [1, null],
      [2, "x"],
    ],
    total: 3,
  });
  expect(preview([{ toString: 1 }, {}], 2)?.rows).toEqual([[1], [null]]);
});

test.each([
  [[]],
  [[1, 2]],
  [["a"]],
  [[{ a: 1 }, null]],
  [[new Date(0)]],
  [new Map()],
  [{ a: 1 }],
  ["text"],
  [null],
  [undefined],
])("%j is no table", (value: unknown) => {
  expect(preview(value, 5)).toBeUndefined();
});

test("a frame shows itself: 20 rows of it, their number, and what is special", async () => {
  const frame = await query("select range as n, 9007199254740993 as big from range(1200)");
  const bundle = (frame as unknown as Record<symbol, () => TableBundle>)[DISPLAY]?.();
  expect(bundle?.["text/html"].match(/<tr>/g)).toHaveLength(21);
  expect(bundle?.["text/plain"].split("\n").slice(-2)).toEqual([
    "1,200 rows × 2 columns (the first 20 shown)",
    "big: whole numbers beyond 2^53 are bigints",
  ]);
});

test("names and values are escaped, long texts cut, numbers short", () => {
  const rows = [["<script>alert(1)</script>", 0.1 + 0.2, "x".repeat(500), { a: [1n, "<b>"] }, null]];
  const { "text/html": html, "text/plain": text } = tableBundle({
    columns: ["<i>", "f", "long", "o", "n"],
    rows,
    total: 1,
  });
  expect(html).not.toMatch(/<(script|i|b)>/);
  expect(html).toContain("&lt;script&gt;alert(1)&lt;/script&gt;");
  expect(html).toContain(">0.3<");
  expect(html).toContain(`>${"x".repeat(200)}…<`);
  expect(html).toContain("{&quot;a&quot;:[&quot;1&quot;,&quot;&lt;b&gt;&quot;]}");
  expect(text.split("\n").at(-1)).toBe("1 row × 5 columns");
});

test("in plain text the columns stand in line, numbers to the right", () => {
  const table = {
    columns: ["level", "n"],
    rows: [
      ["B1\nB2", 5],
      ["C1", 1000],
    ],
    total: 2,
  };
  expect(tableBundle(table)["text/plain"]).toBe(
    ["level     n", "B1 B2     5", "C1     1000", "2 rows × 2 columns"].join("\n"),
  );
});

test("two prices in a text stay a text: Jupyter would set what is between dollar signs as mathematics", () => {
  const bundle = tableBundle({ columns: ["text"], rows: [["$100, not $15"]], total: 1 });
  expect(bundle["text/html"]).toContain("<span>$</span>100, not <span>$</span>15");
  expect(bundle["text/plain"]).toContain("$100, not $15");
});
