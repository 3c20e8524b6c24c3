import path from "node:path";
import { checkNotebook, openTypeService } from "corrigenda/notebook";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { notebook } from "./notebooks.ts";

const root = path.resolve(".");
const types = openTypeService({ folder: path.join(root, "notebooks"), root });
beforeEach(() => types.forget());
afterAll(() => types.close());

/** Accepts all cells but the last, whose faults come as "line:column TScode message". */
async function faults(...cells: readonly string[]): Promise<string[]> {
  for (const cell of cells.slice(0, -1)) types.accept(cell);
  const found = await types.check(cells.at(-1) ?? "");
  return found.map(({ line, column, code, message }) => `${line}:${column} TS${code} ${message}`);
}

describe("a cell is checked strictly", () => {
  test.each<[cell: string, fault: string]>([
    ['const a = 1;\n  const b: number = "x";', "2:9 TS2322 Type 'string' is not assignable to type 'number'."],
    ["function f(a) { return a; }", "1:12 TS7006 Parameter 'a' implicitly has an 'any' type."],
    ['const s = ["a"].find(Boolean);\ns.length', "2:1 TS18048 's' is possibly 'undefined'."],
    ["nowhere", "1:1 TS2304 Cannot find name 'nowhere'."],
    ["document.title", "1:1 TS2584 Cannot find name 'document'."],
    ["if (true) {", "1:12 TS1005 '}' expected."],
    ['import { nothing } from "corrigenda/json"', "1:10 TS2305 "],
    ['import { x } from "no-such-package"', "1:19 TS2307 Cannot find module 'no-such-package'"],
    ["const c = 1; c = 2", "1:14 TS2588 Cannot assign to 'c' because it is a constant."],
  ])("%j", async (cell, fault) => {
    const found = await faults(cell);
    expect([found.length, found[0]?.slice(0, fault.length)]).toEqual([1, fault]);
  });

  test.each([
    ["top-level await", "const one = await Promise.resolve(1); for await (const each of [one]) each.toFixed()"],
    ["an expression on its last line", "const one = 1\none"],
    ["what nobody uses", 'import { readFile } from "node:fs/promises"; const unused = 1'],
    ["an enum and a namespace", "enum E { A }\nnamespace N { export const a = E.A }\nN.a"],
    [
      "lib, tslab and Node",
      'import * as tslab from "tslab"; import { sha256 } from "corrigenda/json";\ntslab.display.html(sha256("a")); process.cwd()',
    ],
    ["a type imported without saying so", 'import { Json } from "corrigenda/json"; const value: Json = [1]'],
    [
      "JSON and the newest language",
      'import data from "../package.json" with { type: "json" }\nObject.groupBy([data.name], (name) => name)',
    ],
    ["nothing", ""],
  ])("%s is no fault", async (_what, cell) => {
    expect(await faults(cell)).toEqual([]);
  });
});

