// npx zx scripts/selfcorrect/report.ts my-run
// Writes into results/selfcorrect/<run>/: report.html (accuracy by turn, modes, actions, rewards, confidence, the comparison where
// evaluate.ts was run, regret, cost, single traces), tables/, figures/. No calls.
import { defineScript, main, parseScript } from "corrigenda/cli";
import * as engine from "corrigenda/engine";
import { StudyError } from "corrigenda/error";
import { collect, nodeDisk } from "corrigenda/files";
import type { JsonObject } from "corrigenda/json";
import { saveReport } from "corrigenda/report";
import { requireStage, stagesOf } from "corrigenda/results";
import * as selfcorrect from "corrigenda/selfcorrect";
import { realClock as clock } from "corrigenda/time";
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

/** Reads the command that the run recorded: what decided its requests. */
const collecting = defineScript({
  ...{ name: "scripts/selfcorrect/collect.ts", summary: "" },
  flags: { ...selfcorrect.collectFlags, ...engine.engineFlags },
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
  for await (const trace of selfcorrect.readTraces(lines, `${folder}/${selfcorrect.TRACES}`)) {
    tally.add(trace);
    picker.add(trace);
    actions = trace.turns[0]?.policy?.candidates ?? actions;
  }
  const compared = (await collect(stagesOf(root, name)))
    .filter(({ stage, state }) => state === "finished" && /^evaluation(-[0-9a-f]{8})?$/.test(stage))
    .sort((a, b) => ((a.startedAt ?? "") < (b.startedAt ?? "") ? 1 : -1));
  const json = async (path: string): Promise<unknown> =>
    JSON.parse((await engine.fileText(root, path)) ?? "null") ?? undefined;
  const newest = compared[0] && `selfcorrect/${run}/${compared[0].stage}/${selfcorrect.EVALUATION}`;
  const timing = selfcorrect.Timing.optional().parse(await json(`${folder}/${selfcorrect.TIMING}`));
  const metrics = tally.groups();
  const report = selfcorrect.selfcorrectReport({
    ...{ run, model, algorithm, metrics, failed: manifest.counts.failed ?? 0, usd: manifest.cost.actualUsd, timing },
    evaluation: newest === undefined ? undefined : selfcorrect.Evaluation.parse(await json(newest)),
    regret: metrics[0] && actions.length > 1 ? selfcorrect.regretLines(metrics[0], actions, { seed }) : [],
    shown: picker.shown(),
  });
  await using kept = await engine.openKept(root, config.provider ?? { name: "offline" }, around);
  const rebuild = selfcorrect.rebuildOf({
    ...{ run, lines, config, place: { provider: kept.provider, clock } },
    setting: async () => {
      const flags = await parseScript(collecting, manifest.command.slice(3), disk);
      if (flags === "help") throw new StudyError("stage", `the command of ${run} cannot be read`);
      const dataset = metrics[0]?.dataset ?? flags.dataset;
      const text = (path: string): Promise<string | undefined> => engine.fileText(disk, path);
      return { flags, dataset, parts: await selfcorrect.collectParts(flags, dataset, { text }) };
    },
    configOf: async (other, stage) =>
      (await requireStage(root, { ...name, run: other, stage }, script.name)).manifest.config as JsonObject,
    reply: (request) => engine.keptReply(kept, request),
  });
  const behind = await engine.writeBehind(root, name, rebuild, around);
  print(`report: ${root.resolve(await saveReport(root, `selfcorrect/${run}`, report, { figures, behind }))}`);
  await engine.writeIndex(root);
});
