// npx zx scripts/selfcorrect/report.ts my-run
// Writes into results/selfcorrect/<run>/: report.html (accuracy by turn, modes, actions, rewards, confidence, the comparison where
// evaluate.ts was run, regret, cost, single traces), tables/, figures/. No calls.
import { defineScript, main } from "corrigenda/cli";
import * as engine from "corrigenda/engine";
import { collect, nodeDisk, readText } from "corrigenda/files";
import { saveReport } from "corrigenda/report";
import { requireStage, stagesOf } from "corrigenda/results";
import * as selfcorrect from "corrigenda/selfcorrect";
import { z } from "zod";

const script = defineScript({
  name: "scripts/selfcorrect/report.ts",
  summary: "selfcorrect: the report of a run of traces, and of its comparison with other policies.",
  positionals: { run: z.string().describe("the run's name, below results/selfcorrect/") },
  flags: {
    figures: z.boolean().default(true).describe("save every figure as interactive HTML, SVG, PNG and PDF"),
    results: engine.engineFlags.results,
  },
  examples: ["npx zx scripts/selfcorrect/report.ts sample --figures=false"],
});

await main(script, async ({ run, figures, results }, { disk, print, ...around }) => {
  const root = nodeDisk(disk.resolve(results));
  const name = { study: "selfcorrect", run };
  const command = `npx zx scripts/selfcorrect/collect.ts --run ${run}`;
  const { manifest, folder } = await requireStage(root, { ...name, stage: "traces" }, command);
  const config = selfcorrect.TracesConfig.parse(manifest.config);
  const { model, algorithm, seed } = config;
  const { scoringOf } = selfcorrect;
  const [tally, picker] = [selfcorrect.metricsTally({ seed, repeated: false, scoringOf }), selfcorrect.tracePicker()];
  let actions: readonly string[] = [];
  const lines = { disk: root, textLines: engine.textLines };
  const rebuilt = engine.rebuiltRequests(config.provider ?? { name: "offline" });
  for await (const trace of selfcorrect.readTraces(lines, `${folder}/${selfcorrect.TRACES}`)) {
    tally.add(trace);
    picker.add(trace);
    const asked = selfcorrect.askedBy(config, scoringOf(trace.dataset_name));
    for (const request of selfcorrect.requestsOf(trace, asked)) rebuilt.add(request);
    actions = trace.turns[0]?.policy?.candidates ?? actions;
  }
  const compared = (await collect(stagesOf(root, name)))
    .filter(({ stage, state }) => state === "finished" && /^evaluation(-[0-9a-f]{8})?$/.test(stage))
    .sort((a, b) => ((a.startedAt ?? "") < (b.startedAt ?? "") ? 1 : -1));
  const json = async (path: string): Promise<unknown> =>
    (await root.size(path)) === undefined ? undefined : JSON.parse(await readText(root, path));
  const newest = compared[0] && `selfcorrect/${run}/${compared[0].stage}/${selfcorrect.EVALUATION}`;
  const timing = selfcorrect.Timing.optional().parse(await json(`${folder}/${selfcorrect.TIMING}`));
  const metrics = tally.groups();
  const report = selfcorrect.selfcorrectReport({
    ...{ run, model, algorithm, metrics, failed: manifest.counts.failed ?? 0, usd: manifest.cost.actualUsd, timing },
    evaluation: newest === undefined ? undefined : selfcorrect.Evaluation.parse(await json(newest)),
    regret: metrics[0] && actions.length > 1 ? selfcorrect.regretLines(metrics[0], actions, { seed }) : [],
    shown: picker.shown(),
  });
  const behind = await engine.writeBehind(root, name, rebuilt.texts, around);
  print(`report: ${root.resolve(await saveReport(root, `selfcorrect/${run}`, report, { figures, behind }))}`);
  await engine.writeIndex(root);
});
