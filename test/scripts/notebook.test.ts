import { readText } from "corrigenda/files";
import { type Notebook, readNotebook } from "corrigenda/notebook";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ipynb } from "../notebook/notebooks.ts";
import { shownBy } from "../notebook/shown.ts";
import { hasJupyter, nbconvert } from "./jupyter.ts";
import { done, run, start, temporary } from "./script.ts";

const place = temporary("notebook");
const RUN = "scripts/notebook/run.ts";
const GOOD = ipynb(
  ["let n: number = 1\nconst who = 'a'", "parameters"],
  "console.log(who, n); console.error('careful')\nn + 1",
  ["throw new RangeError('meant')", "raises-exception"],
  ["nothing", "skip-execution"],
  'import * as tslab from "tslab"\nimport { sha256 } from "corrigenda/json"\ntslab.display.html("<b>x</b>");\n[{ id: 1, hash: sha256("a").slice(0, 4) }]',
);

beforeAll(async () => {
  await place.write("notebooks/good.ipynb", GOOD);
  await place.write("notebooks/types.ipynb", ipynb("console.log('first')", "const a = 1\nconst b: string = a", "2"));
  await place.write(
    "notebooks/throws.ipynb",
    ipynb("function f(): void {\n  throw new RangeError('bad\\nidea')\n}", "console.log('before')\n\nf()"),
  );
});
afterAll(() => place.remove("."));

const file = (name: string): string => place.resolve(`notebooks/${name}.ipynb`);
const to = ["--results", place.resolve("results")];

async function copyOf(name: string): Promise<Notebook> {
  return readNotebook(await readText(place, `results/notebooks/${name}/${name}.ipynb`), name);
}

test("a notebook runs, is skipped while nothing has changed, and runs again on --force", async () => {
  const ended = await start([RUN, file("good"), ...to], { LOG_LEVEL: "info" }).ended;
  expect(ended).toMatchObject({
    code: 0,
    out: expect.stringMatching(/good\.ipynb: \d+s, .*notebooks\/good\/good\.ipynb\n$/),
  });
  expect(ended.err.match(/\[\d\/4\] \d+ ms {2}.*/g)?.map((line) => line.replace(/\d+ ms/, "ms"))).toEqual([
    "[1/4] ms  let n: number = 1",
    "[2/4] ms  console.log(who, n); console.error('careful')",
    "[3/4] ms  RangeError: meant",
    '[4/4] ms  import * as tslab from "tslab"',
  ]);
  const copy = await copyOf("good");
  expect(shownBy(copy)).toMatchObject([
    { count: 1, texts: {}, others: [] },
    {
      count: 2,
      texts: { stdout: "a 1\n", stderr: "careful\n" },
      others: [{ output_type: "execute_result", data: { "text/plain": "2" } }],
    },
    { count: 3, texts: {}, others: [{ output_type: "error", ename: "RangeError", evalue: "meant" }] },
    { count: null, texts: {}, others: [] },
    {
      count: 4,
      others: [
        { output_type: "display_data", data: { "text/html": "<b>x</b>" } },
        { output_type: "execute_result", data: { "text/html": expect.stringContaining("ca97") } },
      ],
    },
  ]);
  expect(copy.metadata.corrigenda).toMatchObject({
    versions: { node: process.version, typescript: "5.9.3" },
    parameters: {},
  });
  expect(await readText(place, "notebooks/good.ipynb")).toBe(GOOD);
  expect(await done(RUN, file("good"), ...to)).toContain(
    "nothing that it depends on has changed; --force runs it again",
  );
  expect(await done(RUN, file("good"), ...to, "--force")).toMatch(/good\.ipynb: \d+s, /);
});

test("parameters are checked and shown in a copy of another name; unknown ones are refused", async () => {
  await done(RUN, file("good"), ...to, "--name", "five", "-p", "n", "5", "-p", "who=b");
  expect(shownBy(await copyOf("five"))[2]).toMatchObject({ count: 3, texts: { stdout: "b 5\n" } });
  expect(await run(RUN, file("good"), ...to, "--name", "text", "-p", "n", "text")).toMatchObject({
    code: 1,
    err: `error[notebook]: ${file("good")}:2:2: TypeError [TS2322]: Type 'string' is not assignable to type 'number'.\n`,
  });
  expect(await run(RUN, file("good"), ...to, "-p", "m", "1")).toMatchObject({
    code: 2,
    err: `error[config]: ${file("good")} has no parameter "m"; its parameters are: n, who\n`,
  });
});

