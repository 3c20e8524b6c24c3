import { execFile } from "node:child_process";
import os from "node:os";
import path from "node:path";
import { nodeDisk } from "corrigenda/files";
import { afterAll, describe, expect, test } from "vitest";
import { finishedRun } from "./fixture.ts";

const root = nodeDisk(path.join(os.tmpdir(), `corrigenda-results-${process.pid}`));
afterAll(() => root.remove("."));

/** Runs a script as `npx zx` does; npx itself would only cost time here. */
function zx(...args: readonly string[]): Promise<{ code: number; out: string; err: string }> {
  const words = ["node_modules/zx/build/cli.js", ...args, "--results", root.resolve(".")];
  return new Promise((resolve) => {
    const child = execFile(process.execPath, words, (_, out, err) => resolve({ code: child.exitCode ?? -1, out, err }));
  });
}

describe("scripts/results", () => {
  test("verify exits 0 where every hash holds, and 1 with a table where one does not", async () => {
    await finishedRun(root, "r1");
    const whole = await zx("scripts/results/verify.ts", "demo/r1");
    expect(whole).toEqual({ code: 0, out: "demo/r1: every hash holds (stages: 2)\n", err: "" });
    await root.write("demo/r1/step1/rows.jsonl", '{"n":9}\n');
    const changed = await zx("scripts/results/verify.ts", "demo/r1");
    expect(changed.code).toBe(1);
    expect(changed.out).toMatch(/step1 {2}sha256 {2}step1\/rows\.jsonl {2}[0-9a-f]{64} recorded, [0-9a-f]{64} found/);
    expect(changed.err).toBe(
      "error[stage]: demo/r1 is not what its manifests say (mismatches: 1); run the stages named above again\n",
    );
  });

  test("diff names the key that differs, with both values", async () => {
    await finishedRun(root, "r2");
    await finishedRun(root, "r3", { config: { model: "b", temperatures: [0, 1] } });
    const { code, out } = await zx("scripts/results/diff.ts", "demo/r2", "demo/r3");
    expect(code).toBe(0);
    expect(out).toMatch(/config {2}step1 {2}model {2}"a" {6}"b"/);
  });

  test("reproduce refuses a fresh name that is taken, and a run that is none", async () => {
    await finishedRun(root, "r4");
    await finishedRun(root, "r4-again");
    const taken = await zx("scripts/results/reproduce.ts", "demo/r4", "--as", "r4-again");
    expect([taken.code, taken.err]).toEqual([
      2,
      "error[config]: demo/r4-again exists; name another with --as <name>\n",
    ]);
    const none = await zx("scripts/results/reproduce.ts", "demo/../r4");
    expect([none.code, none.err]).toEqual([
      2,
      'error[config]: "demo/../r4" is no run; write <study>/<run>, like whyfix/0622-1458\n',
    ]);
  });
});