describe("later cells see", () => {
  test.each<[what: string, cells: readonly string[]]>([
    [
      "values, functions, classes with generics, enums, interfaces and types",
      [
        "const n = 1; function twice<T>(a: T): [T, T] { return [a, a]; }\nclass Box<T> { constructor(readonly inside: T) {} }",
        "enum Level { Low, High }\ninterface Row { id: number; level: Level }\ntype Pair<T> = readonly [T, T]",
        "const pair: Pair<number> = twice(n); const box = new Box<Row>({ id: 1, level: Level.High }); box.inside.id.toFixed(pair[0])",
      ],
    ],
    [
      "imports, also of types alone",
      [
        'import { z } from "zod"\nimport type { Json } from "corrigenda/json"\nimport * as json from "corrigenda/json"',
        "const Row = z.object({ id: z.number() }); const value: Json = json.canonical(1)",
        "Row.parse(value).id.toFixed()",
      ],
    ],
    [
      "what destructuring, loops and `using` declare",
      [
        'const { a, rest: [b = 2] } = { a: "a", rest: [1] }; for (var i = 0; i < 2; i++) { var inner = i }',
        "using held = { [Symbol.dispose]() {}, size: 1 }",
        "a.length + b + i + inner + held.size",
      ],
    ],
    ["what a cell exports itself", ["export const a = 1; export interface A { a: number }", "const b: A = { a }; b"]],
    [
      "the latest of each name",
      ["const x = 1; function f() { return x }", 'const x = "text"', "x.length; f().toFixed()"],
    ],
    [
      "a value and a type of one name, from two cells",
      [
        'import { z } from "zod"; const User = z.object({ id: z.number() })',
        "type User = z.infer<typeof User>",
        "const one: User = User.parse({}); one.id.toFixed()",
        'const User = "now a text"',
        "const two: User = { id: User.length }",
      ],
    ],
  ])("%s", async (_what, cells) => {
    for (let count = 1; count <= cells.length; count++) {
      types.forget();
      expect(await faults(...cells.slice(0, count))).toEqual([]);
    }
  });

  test("a `let` that they may assign to, to its type alone", async () => {
    expect(await faults("let n = 1; var v: string | undefined", 'n = 2; n += 1; v = "a"; v.length')).toEqual([]);
    expect(await faults('n = "a"')).toEqual(["1:1 TS2322 Type 'string' is not assignable to type 'number'."]);
  });

  test("constants, functions, classes and enums that they may not", async () => {
    types.accept("const c = 1; function f() {}\nclass C {}\nenum E { A }");
    expect(await faults("c = 2")).toEqual(["1:1 TS2588 Cannot assign to 'c' because it is a constant."]);
    expect(await faults("f = 2")).toEqual(["1:1 TS2630 Cannot assign to 'f' because it is a function."]);
    expect(await faults("C = 2")).toEqual(["1:1 TS2629 Cannot assign to 'C' because it is a class."]);
    expect(await faults("E = 2")).toEqual(["1:1 TS2628 Cannot assign to 'E' because it is an enum."]);
  });

  test("no name of a cell that was checked but not run, and none after forget", async () => {
    await types.check("const only = 1");
    expect(await faults("only")).toEqual(["1:1 TS2304 Cannot find name 'only'."]);
    types.accept("const only = 1");
    types.forget();
    expect(await faults("only")).toEqual(["1:1 TS2304 Cannot find name 'only'."]);
  });

  test("types that cannot be written down, too", async () => {
    types.accept("const make = () => class { private secret = 1; open = 2 }\nconst one = new (make())()");
    expect(await faults("one.open.toFixed(); one.nothing")).toEqual([
      expect.stringMatching(/^1:25 TS2339 Property 'nothing' does not exist on type/),
    ]);
  });

  test("names of a cell with a fault, or that was never checked", async () => {
    expect(await faults("const a: number = 'x'; const b = nowhere; const c = 1", "a.toFixed(); b.any.thing")).toEqual(
      [],
    );
    expect(await faults("c.nothing")).toEqual(["1:3 TS2339 Property 'nothing' does not exist on type '1'."]);
  });

  test("types of one name told apart in messages", async () => {
    types.accept("class Box { private secret = 1 }\nconst box = new Box()");
    expect(await faults("class Box { private secret = 2 }\nconst other: Box = box")).toEqual([
      "2:7 TS2322 Type 'earlier.Box' is not assignable to type 'Box'.\n  Types have separate declarations of a private property 'secret'.",
    ]);
  });
});

describe("completion", () => {
  /** At the "^": what is offered, and what it would stand for. */
  const complete = async (marked: string): Promise<[string[], string]> => {
    const cell = marked.replace("^", "");
    const { matches, start, end } = await types.complete(cell, marked.indexOf("^"));
    return [matches, cell.slice(start, end)];
  };

  test("offers what begins with the letters typed, and nothing else", async () => {
    expect(await complete("console.lo^")).toEqual([["log"], "lo"]);
    expect(await complete("console.LO^")).toEqual([[], "LO"]);
    expect(await complete("const a = Number.parseI^; a")).toEqual([["parseInt"], "parseI"]);
  });

  test("knows names and members of earlier cells, also in a cell that is not finished", async () => {
    types.accept("const königin = { width: 1, height: 2, weight: 3 }");
    expect(await complete("köni^")).toEqual([["königin"], "köni"]);
    expect(await complete("function f() {\n  königin.w^")).toEqual([["weight", "width"], "w"]);
  });

  test("knows modules and texts", async () => {
    expect(await complete('import { sha256 } from "corrigenda/js^"')).toEqual([["json"], "js"]);
    expect(await complete('const side: "left" | "low" | "right" = "l^"')).toEqual([["left", "low"], "l"]);
  });
});

