// npx zx scripts/ilm/run.ts my-run --plan scripts/ilm/plan.yaml
// Six models: texts, masked examples, trainings, evaluations, comparison. Every step is resumable, so the same command goes on
// after any interruption; scripts/ilm/status.ts shows at any time how far it is.
import { defineScript, main, parseYaml, runStep } from "corrigenda/cli";
import { engineFlags } from "corrigenda/engine";
import { StudyError } from "corrigenda/error";
import { nodeDisk, readText } from "corrigenda/files";
import * as ilm from "corrigenda/ilm";
import { runFolder } from "corrigenda/results";
import { z } from "zod";

const script = defineScript({
  name: "scripts/ilm/run.ts",
  summary: "ilm, all steps of a plan: texts, examples, six trainings, evaluations, comparison.",
  positionals: { run: z.string().optional().describe("the run's name (default: the plan's)") },
  flags: {
    plan: z.string().default("scripts/ilm/plan.yaml").describe("what is trained on what, how long, in which order"),
    ...ilm.placeFlags,
    figures: z.boolean().default(true).describe("save every figure as interactive HTML, SVG, PNG and PDF"),
    results: engineFlags.results,
  },
  examples: [
    "npx zx scripts/ilm/run.ts --plan scripts/ilm/micro-plan.yaml",
    "npx zx scripts/ilm/run.ts my-run --plan scripts/ilm/plan.yaml --device webgpu",
  ],
});

await main(script, async ({ run: named, plan: file, figures, results, ...place }, { disk, print, signal }) => {
  const text = await readText(disk, file);
  const plan = parseYaml(text, file, ilm.Plan);
  const run = named ?? plan.name;
  const root = nodeDisk(disk.resolve(results));
  const kept = `${runFolder({ study: "ilm", run })}/plan.yaml`;
  if ((await root.size(kept)) === undefined) await root.write(kept, text);
  else if ((await readText(root, kept)) !== text)
    throw new StudyError("config", `${root.resolve(kept)} is another plan than ${file}; choose another run name`);
  const step = (name: string, ...words: readonly string[]): Promise<void> =>
    runStep([`scripts/ilm/${name}.ts`, run, ...words, "--results", results], signal);
  await step("prepare");
  for (const job of ilm.planJobs(plan))
    if (job.kind === "train") await runStep(ilm.trainWords(plan, job, { results, run, ...place }), signal);
  await step("evaluate", ...ilm.flagWords(place));
  await step("compare", `--figures=${figures}`);
  await step("status");
  print(`all steps of ${run} are finished`);
});
