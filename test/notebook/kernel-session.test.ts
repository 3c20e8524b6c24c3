import os from "node:os";
import path from "node:path";
import { nodeDisk } from "corrigenda/files";
import { openSession } from "corrigenda/notebook";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { faultOf } from "../../lib/notebook/faults.ts";
import { type TestSession, testSession } from "./sessions.ts";

const folder = nodeDisk(path.join(os.tmpdir(), `corrigenda-kernel-${process.pid}`));
let cells: TestSession;

beforeAll(async () => {
  await folder.write(
    "beside.ts",
    'import { median } from "corrigenda/bench";\nexport const two: number = median([1, 2, 3]);\nexport interface Kind {}\n',
  );
  await folder.write("data.json", '{"n": 5}');
  cells = await testSession("off", folder.resolve("."));
});
afterAll(async () => {
  await cells[Symbol.asyncDispose]();
  await folder.remove(".");
});

describe("cells share what they declare", () => {
  test.each<[cells: string[], value: string | undefined]>([
    [["const a: number = 1; a + 1"], "2"],
    [["let n = 1", "n += 1", "n"], "2"],
    [["let up = 0; function bump() { up += 1 }", "bump(); bump()", "up"], "2"],
    [["const c = 1", "const c = 'again'; c", "c"], "'again'"],
    [["function g() { return 1 }", "const h = () => g()", "function g() { return 2 }", "h()"], "2"],
    [["class A { one = 1 }", "class A { two = 2 }", "new A()"], "A { two: 2 }"],
    [["var v = 1", "let v = 2; v"], "2"],
    [["import path from 'node:path'", "import path from 'node:os'", "path.EOL"], "'\\n'"],
    [["const [x, { y, ...z }] = [1, { y: 2, w: 3 }]", "[x, y, z]"], "[ 1, 2, { w: 3 } ]"],
    [["enum E { A = 7 }", "E.A"], "7"],
    [["namespace N { export const inner = 8 }", "N.inner"], "8"],
    [["const fetch = 1", "fetch"], "1"],
    [["for (let i = 0; i < 3; i++) var last = i", "last"], "2"],
    [["const f = function (this: unknown) { return this }", "f()"], undefined],
  ])("%j", async (texts, value) => {
    let last: unknown;
    for (const text of texts) last = (await cells.run(text)).value;
    expect(last).toBe(value);
  });

  test("a declaration of a cell does not reach modules: their globals stay", async () => {
    const { value } = await cells.run("const URL = 1; typeof globalThis.URL");
    expect(value).toBe("'function'");
  });

  test("a cell that fails keeps what it declared before, and earlier values of names that it did not reach", async () => {
    await cells.run("let reached = 'old'; let missed = 'old'");
    await cells.run("let reached = 'new'; throw new Error('x'); let missed = 'new'; let never = 1");
    expect((await cells.run("[reached, missed]")).value).toBe("[ 'new', 'old' ]");
    expect((await cells.run("never")).result).toMatchObject({ ename: "ReferenceError" });
  });

  test("a constant of an earlier cell cannot be assigned", async () => {
    await cells.run("const fixed = 1");
    expect((await cells.run("fixed = 2")).result).toMatchObject({ ename: "TypeError", at: { line: 1 } });
  });
});

describe("the last expression is the result", () => {
  test.each<[cell: string, value: string | undefined]>([
    ["await Promise.resolve(1)", "1"],
    ["for await (const x of [Promise.resolve(1)]) console.log(x)", undefined],
    ["1; // a comment", "1"],
    ["(1, 2);", "2"],
    ["'use strict'", "'use strict'"],
    ["let quiet = 1", undefined],
    ["undefined", undefined],
    ["null", "null"],
    ["({ a: 1 })", "{ a: 1 }"],
    ["Promise.resolve(5)", "Promise { 5 }"],
    ["using d = { [Symbol.dispose]() {} }; 3", "3"],
    ["", undefined],
  ])("%j", async (cell, value) => expect((await cells.run(cell)).value).toBe(value));

  test("it is an execute_result with the cell's number, after all that the cell has written", async () => {
    const { outputs } = await cells.run("console.log('a'); console.error('b'); process.stdout.write('c'); 4");
    expect(outputs).toEqual([
      { output_type: "stream", name: "stdout", text: "a\n" },
      { output_type: "stream", name: "stderr", text: "b\n" },
      { output_type: "stream", name: "stdout", text: "c" },
      { output_type: "execute_result", execution_count: expect.any(Number), data: { "text/plain": "4" }, metadata: {} },
    ]);
  });
});