test.each([
  [
    "types",
    "2:2: TypeError [TS2322]: Type 'number' is not assignable to type 'string'.",
    [{ texts: { stdout: "first\n" } }, { count: 2 }, { count: null, others: [] }],
  ],
  [
    "throws",
    "2:2: RangeError: bad idea",
    [{ count: 1 }, { texts: { stdout: "before\n" }, others: [{ ename: "RangeError" }] }],
  ],
])("a cell that fails is named in one line, and what ran is kept: %s", async (name, message, shown) => {
  const { code, err } = await run(RUN, file(name), ...to);
  expect([code, err]).toEqual([1, `error[notebook]: ${file(name)}:${message}\n`]);
  expect(shownBy(await copyOf(name))).toMatchObject(shown);
});

test("--all runs every notebook of a folder, also after one that fails, and says which did", async () => {
  for (const [name, cell] of [
    ["a", "nowhere"],
    ["b", "1"],
    ["c", "2"],
  ] as const)
    await place.write(`folder/${name}.ipynb`, ipynb(cell));
  const all = await run(RUN, place.resolve("folder"), "--all", ...to);
  expect(all.code).toBe(1);
  expect(all.out.match(/[abc]\.ipynb: \d+s/g)?.map((line) => line.slice(0, 7))).toEqual(["b.ipynb", "c.ipynb"]);
  expect(all.err).toMatch(
    /^error\[notebook\]: .*a\.ipynb:1:1: TypeError \[TS2304\]: Cannot find name 'nowhere'\.\nerror/,
  );
  expect(all.err).toMatch(/error\[notebook\]: failed, as said above: \S+\/a\.ipynb\n$/);
});

test("Ctrl-C stops the cell that runs and keeps the copy; a cell that ends its thread fails", async () => {
  await place.write("notebooks/slow.ipynb", ipynb("console.log('first')", "for (;;) {\n}", "3"));
  const slow = start([RUN, file("slow"), ...to], { LOG_LEVEL: "info" });
  await slow.says("[1/3]");
  slow.kill("SIGINT");
  expect(await slow.ended).toMatchObject({ code: 130, out: "" });
  expect(shownBy(await copyOf("slow"))).toMatchObject([
    { texts: { stdout: "first\n" } },
    { others: [{ output_type: "error", ename: "KeyboardInterrupt" }] },
    { count: null },
  ]);
  await place.write("notebooks/exits.ipynb", ipynb("process.exit(3)", "1"));
  const exits = await run(RUN, file("exits"), ...to);
  expect([exits.code, exits.err]).toEqual([
    1,
    expect.stringMatching(/^error\[notebook\]: .*exits\.ipynb:1: .*process\.exit\(3\).*\n$/),
  ]);
});

test.each([
  [[], 2, "error[config]: name a notebook, or say --all\n"],
  [["--all", "-p", "n", "1"], 2, "error[config]: --parameters and --name go with one notebook, not with --all\n"],
  [["/none.ipynb"], 1, "error[files]: /none.ipynb does not exist\n"],
])("%j is refused", async (words, code, sentence) => {
  const ended = await run(RUN, ...words, ...to);
  expect([ended.code, ended.err]).toEqual([code, sentence]);
});

test("the notebooks' types are checked without running them; each fault says where", async () => {
  expect(await done("scripts/notebook/check.ts")).toMatch(/^notebooks: no type faults \(notebooks: \d+\)\n$/);
  const { code, out, err } = await run("scripts/notebook/check.ts", place.resolve("notebooks"));
  expect([code, out]).toEqual([1, `${file("types")}:2:2: TS2322 Type 'number' is not assignable to type 'string'.\n`]);
  expect(err).toBe(`error[notebook]: type faults in ${place.resolve("notebooks")}: 1\n`);
});

describe.skipIf(!(await hasJupyter()))("Debian's nbconvert", () => {
  const execute = (name: string, copy: string): ReturnType<typeof nbconvert> =>
    nbconvert("--to", "notebook", "--execute", file(name), "--output", place.resolve(`${copy}.ipynb`));

  test("shows the same as our runner", async () => {
    await done(RUN, file("good"), ...to);
    await execute("good", "theirs");
    const theirs = readNotebook(await readText(place, "theirs.ipynb"), "theirs");
    expect(shownBy(await copyOf("good"))).toEqual(shownBy(theirs));
  });

  test("names a TypeScript error too", async () => {
    const failed = await execute("types", "never").catch((error: { stderr: string }) => error);
    expect(failed.stderr).toContain("TypeError [TS2322]");
    expect(failed.stderr).toContain("Type 'number' is not assignable to type 'string'.");
  });
});
