// npx zx scripts/ilm/compare.ts my-run
// Compares the evaluated models of a run. Writes results/ilm/<run>/comparison/: comparison.json, metrics.json,
// DETAILED_COMPARISON_TABLE.md, IMPLEMENTATION_SUMMARY.md, PIPELINE_OVERVIEW.md; and report.html, tables/, figures/ beside it.
import { defineScript, main, parseYaml } from "corrigenda/cli";
import * as engine from "corrigenda/engine";
import { nodeDisk, readText } from "corrigenda/files";
import * as ilm from "corrigenda/ilm";
import { saveReport } from "corrigenda/report";
import * as stages from "corrigenda/results";
import { realClock } from "corrigenda/time";
import { z } from "zod";

const script = defineScript({
  name: "scripts/ilm/compare.ts",
  summary: "ilm: six models on six test sets: gains, gaps, transfer, costs, verdicts on H1 to H3.",
  positionals: { run: z.string().describe("the run's name, below results/ilm/") },
  flags: {
    plan: z.string().optional().describe("plan.yaml of the run (default: results/ilm/<run>/plan.yaml)"),
    resamples: z.number().int().min(100).default(1000).describe("of the bootstrap over documents"),
    figures: z.boolean().default(true).describe("save every figure as interactive HTML, SVG, PNG and PDF"),
    results: engine.engineFlags.results,
    again: engine.waitFlags.again.describe("compare again, also where it is finished"),
  },
  examples: ["npx zx scripts/ilm/compare.ts my-run", "npx zx scripts/ilm/compare.ts my-run --figures=false"],
});

await main(script, async ({ run, plan: file, resamples, figures, results, again }, { disk, print }) => {
  const root = nodeDisk(disk.resolve(results));
  const folder = `ilm/${run}`;
  const [place, path] =
    file === undefined ? [root, `${stages.runFolder({ study: "ilm", run })}/plan.yaml`] : [disk, file];
  const text = await readText(place, path);
  const plan = parseYaml(text, place.resolve(path), ilm.Plan);
  const reader = { root, ...stages, readTable: engine.readTable };
  const command = `npx zx scripts/ilm/evaluate.ts ${run}`;
  const read = await ilm.readRun(reader, run, { plan, resamples, command });
  const spec = {
    ...{ study: "ilm", run, stage: "comparison", config: { plan: JSON.parse(JSON.stringify(plan)), resamples }, again },
    command: [script.name, "{run}", "--resamples", String(resamples), ...(file === undefined ? [] : ["--plan", file])],
    ...{ parents: read.parents, seeds: { seed: plan.seed } },
    environment: await engine.stageEnvironment(disk, realClock.now()),
  };
  const comparison = ilm.comparisonOf({ plan, ...read, resamples });
  await engine.tableStage({ root, clock: realClock, spec }, async (stage) => {
    const status = ilm.planStatus(plan, read.jobs, read.states);
    const pages = ilm.runDocuments({ run, plan, comparison, status, ...read });
    for (const [name, page] of Object.entries(pages)) await root.write(stage.path(name), page);
    await root.write(stage.path("comparison.json"), `${JSON.stringify(comparison, null, 2)}\n`);
    const report = ilm.ilmReport({ run, comparison, trainings: read.trainings });
    await saveReport(root, folder, report, { figures, behind: await engine.writeBehind(root, { study: "ilm", run }) });
    const metrics = ilm.comparisonMetrics(comparison);
    return { outputs: ["comparison.json", ...Object.keys(pages)], exports: ["report.html"], metrics };
  });
  for (const { id, statement, rule, interval, reason } of comparison.verdicts)
    print(`${id}: ${interval} by interval, ${rule} by the source's rule (${statement})${reason ? `; ${reason}` : ""}`);
  await engine.writeBehind(root, { study: "ilm", run });
  await engine.writeIndex(root);
  print(`report: ${root.resolve(`${folder}/report.html`)}`);
});