describe("imports", () => {
  test.each<[cell: string, value: string]>([
    ["import { two } from './beside.ts'; two", "2"],
    ["import { two, Kind } from './beside'; two", "2"],
    ["const { two } = await import('./beside.ts'); two", "2"],
    ["import { median } from 'corrigenda/bench'; median([3])", "3"],
    ["import data from './data.json'; data.n", "5"],
    ["import * as fs from 'node:fs'; fs.existsSync('/')", "true"],
    ["import ts, { version } from 'typescript-api'; ts.version === version", "true"],
    ["const os = require('node:os'); typeof os.EOL", "'string'"],
    ["import.meta.dirname === __dirname", "true"],
  ])("%j", async (cell, value) => expect((await cells.run(cell)).value).toBe(value));

  test.each<[cell: string, message: string, line: number]>([
    ["\nimport { nothing } from 'node:path'; nothing", 'the module has no export "nothing"', 2],
    ["1;\n import 'no-such-package'", "Cannot find package 'no-such-package'", 2],
  ])("that fail name the line: %j", async (cell, message, line) => {
    expect((await cells.run(cell)).result).toMatchObject({ evalue: expect.stringContaining(message), at: { line } });
  });
});

describe("an error", () => {
  test("has the frames of cells alone, innermost first, and the line at fault", async () => {
    const before = await cells.run("function fail() {\n  throw new RangeError('too far');\n}\n0");
    const count = before.outputs.find((one) => one.output_type === "execute_result")?.execution_count ?? 0;
    const { result, outputs } = await cells.run("// one\nawait 1;\n  [1].map(() => fail())");
    const traceback = [
      "RangeError: too far",
      `    at fail (cell ${count}, line 2:9)`,
      `    at cell ${count + 1}, line 3:21`,
      `    at cell ${count + 1}, line 3:7`,
      "",
      "   2 |   throw new RangeError('too far');",
      "     |         ^",
    ];
    expect(outputs).toEqual([{ output_type: "error", ename: "RangeError", evalue: "too far", traceback }]);
    expect(result).toMatchObject({ status: "error", at: { line: 2, column: 9 } });
  });

  test("quotes names as they were written, and its causes", async () => {
    await cells.run("const word = 'w'");
    const { result } = await cells.run("(word as any)()");
    expect(result).toMatchObject({ evalue: "word is not a function" });
    const caused = await cells.run("throw new Error('a', { cause: new TypeError('b') })");
    expect(caused.result).toMatchObject({ traceback: expect.arrayContaining(["caused by TypeError: b"]) });
  });

  test("that a timer throws, or that nobody awaits, is said; the notebook goes on", async () => {
    const wait = "await new Promise((done) => setTimeout(done, 30))";
    const { said, result } = await cells.run(
      `setTimeout(() => { throw new Error("late") }, 1); Promise.reject(new Error("lost")); ${wait}`,
    );
    expect(said).toContain("Error: late");
    expect(said).toContain("Error: lost");
    expect(result).toEqual({ status: "ok" });
  });
});

