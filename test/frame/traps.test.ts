import { tmpdir } from "node:os";
import path from "node:path";
import { nodeDisk } from "corrigenda/files";
import * as frame from "corrigenda/frame";
import type { DataFrame } from "danfojs-node";
import { afterAll, beforeAll, expect, test, vi } from "vitest";

// Each test shows first what danfojs 1.2.0 does by itself: where that part fails, danfojs has been mended and the helper
// can be reconsidered.
const disk = nodeDisk(path.join(tmpdir(), `corrigenda-traps-${process.pid}`));
let danfo: frame.Danfo;
beforeAll(async () => {
  danfo = await frame.danfo();
});
afterAll(() => disk.remove("."));

const made = (columns: Readonly<Record<string, readonly unknown[]>>): DataFrame => new danfo.DataFrame({ ...columns });
const cellsOf = (one: DataFrame, name: string): unknown => one.column(name).values;

test("sorting with missing numbers: danfojs gives a wrong order in silence; sortBy puts them last", () => {
  const score = [2, Number.NaN, 1, Number.NaN, 3];
  const wrong = made({ score }).sortValues("score") as DataFrame;
  expect((cellsOf(wrong, "score") as number[]).filter((cell) => !Number.isNaN(cell))).not.toEqual([1, 2, 3]);

  const sorted = frame.sortBy(made({ score, id: [0, 1, 2, 3, 4] }), "score");
  expect(cellsOf(sorted, "score")).toEqual([1, 2, 3, Number.NaN, Number.NaN]);
  expect([cellsOf(sorted, "id"), sorted.index]).toEqual([
    [2, 0, 4, 1, 3],
    [2, 0, 4, 1, 3],
  ]);
  const down = frame.sortBy(made({ score }), { column: "score", descending: true });
  expect(cellsOf(down, "score")).toEqual([3, 2, 1, Number.NaN, Number.NaN]);
});

test("sorting is quadratic in danfojs: it looks through all labels for every row; sortBy does not", () => {
  const rows = 500;
  const searches = (sort: (one: DataFrame) => unknown): number => {
    const one = made({ n: Array.from({ length: rows }, (_, place) => (place * 7) % rows) });
    let found = 0;
    const { indexOf } = Array.prototype;
    const spy = vi.spyOn(Array.prototype, "indexOf").mockImplementation(function (this: unknown[], item, from) {
      if (this.length >= rows) found += 1;
      return indexOf.call(this, item, from);
    });
    sort(one);
    spy.mockRestore();
    return found;
  };
  expect(searches((one) => one.sortValues("n"))).toBeGreaterThanOrEqual(rows);
  expect(searches((one) => frame.sortBy(one, "n"))).toBe(0);
});

test("sorting texts and numbers together is refused, and a second column settles what the first leaves open", () => {
  expect(() => frame.sortBy(made({ a: ["x", 1] }), "a")).toThrow("column a holds string and number");
  const sorted = frame.sortBy(made({ a: ["y", "x", "y"], b: [1, 2, 3] }), "a", { column: "b", descending: true });
  expect(sorted.values).toEqual([
    ["x", 2],
    ["y", 3],
    ["y", 1],
  ]);
});

test("a group's mean: danfojs makes it NaN where a number is missing; groupBy passes it over", () => {
  const scores = made({ level: ["B1", "B1", "C1"], score: [1, Number.NaN, 4] });
  expect(scores.groupby(["level"]).col(["score"]).mean().values).toEqual([
    ["B1", Number.NaN],
    ["C1", 4],
  ]);
  const means = frame.groupBy(scores, "level").mean("score");
  expect([means.columns, means.values]).toEqual([
    ["level", "score_mean"],
    [
      ["B1", 1],
      ["C1", 4],
    ],
  ]);
});

test("describe: danfojs throws where a cell is null; describe counts it as missing", () => {
  const scores = made({ score: [1, null, 2, 3, 4], level: ["a", "b", "c", "d", "e"] });
  expect(() => scores.describe()).toThrow();
  // pandas 2: Series([1, None, 2, 3, 4]).describe(): count 4, mean 2.5, std 1.290994, quartiles 1.75, 2.5, 3.25
  const described = frame.describe(scores);
  expect([described.columns, described.index]).toEqual([
    ["score"],
    ["count", "missing", "mean", "std", "min", "25%", "50%", "75%", "max"],
  ]);
  const expected = [4, 1, 2.5, 1.2909944487358056, 1, 1.75, 2.5, 3.25, 4];
  for (const [at, value] of (cellsOf(described, "score") as number[]).entries())
    expect(value).toBeCloseTo(expected[at] ?? Number.NaN, 12);
});

test("CSV: danfojs quotes nothing and breaks the file; toCsv quotes, and what it wrote is read back", async () => {
  const text = ["a,b", 'say "hi"', "two\nlines", "NA", ""];
  const cells = made({ text, n: [1, 2.5, Number.NaN, 4, 5] });
  expect(danfo.toCSV(cells)).toContain("\na,b,1\n");

  const written = frame.toCsv(cells);
  expect(written).toBe('"text","n"\n"a,b",1\n"say ""hi""",2.5\n"two\nlines",\n"NA",4\n"",5\n');
  await disk.write("quoted.csv", written);
  const read = await frame.readCsv("quoted.csv", {}, disk);
  expect([cellsOf(read, "text"), cellsOf(read, "n")]).toEqual([text, [1, 2.5, Number.NaN, 4, 5]]);
});

