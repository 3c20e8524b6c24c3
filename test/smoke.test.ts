import { collect, type Disk, nodeDisk, readText } from "corrigenda/files";
import { readBill } from "corrigenda/provider/offline";
import { readMetrics, stagesOf } from "corrigenda/results";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { done, run, temporary } from "./scripts/script.ts";

const STAGES = ["step1", "step2", "step3", "step4"];
const MINUTES = 240_000;
const RUNS = [
  ["0101-0900", "longman", "lg"],
  ["0101-0901", "fce", "fce"],
] as const;

describe.concurrent("every script", async () => {
  const scripts = (await filesIn(nodeDisk("scripts"), ""))
    .filter((file) => file.endsWith(".ts") && !/^(bench|trial)\//.test(file))
    .map((file) => `scripts/${file}`);

  test("is found by this suite", () => {
    expect(scripts).toContain("scripts/start.ts");
    expect(scripts).toContain("scripts/whyfix/step1.ts");
  });

  test.each(scripts)("%s explains itself, and refuses a flag that it does not have in one line", async (script) => {
    const { code, out, err } = await run(script, "--help");
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(out).toContain(`Usage: npx zx ${script}`);
    expect(await run(script, "--zzzzzzzz")).toEqual({
      ...{ code: 2, out: "" },
      err: "error[config]: unknown flag --zzzzzzzz (--help lists all)\n",
    });
  });
});

describe("npm start", () => {
  const root = temporary("smoke");
  const here = ["--results", root.resolve(".")];
  let said = "";
  beforeAll(async () => {
    said = await done("scripts/start.ts", ...here);
  }, MINUTES);
  afterAll(() => root.remove("."));

  test("says that its answers are simulated, and where the reports lie", () => {
    expect(said).toContain("Offline, no key: answers below are simulated, no service is asked; ilm trains its own");
    for (const [name] of RUNS) expect(said).toContain(`  report: ${root.resolve(`whyfix/${name}/report.html`)}\n`);
    expect(said).toMatch(/^ {2}explanations that parse: [\d.]+ % \(95 % interval .*, simulated\)$/m);
    expect(said).toMatch(/^ {2}reasoning replies that parse: [\d.]+ % \(95 % interval .*, simulated\)$/m);
    expect(said).toMatch(
      /^ {2}accuracy gained over never asking again .*: -?[\d.]+ % \(95 % interval .*, simulated\)$/m,
    );
    expect(said).toMatch(
      /^ {2}specialisation gain, .*H1–H3 are not decided by this run\): -?[\d.]+ % .*, models trained here\)$/m,
    );
  });

  test.each(RUNS)("leaves run %s with four finished stages, offline metrics, a report", async (name) => {
    const stages = await collect(stagesOf(root, { study: "whyfix", run: name }));
    const finished = stages.filter(({ state }) => state === "finished");
    expect(finished.map(({ stage }) => stage)).toEqual(STAGES);
    expect(stages.some(({ state }) => state === "open")).toBe(false);
    const metrics = await readMetrics(root, `whyfix/${name}/step4`);
    expect(metrics?.headline).toMatchObject({ provider: "offline", unit: "share" });
    expect(metrics?.metrics.every(({ provider }) => provider === "offline")).toBe(true);
    expect(await readText(root, `whyfix/${name}/report.html`)).toMatch(/^<!doctype html>/i);
  });

  test.each(RUNS)("exports run %s under the original study's names", async (name, dataset, code) => {
    const files = await filesIn(nodeDisk(root.resolve(`whyfix/${name}/export`)), "");
    const groups = ["first_three_methods", "ragL2_causes", "ragL2_academic_writing", "part2"];
    for (const group of groups.map((one) => `${one}_${code}_fu_t_fifty`)) {
      const folder = `batchFile/${group}-${name}`;
      expect(files).toContain(`${folder}/tasks_batch_${group}.jsonl`);
      expect(files).toContain(`${folder}/openaiFileObjects.jsonl`);
      expect(files).toContain(`${folder}/batchJobObjects.jsonl`);
      expect(files).toContain(`batchResult/${group}-${name}/batchResult.jsonl`);
    }
    expect(files).toContain(`structured_api_data_${dataset}_t_fifty_${name}.jsonl`);
    expect(files).toContain(`df_examples_updated_${name}.jsonl`);
  });

  test("a second time there is nothing to do, and nothing is paid", async () => {
    const before = await collect(readBill(nodeDisk(root.resolve(".offline"))));
    const again = await done("scripts/start.ts", ...here);
    expect(again.match(/nothing to do/g)?.length).toBeGreaterThanOrEqual(RUNS.length * STAGES.length + 6);
    expect(await collect(readBill(nodeDisk(root.resolve(".offline"))))).toEqual(before);
    expect(before.filter(({ kind }) => kind === "batch").length).toBeGreaterThan(1_000);
  });

  test("its hashes hold, and its two runs differ for a cause that is named", async () => {
    const [first, second, differ] = await Promise.all([
      ...RUNS.map(([name]) => run("scripts/results/verify.ts", `whyfix/${name}`, ...here)),
      run("scripts/results/diff.ts", ...RUNS.map(([name]) => `whyfix/${name}`), ...here),
    ]);
    expect(first).toEqual({ code: 0, out: "whyfix/0101-0900: every hash holds (stages: 4)\n", err: "" });
    expect(second).toEqual({ code: 0, out: "whyfix/0101-0901: every hash holds (stages: 4)\n", err: "" });
    expect(differ?.code).toBe(0);
    const [, , cause] = differ?.out.split("\n") ?? [];
    expect(cause).toMatch(/^config\s+step1\s+sampleType\s+"sample-longman"\s+"sample-fce"$/);
  });

  test("a run is reproduced: the same bytes under another name, nothing paid", async () => {
    const bill = async () => (await collect(readBill(nodeDisk(root.resolve(".offline"))))).length;
    const before = await bill();
    const said = await done("scripts/results/reproduce.ts", "whyfix/0101-0900", ...here);
    expect(said).toContain(
      "whyfix/0101-0900 is reproduced as whyfix/0101-0902: the same bytes, $0.00 paid (stages: 4)\n",
    );
    expect(await bill()).toBe(before);
    for (const file of ["step2/step2.jsonl", "step4/step4.jsonl", "step4/metrics.json"])
      expect(await readText(root, `whyfix/0101-0902/${file}`)).toBe(await readText(root, `whyfix/0101-0900/${file}`));
  });
});

/** Every file below a folder, as paths within it. */
async function filesIn(disk: Disk, folder: string): Promise<string[]> {
  const names = await disk.list(folder === "" ? "." : folder);
  const paths = names.map((name) => `${folder}${name}`);
  const inner = await Promise.all(paths.filter((one) => one.endsWith("/")).map((one) => filesIn(disk, one)));
  return [...paths.filter((one) => !one.endsWith("/")), ...inner.flat()];
}