describe("an interrupt", () => {
  test.each([
    "console.log('go'); for (;;);",
    "await 1; console.log('go'); for (;;);",
    "console.log('go'); for (;;) { try { for (;;); } finally {} }",
    "setTimeout(() => { console.log('go'); for (;;); }, 1); await new Promise(() => {})",
    "await new Promise(() => { console.log('go') })",
    "let turns = 0; for (;;) { await new Promise((done) => setTimeout(done, 1)); if (turns++ === 3) console.log('go') }",
  ])("stops %j, and values are kept", async (code) => {
    await cells.run("let kept = 'value'");
    const { result, outputs } = await cells.stop(code);
    expect(result).toMatchObject({ status: "error", ename: "KeyboardInterrupt" });
    expect(outputs.at(-1)).toMatchObject({ output_type: "error", ename: "KeyboardInterrupt" });
    expect(
      (
        await cells.run(
          "setTimeout(() => console.log(kept), 1); await new Promise((done) => setTimeout(done, 20)); kept",
        )
      ).said,
    ).toBe("value\n");
  });

  test("ends a loop of awaits: it does not go on behind the next cells", async () => {
    await cells.run(
      "let calls = 0; const call = async () => { await new Promise((done) => setTimeout(done, 1)); calls++ }",
    );
    await cells.stop("console.log('go'); for (;;) await call()");
    const first = await cells.run("await new Promise((done) => setTimeout(done, 30)); calls");
    const second = await cells.run("await new Promise((done) => setTimeout(done, 30)); calls");
    expect(second.value).toBe(first.value);
  });

  test("leaves the type service alone", async () => {
    await cells.stop("console.log('go'); for (;;);");
    expect((await cells.session.assist.complete("Math.sqr", 8)).matches).toEqual(["sqrt"]);
  });

  test("with no cell running does nothing", async () => {
    await cells.session.interrupt();
    expect((await cells.run("1")).value).toBe("1");
  });
});

describe("types", () => {
  test("a fault is the cell's error, and the cell does not run; a line of the cell makes it a warning", async () => {
    await using checked = await testSession("error");
    const bad = 'const n: number = "x"; console.log("ran")';
    const { result, outputs, said } = await checked.run(`\n${bad}`);
    const evalue = "line 2:7: Type 'string' is not assignable to type 'number'.";
    expect(result).toMatchObject({ status: "error", ename: "TypeError [TS2322]", evalue, at: { line: 2, column: 7 } });
    expect([outputs.map((one) => one.output_type), said]).toEqual([["error"], ""]);
    const warned = await checked.run(`// @types warn\n${bad}`);
    expect(warned.result.status).toBe("ok");
    expect(warned.said).toMatch(/^warning: TypeError \[TS2322\]: cell 2, line 2:7: .*\nran\n$/);
    expect((await checked.run(`// @types off\n${bad}`)).said).toBe("ran\n");
    expect((await checked.run("const broken = ")).result).toMatchObject({ ename: "SyntaxError [TS1109]" });
    expect((await checked.run("n.toFixed(1)")).result).toMatchObject({ ename: "TypeError" });
  });

  test("a checker that broke down is said, and the cell runs", async () => {
    const said: string[] = [];
    const checker = { check: () => Promise.reject(new Error("out of memory")) };
    const warn = (text: string): void => void said.push(text);
    expect(await faultOf({ checker, code: "1", count: 1, mode: "error", warn })).toBeUndefined();
    expect(said).toEqual(["warning: the cell's types were not checked: out of memory\n"]);
  });

  test("the mode of a session is that of its cells, unless a cell says another", async () => {
    await using warned = await testSession("warn");
    expect((await warned.run("const n: number = 'x'; n")).value).toBe("'x'");
    expect((await warned.run("// @types error\nconst m: number = 'x'")).result.status).toBe("error");
  });
});

test("a cell that ends the thread fails, the session ends, and later cells say why", async () => {
  const ending = await testSession("off");
  const { result } = await ending.run("process.exit(3)");
  expect(result).toMatchObject({ ename: "KernelEnded", evalue: expect.stringContaining("process.exit(3)") });
  await ending.session.ended;
  expect((await ending.run("1")).result).toMatchObject({ ename: "KernelEnded" });
});

test("two sessions in one process know nothing of each other", async () => {
  const other = await openSession({ folder: folder.resolve("."), root: path.resolve("."), types: "off" });
  await cells.run("let mine = 1");
  const result = await other.run("mine", () => undefined, { count: 1 });
  await other.close();
  expect(result).toMatchObject({ ename: "ReferenceError" });
});
