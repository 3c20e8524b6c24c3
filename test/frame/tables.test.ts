import { readdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { memoryDisk, nodeDisk, readText } from "corrigenda/files";
import { csv, jsonl, openTables, parquet, query, stageTable, type Tables, writeRows } from "corrigenda/frame";
import { afterAll, afterEach, beforeEach, describe, expect, test } from "vitest";
import { z } from "zod";

// A folder that DuckDB would take for a pattern, and a quote that would end a literal.
const disk = nodeDisk(path.join(tmpdir(), `corrigenda-tables-${process.pid}`, "it's [1]"));
let tables: Tables;
beforeEach(async () => {
  tables = await openTables({ disk });
});
afterEach(() => tables[Symbol.asyncDispose]());
afterAll(() => nodeDisk(disk.resolve("..")).remove("."));

const rows = async (sql: string, params = {}) => (await tables.query(sql, params)).rows;

describe("a query", () => {
  test("binds its parameters: a quote in one ends nothing", async () => {
    const params = { name: "x' or 1=1 --", ids: ["a", "b"], none: [] as string[], n: 2 ** 40, f: 0.1, b: 12n, t: true };
    const [row] = await rows(
      "select $name as name, $ids as ids, $none as none, $n as n, $f as f, $b as b, $t as t, $nil as nil",
      {
        ...params,
        nil: null,
      },
    );
    expect(row).toEqual({ ...params, b: 12, nil: null });
  });

  test("says in one sentence what is wrong", async () => {
    await expect(tables.query("from nope")).rejects.toMatchObject({
      code: "dataset",
      message: 'there is no table nope; add it first: tables.add("nope", …)',
    });
    await expect(tables.query("select nope from (select 1 as a)")).rejects.toMatchObject({
      code: "dataset",
      message: expect.stringMatching(/^DuckDB: Binder Error: Referenced column "nope" not found .*bindings: "a"/),
    });
    await expect(tables.query("select 1; select 2")).rejects.toThrow("one statement, not 2");
    await expect(tables.query("select $x", {})).rejects.toThrow("parameters: x");
    await expect(tables.query("select $x", { x: undefined as never })).rejects.toThrow("$x has no value");
    await expect(tables.query("select $x", { x: [1, "a"] as never })).rejects.toThrow("$x holds number and string");
  });

  test("downloads nothing, and nobody can change that", async () => {
    for (const sql of ["install httpfs", "load httpfs", "update extensions"])
      await expect(tables.query(sql)).rejects.toMatchObject({ code: "refused" });
    await expect(tables.query("from 'https://example.com/a.csv'")).rejects.toMatchObject({ code: "refused" });
    const settings = "'autoinstall_known_extensions', 'autoload_known_extensions', 'allow_community_extensions'";
    expect(await rows(`select distinct value from duckdb_settings() where name in (${settings})`)).toEqual([
      { value: "false" },
    ]);
    await expect(tables.query("set autoinstall_known_extensions = true")).rejects.toThrow("locked");
  });

  test("runs within the memory and threads it is given", async () => {
    await using small = await openTables({ memoryMb: 100, threads: 1 });
    const asked = "select name, value from duckdb_settings() where name in ('memory_limit', 'threads') order by name";
    expect((await small.query(asked)).rows).toEqual([
      { name: "memory_limit", value: "95.3 MiB" },
      { name: "threads", value: "1" },
    ]);
    await expect(small.query("select list(range) from range(100_000_000)")).rejects.toThrow("Out of Memory");
  });

  test("that is still running when the tables are closed ends first", async () => {
    const other = await openTables();
    const running = other.query("select count(*) n from range(20_000_000) where hash(range) % 7 = 0");
    await other[Symbol.asyncDispose]();
    expect((await running).rows).toHaveLength(1);
  });

  test("waits for its turn: work started together is done one after the other", async () => {
    const works = [
      tables.add("a", [{ n: 1 }]),
      tables.query("select count(*) from range(1_000_000)"),
      tables.query("nonsense"),
    ];
    const ends = await Promise.allSettled([...works, tables.query("from a")]);
    expect(ends.map(({ status }) => status)).toEqual(["fulfilled", "fulfilled", "rejected", "fulfilled"]);
  });

  test("gives rows that a schema checks", async () => {
    const frame = await tables.query("select 1::bigint as id, 'B2' as level union all select 2, null order by id");
    expect(() => frame.typed(z.object({ id: z.number(), level: z.string() }))).toThrow("row 2, column level");
    const [first] = frame.typed(z.object({ id: z.number(), level: z.string().nullable() }));
    expect(first).toEqual({ id: 1, level: "B2" });
  });
});

describe("values by their column's type", () => {
  test.each<[sql: string, value: unknown, type: string]>([
    ["42::bigint", 42, "BIGINT"],
    ["9007199254740993", 9007199254740993n, "BIGINT"],
    ["sum(x) from (values (1), (2)) t(x)", 3, "HUGEINT"],
    ["1.50::decimal(4, 2)", 1.5, "DECIMAL(4,2)"],
    ["12345678901234567.5::decimal(30, 4)", "12345678901234567.5000", "DECIMAL(30,4)"],
    ["0.1::double", 0.1, "DOUBLE"],
    ["'nan'::double", Number.NaN, "DOUBLE"],
    ["date '2024-02-29'", "2024-02-29", "DATE"],
    ["timestamp '2024-02-29 10:00:00.5'", "2024-02-29T10:00:00.5", "TIMESTAMP"],
    ["timestamptz '2024-02-29 01:00:00.000001+02'", "2024-02-28T23:00:00.000001Z", "TIMESTAMP WITH TIME ZONE"],
    ["[1, null]", [1, null], "INTEGER[]"],
    ["{'a': 1::bigint, 'b': [date '2024-02-29']}", { a: 1, b: ["2024-02-29"] }, 'STRUCT("a" BIGINT, "b" DATE[])'],
    ["map {'k': 1}", { k: 1 }, "MAP(VARCHAR, INTEGER)"],
    ["map {1: 2}", [{ key: 1, value: 2 }], "MAP(INTEGER, INTEGER)"],
    [`'{"a": [1, "x"]}'::json`, { a: [1, "x"] }, "JSON"],
    ["'a'::enum('a', 'b')", "a", "ENUM('a', 'b')"],
    ["null", null, "INTEGER"],
  ])("%s", async (sql, value, type) => {
    const { columns, rows: found } = await tables.query(
      `select ${sql.includes(" from ") ? sql.replace(" from ", " v from ") : `${sql} v`}`,
    );
    expect([found[0]?.v, columns[0]?.type]).toEqual([value, type]);
  });

  test("a frame says where a value is no number, and holds a column called __proto__", async () => {
    const { columns, rows: found } = await tables.query(
      'select 2 ** 60 :: bigint d, 9007199254740993 n, 1 as "__proto__"',
    );
    expect(columns[1]).toEqual({ name: "n", type: "BIGINT", note: "whole numbers beyond 2^53 are bigints" });
    expect(Object.entries(found[0] ?? {})[2]).toEqual(["__proto__", 1]);
  });
});

describe("a stream", () => {
  test("gives chunks, also beside other queries, and ends when nobody listens", async () => {
    let [seen, total] = [0, 0];
    for await (const chunk of tables.stream("select range::int as n from range($rows)", { rows: 100_000 })) {
      expect(chunk.length).toBeLessThanOrEqual(2_048);
      seen += chunk.length;
      for (const { n } of chunk) total += Number(n);
      if (seen === 2_048) expect(await rows("select 1 as one")).toEqual([{ one: 1 }]);
    }
    expect([seen, total]).toEqual([100_000, (100_000 * 99_999) / 2]);
    for await (const chunk of tables.stream("from range(10_000_000)")) if (chunk.length > 0) break;
  });

  test("of 1,000,000 rows holds few of them", async () => {
    let most = 0;
    const before = process.memoryUsage().heapUsed;
    for await (const chunk of tables.stream("select range as n, md5(range::varchar) as text from range(1_000_000)"))
      if (chunk.length > 0) most = Math.max(most, process.memoryUsage().heapUsed - before);
    expect(most).toBeLessThan(80 * 2 ** 20); // as an array they take some 150 MB
  });
});

describe("files", () => {
  test("a path that exists is no pattern; one that does not exist is", async () => {
    await disk.write("a[1].csv", "n\n1\n");
    await disk.write("a1.csv", "n\n2\n");
    await tables.add("one", csv("a[1].csv"));
    await tables.add("several", csv("a*.csv"));
    expect(await rows("from one")).toEqual([{ n: 1 }]);
    expect(await rows("from several order by n")).toEqual([{ n: 1 }, { n: 2 }]);
    await expect(tables.add("none", csv("none*.csv"))).rejects.toMatchObject({ code: "files" });
  });

  test("CSV: columns are matched by name, and typed by all their cells", async () => {
    const lines = Array.from({ length: 3_000 }, (_, n) => `${n},${n / 2},${n},0${n},${n},true,NA`);
    const late = ['x,"1,5",9007199254740993,01,12345678901234567890,FALSE,"NA"'];
    await disk.write("t1.csv", `${["text,half,whole,zero,id,yes,gone", ...lines].join("\n")}\n`);
    await disk.write("t2.csv", `${["text,half,whole,zero,id,yes,gone", ...late].join("\n")}\n`);
    await tables.add("t", csv("t1.csv"));
    const types = async () => (await tables.query("from t limit 0")).columns.map(({ type }) => type);
    expect(await types()).toEqual(["BIGINT", "DOUBLE", "BIGINT", "VARCHAR", "BIGINT", "BOOLEAN", "VARCHAR"]);
    await tables.add("t", csv(["t1.csv", "t2.csv"]));
    expect(await types()).toEqual(["VARCHAR", "VARCHAR", "BIGINT", "VARCHAR", "VARCHAR", "BOOLEAN", "VARCHAR"]);
    expect(await rows("select * from t where text = 'x'")).toEqual([
      {
        text: "x",
        half: "1,5",
        whole: 9007199254740993n,
        zero: "01",
        id: "12345678901234567890",
        yes: false,
        gone: "NA",
      },
    ]);
    await tables.add("t", csv("t1.csv", { whole: "VARCHAR", half: "DOUBLE" }));
    expect((await types()).slice(1, 3)).toEqual(["DOUBLE", "VARCHAR"]);
    await expect(tables.add("t", csv("t1.csv", { hole: "VARCHAR" }))).rejects.toThrow(
      "given for hole, which is no column",
    );
    expect(() => csv("t1.csv", { half: "INT); drop table t" as "BIGINT" })).toThrow("is no type here");
  });

  test("CSV: a column of another file comes by its name; a torn row is an error", async () => {
    await disk.write("u1.csv", "a,b\n1,x\n");
    await disk.write("u2.csv", "b,a\ny,2\n");
    await tables.add("u", csv("u?.csv"));
    expect(await rows("from u order by a")).toEqual([
      { a: 1, b: "x" },
      { a: 2, b: "y" },
    ]);
    await disk.write("torn.csv", "a,b\n1,x\n2\n");
    await expect(tables.add("torn", csv("torn.csv"))).rejects.toThrow("torn.csv");
    await disk.write("odd.csv", 'a,b\r\n#1,"x\ny"\r\n');
    await tables.add("odd", csv("odd.csv"));
    expect(await rows("from odd")).toEqual([{ a: "#1", b: "x\ny" }]);
    await disk.write("tabs.tsv", 'a\tb\n1\t"x\ty"\n');
    await tables.add("tabs", csv("tabs.tsv"));
    expect(await rows("from tabs")).toEqual([{ a: 1, b: "x\ty" }]);
  });

  test("JSONL: texts stay as they are, late and odd fields are kept, a torn line is an error", async () => {
    const first = {
      day: "2024-02-29",
      at: "2024-02-29T10:00:00Z",
      id: "6F9619FF-8B86-D011-B42D-00C04FC964FF",
      time: "9:30",
    };
    const late = { 'o"dd': 1, deep: { day: "2024-02-29", "it's": [{ x: 1 }] }, mixed: "x", huge: "HUGE" };
    const more = Array.from({ length: 30_000 }, () => JSON.stringify({ ...first, mixed: 1 }));
    const end = JSON.stringify({ ...late, ...first }).replace('"HUGE"', "12345678901234567890");
    await disk.write("a.jsonl", `${[...more, end].join("\n")}\n`);
    await tables.add("a", jsonl("a.jsonl"));
    expect(await rows("from a where mixed = '\"x\"'")).toEqual([{ ...first, ...late, huge: 12345678901234567890n }]);
    expect(await rows("select count(*) n, count(deep) deep from a")).toEqual([{ n: 30_001, deep: 1 }]);
    await disk.write("torn.jsonl", '{"a":1}\n{"a":');
    await expect(tables.add("torn", jsonl("torn.jsonl"))).rejects.toMatchObject({ code: "dataset" });
  });

  test("JSONL: fields that differ in capitals only are refused, others that look so are not", async () => {
    await disk.write("twins.jsonl", '{"a":1,"A":2}\n{"A":3}\n');
    await expect(tables.add("twins", jsonl("twins.jsonl"))).rejects.toThrow(
      /twins.jsonl has a field that differs from [aA] in/,
    );
    await disk.write("numbered.jsonl", '{"a":1,"a_1":2}\n');
    await tables.add("numbered", jsonl("numbered.jsonl"));
    expect(await rows("from numbered")).toEqual([{ a: 1, a_1: 2 }]);
  });

  test("a stage's table is read when the stage has finished, and stays inside results", async () => {
    await disk.write("whyfix/r1/step4/step4.jsonl", '{"method":"cot","usd":0.5}\n');
    await expect(tables.add("step4", stageTable("whyfix/r1", "step4"))).rejects.toThrow(
      /step4 has no manifest\.json: the stage was not run, or has not finished; npm start makes the sample runs, docs\/whyfix\.md says how to make others$/,
    );
    await disk.write("whyfix/r1/step4/manifest.json", "{}");
    await tables.add("step4", stageTable("whyfix/r1", "step4"));
    expect(await rows("from step4")).toEqual([{ method: "cot", usd: 0.5 }]);
    for (const run of ["whyfix", "whyfix/..", "../../etc", "a/b/c"])
      expect(() => stageTable(run, "step4")).toThrow("name the run as <study>/<run>");
    expect(() => stageTable("whyfix/r1", "step4", "../../secret")).toThrow("is no stage's table");
  });
});

describe("rows", () => {
  test("become a table: one kind of value a type, several kinds JSON; names are only names", async () => {
    const name = 'x"; drop table t; --';
    const one = { [name]: "a", n: 1, f: 0.5, big: 2n ** 70n, yes: true, list: [1], mixed: "x", nil: null };
    const two = { [name]: "b", n: null, f: 1, big: 1n, yes: false, list: [2n ** 60n], mixed: 1 };
    await tables.add("t", [one, two]);
    const { columns, rows: found } = await tables.query("from t");
    expect(columns.map(({ type }) => type)).toEqual([
      ...["VARCHAR", "BIGINT", "DOUBLE", "HUGEINT", "BOOLEAN", "JSON", "JSON", "VARCHAR"],
    ]);
    expect(found[0]).toEqual(one);
    expect(found[1]).toMatchObject({ [name]: "b", n: null, big: 1, mixed: 1, nil: null });
  });

  test("of any number come back in order", async () => {
    const many = Array.from({ length: 5_000 }, (_, n) => ({ n, text: `t${n}` }));
    await tables.add("many", many);
    expect(await rows("from many")).toEqual(many);
    await expect(tables.add("none", [])).rejects.toThrow("neither rows nor a DataFrame");
  });

  test("of a DataFrame keep what is missing, also a column called format", async () => {
    const frame = await query("select 1.5 n, 'csv' format union all select null, null");
    await tables.add("d", await frame.toDanfo());
    expect(await rows("from d")).toEqual([
      { n: 1.5, format: "csv" },
      { n: null, format: null },
    ]);
  });
});

describe("writing", () => {
  const odd = [
    { text: 'a,"b"\nc', n: 1, f: 0.1, list: [1, "x"], day: "2024-02-29" },
    { text: "NA", n: null, f: null, list: null, day: "" },
    { text: "00123", n: 3, f: 1e300, list: null, day: "=1+1" },
  ];

  test.each(["csv", "jsonl", "parquet"] as const)("%s is read back as it was", async (ending) => {
    await writeRows(disk, `odd.${ending}`, odd);
    const reader = {
      csv: csv(`odd.${ending}`, { text: "VARCHAR" }),
      jsonl: jsonl(`odd.${ending}`),
      parquet: parquet(`odd.${ending}`),
    };
    await tables.add("back", reader[ending]);
    const back = await rows("from back");
    const lists = ending === "csv" ? back.map((row) => ({ ...row, list: JSON.parse(String(row.list)) })) : back;
    expect(lists).toEqual(odd);
  });

  test("CSV: the bytes of RFC 4180, missing cells empty, NaN missing", async () => {
    await tables.write(
      "bytes.csv",
      `select 'x' as "a,b", $text as t, 'nan'::double as f, [1, 2] as l, null as n -- all`,
      {
        text: 'say "hi"',
      },
    );
    expect(await readText(disk, "bytes.csv")).toBe('"a,b","t",f,l,n\n"x","say ""hi""",,"[1,2]",\n');
  });

  test("JSONL: NaN is null, and whole numbers keep their digits", async () => {
    await tables.write("bytes.jsonl", "select 'nan'::double f, 12345678901234567890::hugeint n, ['nan'::double] l;");
    expect(await readText(disk, "bytes.jsonl")).toBe('{"f":null,"n":12345678901234567890,"l":[null]}\n');
  });

  test("Parquet refuses what it would round", async () => {
    await expect(tables.write("n.parquet", "select 12345678901234567890::hugeint n")).rejects.toThrow("INT128");
    await tables.write("n.parquet", "select sum(x) n from (values (1), (2)) t(x)");
    await tables.add("n", parquet("n.parquet"));
    expect((await tables.query("from n")).columns).toEqual([{ name: "n", type: "BIGINT" }]);
  });

  test("that fails leaves the old file and no draft", async () => {
    for (const ending of ["csv", "jsonl", "parquet"]) {
      await disk.write(`old.${ending}`, "old");
      const late = "select case when range = 100_000 then error('no') else range end n from range(100_001)";
      await expect(tables.write(`old.${ending}`, late)).rejects.toThrow("no");
      expect(await readText(disk, `old.${ending}`)).toBe("old");
    }
    expect((await readdir(disk.resolve("."))).filter((name) => name.startsWith("."))).toEqual([]);
    await expect(writeRows(memoryDisk(), "t.csv", odd)).rejects.toThrow("real disks only");
    await expect(tables.write("t.xlsx", "select 1")).rejects.toThrow(".csv, .jsonl or .parquet");
  });
});
