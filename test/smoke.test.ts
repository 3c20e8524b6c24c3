import { collect, type Disk, nodeDisk, readText } from "corrigenda/files";
import { readBill } from "corrigenda/provider/offline";
import { findBrowser } from "corrigenda/report";
import { readMetrics, stagesOf } from "corrigenda/results";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { pageKinds, stumbles } from "./report/every-page.ts";
import { done, run, temporary } from "./scripts/script.ts";

const STAGES = ["step1", "step2", "step3", "step4"];
const MINUTES = 240_000;
/** A page of each of these kinds is looked at; a new kind of page has to be named here. */
const KINDS = [
  ...["ielts/essays.html", "ielts/exchanges", "ielts/report.html", "ilm/report.html", "index.html"],
  ...["labeling/exchanges", "labeling/papers", "labeling/report.html"],
  ...["selfcorrect/classifier/report.html", "selfcorrect/exchanges", "selfcorrect/report.html"],
  ...["whyfix/evaluation/report.html", "whyfix/exchanges", "whyfix/figures"],
  ...["whyfix/ratings-*/report.html", "whyfix/report.html"],
];
const RUNS = [
  ["0101-0900", "longman", "lg"],
  ["0101-0901", "fce", "fce"],
] as const;

describe("npm start", () => {
  const root = temporary("smoke");
  const here = ["--results", root.resolve(".")];
  let said = "";
  beforeAll(async () => {
    said = await done("scripts/start.ts", ...here);
  }, MINUTES);
  afterAll(() => root.remove("."));

  test("says that its answers are simulated, what was found, and where all runs lie", async () => {
    expect(said).toContain("Offline, no key: answers are simulated, no service is asked; ilm trains its own");
    expect(said).toMatch(/^whyfix fce: .*\n {2}explanations that parse: [\d.]+ % \[.*\], n = 1000 \(simulated\)$/m);
    expect(said).toMatch(/^ {2}reasoning: data sets, fuzzy names, F1: [\d.]+ % \[.*\], n = 2 \(simulated\)$/m);
    expect(said).toMatch(/^ {2}overall qwk, model: -?[\d.]+ \[.*\], n = 5 \(simulated\)$/m);
    expect(said).toMatch(/^ {2}accuracy gained over never asking again .*: -?[\d.]+ % \[.*\(simulated\)$/m);
    expect(said).toMatch(
      /^ {2}specialisation gain, .*not decided by this run\): -?[\d.]+ % .*\(models trained here\)$/m,
    );
    const yaml = await readText(nodeDisk("."), "scripts/start.yaml");
    const names = [...yaml.matchAll(/^[ -]*name: (.+)$/gm)].map(([, name]) => name).sort();
    expect(names).toContain("whyfix longman");
    expect(said).toContain(`\nStudies started: ${names.join(", ")}; `);
    expect(said).toContain(`\nAll runs, reports and methods: ${root.resolve("index.html")}\n`);
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

  test("a second time nothing is started, and it says so", async () => {
    const before = await collect(readBill(nodeDisk(root.resolve(".offline"))));
    expect(await done("scripts/start.ts", ...here)).toContain("\nNothing had changed, so nothing was started again; ");
    expect(await collect(readBill(nodeDisk(root.resolve(".offline"))))).toEqual(before);
    expect(before.filter(({ kind }) => kind === "batch").length).toBeGreaterThan(1_000);
  });

  test("a deleted report and a table damaged at its size are made again, the other studies are left alone", async () => {
    const [report, table] = ["whyfix/0101-0900/report.html", "ielts/sample/evidence/evidence.jsonl"];
    const [whole, kept] = [await readText(root, table), await readText(root, report)];
    await root.remove(report);
    await root.write(table, whole.replace("quotes", "qu0tes"));
    const bill = (await collect(readBill(nodeDisk(root.resolve(".offline"))))).length;
    expect(await done("scripts/start.ts", ...here)).toContain(
      "\nStudies started: ielts (evidence/evidence.jsonl has changed), whyfix longman (report.html is gone); ",
    );
    expect(await readText(root, table)).toBe(whole);
    expect(await readText(root, report)).toBe(kept);
    expect((await collect(readBill(nodeDisk(root.resolve(".offline"))))).length).toBe(bill);
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

  test("every kind of page is whole, silent and asks for nothing, at 1280 and 390 px, in light and dark", async () => {
    await morePages();
    const kinds = await pageKinds(root);
    expect([...kinds.keys()].sort()).toEqual(KINDS);
    const browser = await findBrowser();
    if (!browser) return console.warn("no Chromium here: pages are not opened in a browser");
    expect(await stumbles(browser, root, kinds.values())).toEqual([]);
  });

  test("npm run report builds all of them again, and names the index", async () => {
    await root.remove("selfcorrect/sample/report.html");
    const said = await done("scripts/report.ts", ...here);
    for (const name of ["whyfix/0101-0901", "labeling/sample", "ielts/sample", "selfcorrect/sample", "ilm/sample"])
      expect(said).toContain(`${name}: ${root.resolve(`${name}/report.html`)}\n`);
    expect(said).toContain(`all runs: ${root.resolve("index.html")}\n`);
    const index = await readText(root, "index.html");
    for (const name of ["whyfix/0101-0901", "ilm/sample"]) {
      expect(index).toContain(`href="${name}/report.html"`);
      expect(await readText(root, `${name}/methods.md`)).toContain(`# Methods of ${name.replace("/", " ")}`);
    }
  });

  /** Pages that npm start does not make: an evaluation, ratings by people, a trained classifier. */
  async function morePages(): Promise<void> {
    const [run] = RUNS[0];
    await done("scripts/whyfix/evaluate.ts", run, "--figures=false", ...here);
    await done("scripts/whyfix/ratings.ts", "export", run, "--raters", "anna,ben", "--rows", "3", ...here);
    const sheets = `whyfix/${run}/rating-sheets`;
    for (const name of (await root.list(sheets)).filter((one) => one.endsWith(".csv"))) {
      const filled = name.includes("pairs") ? ',"A","B",""' : ',"3","4",""';
      await root.write(`filled/${name}`, (await readText(root, `${sheets}/${name}`)).replaceAll(',"","",""', filled));
    }
    const filled = ["--sheets", root.resolve("filled"), "--figures=false"];
    await done("scripts/whyfix/ratings.ts", "import", run, ...filled, ...here);
    const traces = root.resolve("selfcorrect/sample/traces/traces.jsonl");
    await done("scripts/selfcorrect/train-classifier.ts", "--traces", traces, "--run", "sample", ...here);
  }
});

/** Every file below a folder, as paths within it. */
async function filesIn(disk: Disk, folder: string): Promise<string[]> {
  const names = await disk.list(folder === "" ? "." : folder);
  const paths = names.map((name) => `${folder}${name}`);
  const inner = await Promise.all(paths.filter((one) => one.endsWith("/")).map((one) => filesIn(disk, one)));
  return [...paths.filter((one) => !one.endsWith("/")), ...inner.flat()];
}