test("arithmetic: danfojs computes frames in 32 bits; assign computes in doubles, and a missing number stays missing", () => {
  const wrong = made({ a: [0.1, 16_777_217] });
  expect((wrong.add(0.2) as DataFrame).values).toEqual([[0.30000001192092896], [16_777_216]]);
  expect((wrong.mul(1) as DataFrame).values).toEqual([[0.10000000149011612], [16_777_216]]);

  const right = frame.assign(made({ a: [0.1, 16_777_217, null], b: [0.2, 0, 1] }), {
    sum: (row: { a: number; b: number }) => row.a + row.b,
    twice: (row: { sum: number }) => row.sum * 2,
  });
  expect(right.columns).toEqual(["a", "b", "sum", "twice"]);
  expect(cellsOf(right, "sum")).toEqual([0.1 + 0.2, 16_777_217, Number.NaN]);
  expect(cellsOf(right, "twice")).toEqual([(0.1 + 0.2) * 2, 33_554_434, Number.NaN]);
  const misspelt = { c: (row: { nosuch: number }) => row.nosuch };
  expect(() => frame.assign(made({ a: [1] }), misspelt)).toThrow('no column "nosuch"; there are: a');
});

test("mean: danfojs takes it of every row; groupBy without a key takes it of every column", () => {
  const scores = made({ a: [1, 2, 3], b: [3, 4, 8] });
  expect(scores.mean().values).toEqual([2, 3, 5.5]);
  const means = frame.groupBy(scores).mean();
  expect([means.columns, means.values]).toEqual([["a_mean", "b_mean"], [[2, 5]]]);
});

test('reading CSV: danfojs makes 123 of "00123" and leaves NA a text; readCsv keeps the zeros and takes NA for missing', async () => {
  await disk.write("ids.csv", "id,score\n00123,NA\n00456,7.5\n");
  const wrong = await danfo.readCSV(disk.resolve("ids.csv"));
  expect(wrong.values).toEqual([
    [123, "NA"],
    [456, 7.5],
  ]);

  const right = await frame.readCsv("ids.csv", {}, disk);
  expect([right.values, right.dtypes]).toEqual([
    [
      ["00123", Number.NaN],
      ["00456", 7.5],
    ],
    ["string", "float32"],
  ]);
});

test("merge: danfojs groups the rows by key; merge keeps the left one's order", () => {
  const left = made({ k: ["b", "a", "b"], v: [1, 2, 3] });
  const right = made({ k: ["a", "b"], w: [10, 20] });
  expect(danfo.merge({ left, right, on: ["k"], how: "left" }).values).toEqual([
    ["b", 1, 20],
    ["b", 3, 20],
    ["a", 2, 10],
  ]);
  expect(frame.merge(left, right, { on: "k", how: "left" }).values).toEqual([
    ["b", 1, 20],
    ["a", 2, 10],
    ["b", 3, 20],
  ]);
});

test("danfojs has no quantile and no correlation; here they are", () => {
  const scores = made({ a: [1, 2, 3, 4], b: [2, 4, 6, 9] });
  expect([scores.quantile, scores.a.quantile, scores.corr]).toEqual([undefined, undefined, undefined]);

  expect(frame.quantile(scores.a.values, 0.25)).toBe(1.75);
  expect(frame.correlation(scores).index).toEqual(["a", "b"]);
});

test("rows with fields in another order: danfojs shifts the values; a table of them does not", async () => {
  const rows = [{ a: 1, b: 2 }, { b: 20, a: 10 }, { b: 200 }];
  expect(new danfo.DataFrame(rows).values).toEqual([[1, 2], [20, 10], [200]]);

  const right = await (await frame.query("from rows", {}, { from: { rows } })).toDanfo();
  expect(right.values).toEqual([
    [1, 2],
    [10, 20],
    [Number.NaN, 200],
  ]);
});

test("column types: danfojs judges by the first 20 rows; a DataFrame made here by all", async () => {
  const n = [...Array<number>(20).fill(1), 0.5];
  expect(made({ n }).dtypes).toEqual(["int32"]);

  const rows = n.map((one) => ({ n: one }));
  expect((await (await frame.query("from rows", {}, { from: { rows } })).toDanfo()).dtypes).toEqual(["float32"]);
});

test("column names: danfojs loses itself over one called index; a table of such a column is refused with advice", async () => {
  const wrong = made({ index: [5, 6], n: [1, 2] });
  expect(wrong.index).not.toEqual([0, 1]);

  for (const name of ["index", "values", "shape", "constructor", "$data", "__proto__"]) {
    const found = await frame.query(`select 1 as "${name}"`);
    await expect(found.toDanfo()).rejects.toThrow(`cannot have a column called ${name}; name it differently`);
  }
  expect((await (await frame.query("select 1 as count")).toDanfo()).columns).toEqual(["count"]);
});
