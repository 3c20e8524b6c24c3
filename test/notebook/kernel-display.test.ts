import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { bundleOf } from "../../lib/notebook/bundle.ts";
import { type TestSession, testSession } from "./sessions.ts";

let cells: TestSession;
beforeAll(async () => {
  cells = await testSession("off");
  await cells.run('import * as tslab from "tslab"');
});
afterAll(() => cells[Symbol.asyncDispose]());

describe("a value is shown", () => {
  test("as plain text, as console.log prints it", async () => {
    expect(await bundleOf(new Map([["a", 1]]))).toEqual({ "text/plain": "Map(1) { 'a' => 1 }" });
    expect(await bundleOf("x")).toEqual({ "text/plain": "'x'" });
    expect(await bundleOf([1, 2])).toEqual({ "text/plain": "[ 1, 2 ]" });
  });

  test("as it wishes, with some plain text in any case", async () => {
    const own = { [Symbol.for("Jupyter.display")]: async () => ({ "text/html": "<b>" }) };
    expect(await bundleOf(own)).toEqual({
      "text/html": "<b>",
      "text/plain": expect.stringContaining("Jupyter.display"),
    });
  });

  test("as an escaped table, where it is a list of plain rows", async () => {
    const bundle = await bundleOf([{ word: "<script>alert(1)</script>", "<b>": 1 }]);
    const html = String(bundle["text/html"]);
    expect(html).toContain("<td");
    expect(html).toContain("&lt;script&gt;alert(1)&lt;/script&gt;");
    expect(html).not.toMatch(/<script|<b>/);
    expect(bundle["text/plain"]).toBe("[ { word: '<script>alert(1)</script>', '<b>': 1 } ]");
  });

  test("by its first rows, where it has many", async () => {
    const { "text/html": html } = await bundleOf(Array.from({ length: 1_234 }, (_, n) => ({ n })));
    expect(String(html).match(/<tr>/g)).toHaveLength(21);
    expect(html).toContain("1,234 rows");
  });

  test("as a table, where rows come from a cell", async () => {
    const { outputs } = await cells.run("[{ level: 'B2', n: 1 }]");
    expect(outputs).toMatchObject([
      { output_type: "execute_result", data: { "text/html": expect.stringContaining("B2") } },
    ]);
  });

  test("and a display that fails is the cell's error", async () => {
    const { result } = await cells.run("({ [Symbol.for('Jupyter.display')]() { throw new Error('no looks') } })");
    expect(result).toMatchObject({ status: "error", evalue: "no looks" });
  });
});

describe("tslab's displays", () => {
  test.each<[call: string, mime: string, data: unknown]>([
    ["html('<i>')", "text/html", "<i>"],
    ["markdown('*a*')", "text/markdown", "*a*"],
    ["latex('$a$')", "text/latex", "$a$"],
    ["javascript('1')", "text/javascript", "1"],
    ["svg('<svg/>')", "image/svg+xml", "<svg/>"],
    ["text('a')", "text/plain", "a"],
    ["png(new Uint8Array([1, 2, 3]))", "image/png", "AQID"],
    ["jpeg(Buffer.from([255]))", "image/jpeg", "/w=="],
    ["gif(new Uint8Array())", "image/gif", ""],
    ["pdf(new Uint8Array([37]))", "application/pdf", "JQ=="],
    ["raw('application/json', { a: 1 })", "application/json", { a: 1 }],
  ])("%s", async (call, mime, data) => {
    const { outputs } = await cells.run(`tslab.display.${call}`);
    expect(outputs).toEqual([{ output_type: "display_data", data: { [mime]: data }, metadata: {} }]);
  });

  test("newDisplay overwrites what it showed, and no other", async () => {
    const { outputs } = await cells.run(
      "const d = tslab.newDisplay(), e = tslab.newDisplay(); d.text('1'); e.text('2'); d.text('3')",
    );
    expect(outputs.map((one) => one.output_type)).toEqual(["display_data", "display_data", "update_display_data"]);
    const ids = outputs.map((one) => ("transient" in one ? one.transient.display_id : ""));
    expect(ids[2]).toBe(ids[0]);
    expect(ids[1]).not.toBe(ids[0]);
  });

  test("stand in order with what is written, and end with the cell", async () => {
    const rich = "{ [Symbol.for('Jupyter.display')]: async () => ({ 'text/html': 'rich' }) }";
    const { outputs } = await cells.run(
      `console.log(1); tslab.display.text('2'); console.log(3); tslab.display.html(${rich} as never);`,
    );
    expect(outputs.map((one) => one.output_type)).toEqual(["stream", "display_data", "stream", "display_data"]);
  });

  test("console.clear clears the cell's outputs", async () => {
    const { outputs } = await cells.run("console.log(1); console.clear(); console.log(2)");
    expect(outputs.map((one) => one.output_type)).toEqual(["stream", "clear_output", "stream"]);
  });
});
