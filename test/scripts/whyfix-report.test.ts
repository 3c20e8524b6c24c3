import { execFile } from "node:child_process";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { nodeDisk, readText } from "corrigenda/files";
import { afterAll, expect, test } from "vitest";

const disk = nodeDisk(path.join(os.tmpdir(), `corrigenda-whyfix-report-${process.pid}`));
const run = (script: string, ...args: string[]) =>
  promisify(execFile)("npx", ["zx", `scripts/whyfix/${script}.ts`, ...args]).then(
    ({ stdout }) => stdout,
    ({ stderr }: { stderr: string }) => stderr,
  );
const in_ = (folder: string): string[] => ["--results", disk.resolve(folder)];
const read = (folder: string): Promise<string> => readText(disk, `${folder}/whyfix/0622-1458/report.html`);

afterAll(() => disk.remove("."));

test("a report of steps 1 and 2 says so; of all four it is the same bytes in another place; without them it names the step", async () => {
  const first = ["sample-longman", "small", "0622-1458"];
  expect(await run("report", "0622-1458", ...in_("a"))).toContain(
    "error[stage]: step2 of whyfix run 0622-1458 is missing; run: npx zx scripts/whyfix/step2.ts 0622-1458",
  );
  await run("step1", ...first, ...in_("a"));
  await run("step2", "0622-1458", ...in_("a"));
  const table = await run("report", "0622-1458", ...in_("a"));
  expect(table).toContain("within limit");
  expect(table).not.toContain("metalinguistic");
  expect(await read("a")).toContain("Steps 3 and 4 are not finished");
  await run("step3", ...first, ...in_("a"));
  await run("step4", "0622-1458", ...in_("a"));
  await run("run", ...first, ...in_("b"));
  const report = await read("a");
  expect(report).toContain("37 learner errors, each asked in 14 ways");
  // The store had every reply, and every request was built again as it was sent.
  expect(report).not.toContain("no longer in the store");
  expect(await read("b")).toBe(report);
});
