import { collect, nodeDisk, readText } from "corrigenda/files";
import { Manifest, Metrics, verifyRun } from "corrigenda/results";
import { afterAll, beforeAll, expect, test } from "vitest";
import { specialised, worldPlan, worldRun } from "../ilm/compare-world.ts";
import { done, run, temporary } from "./script.ts";

const root = temporary("ilm-compare");
const COMPARE = "scripts/ilm/compare.ts";
const STAGE = "ilm/w1/comparison";
const plan = worldPlan();
const compare = (...more: readonly string[]): Promise<string> =>
  done(COMPARE, "w1", "--results", root.resolve("."), "--figures=false", "--resamples", "200", ...more);

async function copy(from: Awaited<ReturnType<typeof worldRun>>, folder: string): Promise<void> {
  for (const name of await from.list(folder)) {
    const path = `${folder}/${name.replace(/\/$/, "")}`;
    if (name.endsWith("/")) await copy(from, path);
    else await root.write(path, Buffer.concat(await collect(from.read(path))));
  }
}

beforeAll(async () => {
  await copy(await worldRun({ documents: 110, log: specialised(40) }, plan), "ilm");
  await root.write("ilm/w1/plan.yaml", JSON.stringify(plan, undefined, 2));
});
afterAll(() => root.remove("."));

test("a run is compared: pages, numbers, report, and a manifest that holds; again it is the same", async () => {
  const said = await compare();
  expect(said).toContain("H1: holds by interval, holds by the source's rule");
  const manifest = Manifest.parse(JSON.parse(await readText(root, `${STAGE}/manifest.json`)));
  expect(manifest.outputs.map(({ path }) => path)).toEqual([
    "comparison/DETAILED_COMPARISON_TABLE.md",
    "comparison/IMPLEMENTATION_SUMMARY.md",
    "comparison/PIPELINE_OVERVIEW.md",
    "comparison/comparison.json",
    "comparison/metrics.json",
    "report.html",
  ]);
  expect(manifest.parents.length).toBe(7);
  expect(await collect(verifyRun({ root, repository: nodeDisk("."), study: "ilm", run: "w1" }))).toEqual([]);
  const { headline } = Metrics.parse(JSON.parse(await readText(root, `${STAGE}/metrics.json`)));
  expect(Math.abs(headline.value - 40)).toBeLessThan(1);
  expect(await readText(root, "ilm/w1/report.html")).toContain(`<strong>${headline.value.toFixed(1)} %</strong>`);
  await compare("--again");
  const second = Manifest.parse(JSON.parse(await readText(root, `${STAGE}/manifest.json`)));
  expect(second.outputs).toEqual(manifest.outputs);
}, 60_000);

test("the status of a plan before and after: what is done, what is left, what comes next", async () => {
  const status = (run: string, ...more: readonly string[]): Promise<string> =>
    done("scripts/ilm/status.ts", run, "--results", root.resolve("."), ...more);
  const before = await status("nothing", "--plan", "scripts/ilm/plan.yaml", "--devices", "cpu,cpu");
  expect(before).toMatch(/^efcamdat_C1_ilm +C1 only +8,004 +128,064 +0\/10,000 +0\.0 +2\.5 /m);
  expect(before).toMatch(
    /^storage expected: \d+\.\d GB \(texts 462\.\d MB, examples \d+\.\d MB, checkpoints 61\.7 GB\)$/m,
  );
  expect(before).toContain("next: corpus-C1, corpus-B2");
  const after = await status("w1");
  expect(after).toMatch(/^world_all_ilm +all \(mixed\) +800 +12,800 +100\/100 +2\.0 +0\.0 .* finished/m);
  expect(after).toContain("12.0 device hours so far, 0.0 device hours left");
  expect(after).toContain("nothing is left to do");
}, 30_000);

test("what cannot be compared is said in one line, a plan's mistake with its place", async () => {
  const { code, err } = await run(COMPARE, "nobody", "--results", root.resolve("."));
  expect([code !== 0, err.trim().split("\n").length]).toEqual([true, 1]);
  const text = await readText(root, "ilm/w1/plan.yaml");
  await root.write("broken.yaml", text.replace('"level": "B2"', '"level": "C1"'));
  const broken = await run(COMPARE, "w1", "--results", root.resolve("."), "--plan", root.resolve("broken.yaml"));
  expect(broken.code).toBe(2);
  expect(broken.err).toMatch(/broken\.yaml:\d+: models\[1\]\.level: C1 has a model already/);
}, 30_000);