describe("inspection", () => {
  test("gives the signature and what its writer said about it", async () => {
    types.accept("/**\n * Doubles.\n * @param n any number\n */\nfunction twice(n: number): number { return 2 * n }");
    expect(await types.inspect("twice(4)", 2)).toBe("twice(n: number): number\n\nDoubles.\n\n@param n any number");
    expect(await types.inspect("twice(4)", 5)).toMatch(/^twice\(n/);
    expect(await types.inspect('import { sha256 } from "corrigenda/json"; sha256', 45)).toMatch(/^function sha256\(/);
  });

  test("knows earlier variables, and says nothing where there is nothing", async () => {
    types.accept("let rows = [{ id: 1 }]");
    expect(await types.inspect("rows", 4)).toBe("let rows: {\n    id: number;\n}[]");
    expect(await types.inspect("1 + 1", 2)).toBeUndefined();
  });
});

describe("a cell in a console is", () => {
  test.each<[cell: string, indent: string]>([
    ["print('hello", ""],
    ["`a", ""],
    ["/* a", ""],
    ["if (x) {", "  "],
    ["function f() {\n  if (x) {\n", "    "],
    ["call(1,", ""],
    ["const x =", ""],
    ["[1, 2", ""],
    ["xs.map((x) =>", "  "],
  ])("incomplete: %j", async (cell, indent) => {
    expect(await types.isComplete(cell)).toEqual({ status: "incomplete", indent });
  });

  test.each(["let = = 3;;)", ")", "'a\nb'", "const a b"])("invalid: %j", async (cell) => {
    expect(await types.isComplete(cell)).toEqual({ status: "invalid", indent: "" });
  });

  test.each(["", "1 + 1", "await x", "import { a } from 'a'\na", "if (x) {\n}"])("complete: %j", async (cell) => {
    expect(await types.isComplete(cell)).toEqual({ status: "complete", indent: "" });
  });
});

test("a notebook is checked cell by cell, those apart that may fail or do not run", async () => {
  types.accept("const left = 1");
  const cells = notebook(
    "let n = 1",
    ["n = 'a'", "raises-exception"],
    ["const skipped: number = 'b'", "skip-execution"],
    "// @types off\nn = 'c'; const kept = 1",
    "// @types warn\nn = 'd'",
    "kept.toFixed()\nskipped + left",
  );
  const found = await checkNotebook(cells, types);
  expect(found.map(({ cell, line, code }) => [cell, line, code])).toEqual([
    [4, 2, 2322],
    [5, 2, 2304],
    [5, 2, 2304],
  ]);
});

test("files beside a notebook need no ending, JSON files no attribute", async () => {
  const beside = openTypeService({ folder: path.join(root, "lib/json"), root });
  const cell =
    'import { sha256 } from "./canonical"; import lib from "../package.json"; const n: number = sha256(lib.name)';
  expect((await beside.check(cell)).map(({ message }) => message)).toEqual([
    "Type 'string' is not assignable to type 'number'.",
  ]);
  await beside.close();
});

test("a notebook outside the repository finds lib and its packages too", async () => {
  const outside = openTypeService({ folder: "/notebooks-elsewhere", root });
  const cell =
    'import { z } from "zod"; import { sha256 } from "corrigenda/json"; const a: number = sha256(z.string().parse(1))';
  expect((await outside.check(cell)).map(({ code }) => code)).toEqual([2322]);
  await outside.close();
});

test("a closed service says so", async () => {
  const service = openTypeService({ folder: root, root });
  const pending = service.check("1");
  await service.close();
  await expect(pending).rejects.toMatchObject({ code: "stopped" });
  await expect(service.check("1")).rejects.toMatchObject({ code: "stopped" });
});
