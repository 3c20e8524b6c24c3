import { execFile } from "node:child_process";
import { promisify } from "node:util";
import {
  correlation,
  type Danfo,
  danfo,
  describe as described,
  groupBy,
  merge,
  quantile,
  query,
  rowsOf,
  sortBy,
  toCsv,
} from "corrigenda/frame";
import type { DataFrame } from "danfojs-node";
import { beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";

let module: Danfo;
beforeAll(async () => {
  module = await danfo();
});
const made = (columns: Readonly<Record<string, readonly unknown[]>>): DataFrame => new module.DataFrame({ ...columns });

// R 4, data(mtcars): mpg, cyl and wt of its first ten cars.
const CARS = {
  mpg: [21, 21, 22.8, 21.4, 18.7, 18.1, 14.3, 24.4, 22.8, 19.2],
  cyl: [6, 6, 4, 6, 8, 6, 8, 4, 4, 6],
  wt: [2.62, 2.875, 2.32, 3.215, 3.44, 3.46, 3.57, 3.19, 3.15, 3.44],
};

describe("statistics", () => {
  test("quantiles are those of type 7", () => {
    // h = (n - 1) p + 1 (Hyndman & Fan 1996): of 1, 2, 3, 4, 10 the 0.9 quantile is 4 + 0.6 × 6.
    const xs = [10, 1, 4, 2, 3];
    for (const [p, value] of [
      [0, 1],
      [0.25, 2],
      [0.5, 3],
      [0.9, 7.6],
      [1, 10],
    ] as const)
      expect(quantile(xs, p)).toBeCloseTo(value, 12);
    expect(quantile([1, null, Number.NaN, 3], 0.5)).toBe(2);
    expect(quantile([], 0.5)).toBeNaN();
    expect(() => quantile(xs, 1.5)).toThrow("from 0 to 1");
    expect(() => quantile(["x"], 0.5)).toThrow("holds strings");
  });

  test("quantiles, mean and std agree with DuckDB's own", async () => {
    const rows = CARS.mpg.map((mpg) => ({ mpg }));
    const sql = "select avg(mpg) m, stddev_samp(mpg) s, quantile_cont(mpg, [0.25, 0.5, 0.75]) q from cars";
    const {
      rows: [duck],
    } = await query(sql, {}, { from: { cars: rows } });
    const one = described(made({ mpg: CARS.mpg })).values.flat() as number[];
    const expected = [duck?.m, duck?.s, ...((duck?.q ?? []) as number[])] as number[];
    for (const [at, value] of [one[2], one[3], ...one.slice(5, 8)].entries())
      expect(value).toBeCloseTo(expected[at] ?? Number.NaN, 12);
  });

  test("Pearson's r of Anscombe's first set is 0.816", () => {
    // Anscombe 1973, The American Statistician 27: r = 0.816 in each of his four sets.
    const x = [10, 8, 13, 9, 11, 14, 6, 4, 12, 7, 5];
    const y = [8.04, 6.95, 7.58, 8.81, 8.33, 9.96, 7.24, 4.26, 10.84, 4.82, 5.68];
    const matrix = correlation(made({ x, y, text: y.map(String) }));
    expect([matrix.columns, matrix.index]).toEqual([
      ["x", "y"],
      ["x", "y"],
    ]);
    const [[xx, xy] = [], [yx, yy] = []] = matrix.values as number[][];
    expect([xx, yy, yx]).toEqual([1, 1, xy]);
    expect(xy).toBeCloseTo(0.81642, 5);
  });

  test("r is taken over the rows where both are there; where one does not vary there is none", () => {
    const matrix = correlation(made({ a: [1, 2, null, 3], b: [-1, -2, 50, -3], c: [5, 5, 5, 5] })).values as number[][];
    expect(matrix[0]?.slice(0, 2)).toEqual([1, -1]);
    expect(matrix[0]?.[2]).toBeNaN();
  });

  test("a sum keeps what plain addition loses", () => {
    // Neumaier 1974's example: 1 + 1e100 + 1 - 1e100 is 2.
    const sums = groupBy(made({ x: [1, 1e100, 1, -1e100] })).sum("x");
    expect(sums.values).toEqual([[2]]);
  });
});

describe("groupBy", () => {
  test("gives each group's statistics in order of appearance", () => {
    // By hand: cyl 6: 21, 21, 21.4, 18.1, 19.2; cyl 4: 22.8, 24.4, 22.8; cyl 8: 18.7, 14.3.
    const grouped = groupBy(made(CARS), "cyl").agg({ mpg: ["mean", "min", "median", "max", "std"], wt: "sum" });
    expect(grouped.columns).toEqual([...["cyl", "mpg_mean", "mpg_min", "mpg_median", "mpg_max", "mpg_std", "wt_sum"]]);
    const expected = [
      [6, 20.14, 18.1, 21, 21.4, Math.sqrt(8.112 / 4), 15.61],
      [4, 70 / 3, 22.8, 22.8, 24.4, Math.sqrt(2.56 / 3), 8.66],
      [8, 16.5, 14.3, 16.5, 18.7, Math.sqrt(9.68), 7.01],
    ];
    for (const [at, row] of (grouped.values as number[][]).entries())
      for (const [column, value] of row.entries()) expect(value).toBeCloseTo(expected[at]?.[column] ?? Number.NaN, 9);
  });

  test("keeps a missing key as a group, and tells 1 from '1' and Infinity from missing", () => {
    const keys = ["1", 1, null, Number.POSITIVE_INFINITY, 1, undefined];
    const sizes = groupBy(made({ key: keys, x: [1, 2, 3, 4, 5, 6] }), "key").size();
    expect(sizes.column("rows").values).toEqual([1, 2, 2, 1]);
  });

  test("counts what is there, sums nothing to 0, and takes all columns of numbers", () => {
    const frame = made({ g: ["a", "a", "b"], x: [1, null, null], text: ["p", null, "q"] });
    expect(groupBy(frame, "g").count().values).toEqual([
      ["a", 1, 1],
      ["b", 0, 1],
    ]);
    expect(groupBy(frame, "g").sum().values).toEqual([
      ["a", 1],
      ["b", 0],
    ]);
    expect(groupBy(frame, "g").mean().columns).toEqual(["g", "x_mean"]);
    expect(groupBy(frame, ["g", "text"]).size().values).toEqual([
      ["a", "p", 1],
      ["a", null, 1],
      ["b", "q", 1],
    ]);
    expect(() => groupBy(frame, "g").mean("text")).toThrow("column text holds strings");
    expect(() => groupBy(frame, "nosuch")).toThrow('no column "nosuch"; there are: g, x, text');
    expect(() => groupBy(frame, "g").agg({ x: "toString" as "mean" })).toThrow("toString is no statistic");
  });

  test("answers a danfojs DataFrame, with danfojs's own methods", () => {
    const means = groupBy(made(CARS), "cyl").mean("mpg");
    expect(means).toBeInstanceOf(module.DataFrame);
    expect(means.query(means.mpg_mean.gt(20)).shape).toEqual([2, 2]);
    expect(means.groupby(["cyl"]).col(["mpg_mean"]).max().shape).toEqual([3, 2]);
  });
});

describe("merge", () => {
  // The example of pandas.DataFrame.merge, pandas 2 reference.
  const left = () => made({ a: ["foo", "bar"], b: [1, 2] });
  const right = () => made({ a: ["foo", "baz"], c: [3, 4] });

  test("inner, left and outer are those of pandas, in the left one's order", () => {
    expect(merge(left(), right(), { on: "a" }).values).toEqual([["foo", 1, 3]]);
    expect(merge(left(), right(), { on: "a", how: "left" }).values).toEqual([
      ["foo", 1, 3],
      ["bar", 2, Number.NaN],
    ]);
    const outer = merge(left(), right(), { on: "a", how: "outer" });
    expect([outer.columns, outer.values]).toEqual([
      ["a", "b", "c"],
      [
        ["foo", 1, 3],
        ["bar", 2, Number.NaN],
        ["baz", Number.NaN, 4],
      ],
    ]);
  });

  test("columns of one name are told apart, and every pair comes", () => {
    const joined = merge(made({ k: [1, 1], v: [1, 2] }), made({ k: [1, 1], v: [5, 6] }), { on: ["k"] });
    expect([joined.columns, joined.values]).toEqual([
      ["k", "v_x", "v_y"],
      [
        [1, 1, 5],
        [1, 1, 6],
        [1, 2, 5],
        [1, 2, 6],
      ],
    ]);
  });

  test("a missing key has no partner, and keys of two kinds are refused", () => {
    const missing = merge(made({ k: ["a", null], v: [1, 2] }), made({ k: [null, "a"], w: [3, 4] }), {
      on: "k",
      how: "outer",
    });
    expect(missing.values).toEqual([
      ["a", 1, 4],
      [null, 2, Number.NaN],
      [null, Number.NaN, 3],
    ]);
    expect(() => merge(made({ k: [1] }), made({ k: ["1"] }), { on: "k" })).toThrow(
      "the key k holds numbers on the left and strings on the right",
    );
  });
});

test("tables without rows stay tables", () => {
  const none = new module.DataFrame([], { columns: ["g", "x"], dtypes: ["string", "float32"] });
  expect(sortBy(none, "x").columns).toEqual(["g", "x"]);
  expect(toCsv(none)).toBe('"g","x"\n');
  expect(groupBy(none, "g").mean("x").columns).toEqual(["g", "x_mean"]);
  expect(merge(none, none, { on: "g" }).columns).toEqual(["g", "x_x", "x_y"]);
});

test("danfojs loads and computes without a word, and nothing loads it unasked", async () => {
  const code = `import { danfo, query } from "corrigenda/frame";
    await query("select 1");
    const loaded = () => Object.keys(createRequire(import.meta.url).cache).some((file) => file.includes("danfojs"));
    const before = loaded();
    const { DataFrame } = await danfo();
    new DataFrame({ a: [1, 2] }).add(1);
    console.log(JSON.stringify([before, loaded()]));`;
  const module = `import { createRequire } from "node:module";\n${code}`;
  const { stdout, stderr } = await promisify(execFile)(process.execPath, ["--input-type=module", "-e", module]);
  expect([stdout, stderr]).toEqual(["[false,true]\n", ""]);
});

test("danfojs runs on the CPU shim", async () => {
  const scores = made({ a: [1, 2, 4], b: [2, 4, 6] });
  expect(new module.StandardScaler().fitTransform(made({ a: [1, 3] })).values).toEqual([[-1], [1]]);
  expect(new module.MinMaxScaler().fitTransform(scores).values).toEqual([
    [0, 0],
    [0.3333333432674408, 0.5],
    [1, 1],
  ]);
  expect([scores.a.argMax(), scores.gt(2).values, scores.sub(1).values]).toEqual([
    2,
    [
      [false, false],
      [false, true],
      [true, true],
    ],
    [
      [0, 1],
      [1, 3],
      [3, 5],
    ],
  ]);
  expect((await scores.sample(2, { seed: 1 })).shape).toEqual([2, 2]);
  expect(scores.pctChange(1).values[1]).toEqual([1, 1]);
});

test("a DataFrame's rows are objects again, checked: missing cells are null, and the row that does not fit is named", () => {
  const frame = made({ level: ["B2", null], score: [6, Number.NaN] });
  const Row = z.object({ level: z.string().nullable(), score: z.number().nullable() });
  expect(rowsOf(frame, Row)).toEqual([
    { level: "B2", score: 6 },
    { level: null, score: null },
  ]);
  expect(() => rowsOf(frame, z.object({ level: z.string() }))).toThrow(/^row 2, column level: /);
});
