import { describe, expect, test } from "vitest";
import { compileCell } from "../../lib/notebook/cell.ts";

const known = new Set(["x", "f", "xs", "tag"]);

/** The cell's own lines, rewritten. */
function rewritten(code: string): string {
  return compileCell(code, known).source.split("\n").slice(1, -1).join("\n");
}

describe("a use of an earlier cell's name becomes a use of that cell's variable", () => {
  test.each<[cell: string, rewritten: string]>([
    ["let a = x;", "let a = __cell.x;"],
    ["x += 1, 0", "return [(__cell.x += 1, 0)]"],
    ["if (x) { x++ }", "if (__cell.x) { __cell.x++ }"],
    ["let o = { x, y: x, [x]: 1, x: 2 };", "let o = { x: __cell.x, y: __cell.x, [__cell.x]: 1, x: 2 };"],
    ["({ x, y: [x = x] } = o);", "return [(({ x: __cell.x, y: [__cell.x = __cell.x] } = o))];"],
    ["({ x = 1 } = o)", "return [(({ x: __cell.x = 1 } = o))]"],
    ["a.x + a[x] + a?.x", "return [(a.x + a[__cell.x] + a?.x)]"],
    ["let r = f(1) + f?.(2);", "let r = (0, __cell.f)(1) + (0, __cell.f)?.(2);"],
    [`let s = tag\`a\${x}\`;`, `let s = (0, __cell.tag)\`a\${__cell.x}\`;`],
    ["new f();", "return [(new __cell.f())];"],
    ["for (x of xs) break", "for (__cell.x of __cell.xs) break"],
    [
      "class A extends f { x = x; static { f() } }",
      "class A extends __cell.f { x = __cell.x; static { ;(0, __cell.f)() } }",
    ],
    ["x: for (;;) break x", "x: for (;;) break x"],
    ["const g = 1\nf()\nf()", "const g = 1\n;(0, __cell.f)()\nreturn [((0, __cell.f)())]"],
    ["if (a) f()", "if (a) (0, __cell.f)()"],
    ["typeof x", "return [(typeof __cell.x)]"],
  ])("%j", (cell, text) => expect(rewritten(cell)).toBe(text));
});

describe("a name that the cell declares itself is left alone", () => {
  test.each([
    "const x = 1; let a = x;",
    "function g(x) { let a = x; }",
    "function g({ x }, [f] = [], ...xs) { let a = [x, f, xs]; }",
    "let g = (x) => x;",
    "let g = function f() { f(); };",
    "for (const x of []) { let a = x; }",
    "for (let x = 0; x < 1; x++) { let a = x; }",
    "for (var x in {}) { let a = x; }",
    "try {} catch ({ x }) { let a = x; }",
    "function g() { let a = x; if (a) { var x = 1; } }",
    "{ class x {} let a = x; }",
    "switch (1) { case 1: let x = 1; let a = x; }",
    "if (1) { var x = 1; }",
    "class x { m() { return x; } }",
  ])("%j", (cell) => expect(rewritten(cell)).toBe(cell));
});

describe("statements that a function cannot hold", () => {
  test.each<[cell: string, rewritten: string]>([
    ["import a from 'a'; let b = a;", " let b = a;"],
    ["import {\n  a,\n} from 'a';\nlet b = a;", "\n\n\nlet b = a;"],
    ["export const a = 1, b = x;", "const a = 1, b = __cell.x;"],
    ["export default function g() {}", "function g() {}"],
    ["let u = import.meta.url;", "let u = __kernel.meta.url;"],
    ["let a = await f();", "let a = __kernel.alive(await (0, __cell.f)());"],
    [
      "for await (const a of xs) await a;",
      "for await (const a of __cell.xs) { __kernel.alive(); __kernel.alive(await a); }",
    ],
    ["let a: number = x as number;", "let a         = __cell.x          ;"],
  ])("%j", (cell, text) => expect(rewritten(cell)).toBe(text));

  test("every import is done, in order, with its attributes, also one that nothing uses", () => {
    const [head] = compileCell(
      'import "a"; import d, { e as g } from "b" with { type: "json" };\ng;',
      known,
    ).source.split("\n");
    expect(head).toContain('__module0 = await __kernel.load(() => import("a"), 1, 1)');
    expect(head).toContain('__module1 = await __kernel.load(() => import("b", { with: { "type": "json" } }), 1, 13)');
    expect(head).toContain(
      'const d = __kernel.pick(__module1, "default", false, 1, 13); const g = __kernel.pick(__module1, "e", true, 1, 13)',
    );
  });

  test("what a cell declares is listed once, wherever it stands", () => {
    const code =
      "import * as a from 'a'; const { b, c: [d] } = {}; class E {} function g() { var no; } if (1) { var h; let no; } for (var h;;) break; export let i; enum J { K }";
    expect([...compileCell(code, known).declared].sort()).toEqual(["E", "J", "a", "b", "d", "g", "h", "i"]);
  });
});

describe("a place of the script is the place that the writer sees", () => {
  test("columns behind a rewritten name, an import and an await", () => {
    const code = "import a from 'a'\nlet b = await f(x).c(x).d";
    const { source, place } = compileCell(code, known);
    const line = source.split("\n")[2] ?? "";
    for (const [text, was] of [
      ["c(", "c("],
      ["d)", "d"],
    ] as const) {
      const column = (code.split("\n")[1] ?? "").indexOf(was) + 1;
      expect(place({ line: 2, column: line.indexOf(text) + 1 })).toEqual({ line: 2, column });
    }
  });

  test("lines and columns of a cell with an enum", () => {
    const code = "// one\n\nenum E { A }\n\n  throw new Error(E[E.A])";
    const { source, place } = compileCell(code, known);
    const lines = source.split("\n");
    const line = lines.findIndex((one) => one.includes("throw"));
    expect(place({ line, column: (lines[line] ?? "").indexOf("new") + 1 })).toEqual({ line: 5, column: 9 });
  });

  test.each([
    ["const a = {", 1, 12],
    ["let b;\nlet = = 3;", 2, 7],
    ["let a;\n let a;", 2, 6],
    ["1;\n  export * from 'a'", 2, 3],
  ])("a syntax error: %j", (code, line, column) => {
    expect(() => compileCell(code, known)).toThrow(
      expect.objectContaining({ name: "SyntaxError", at: { line, column } }),
    );
  });
});
