// npx zx scripts/selfcorrect/evaluate.ts my-run
// Compares the traces of a run with never asking again, other policies and self-consistency, on the same questions: accuracy,
// tokens, paired tests. Writes results/selfcorrect/<run>/evaluation/. What the traces do not hold is asked for; kept replies are free.
import { defineScript, main, parseScript, table } from "corrigenda/cli";
import { declarationOf, openQuestions } from "corrigenda/dataset";
import * as engine from "corrigenda/engine";
import { nodeDisk, readText } from "corrigenda/files";
import type { JsonObject } from "corrigenda/json";
import { requireStage } from "corrigenda/results";
import * as selfcorrect from "corrigenda/selfcorrect";
import { z } from "zod";

const { results, maxCost, ...asking } = engine.engineFlags;
const { baseUrl } = asking;
const script = defineScript({
  name: "scripts/selfcorrect/evaluate.ts",
  summary: "selfcorrect: policies and baselines compared on the same questions, at equal cost.",
  positionals: { runs: z.string().describe("a run of collect, or several with commas: the first is what is compared") },
  flags: { ...selfcorrect.evaluateFlags, results, maxCost, baseUrl, again: engine.waitFlags.again },
  examples: ["npx zx scripts/selfcorrect/evaluate.ts my-run,other-run --baselines always,oracle-arm --max-cost 5"],
});
/** Reads the command that a run recorded: all that decided its requests. */
const collecting = defineScript({
  ...{ name: "scripts/selfcorrect/collect.ts", summary: "" },
  flags: { ...selfcorrect.collectFlags, ...asking },
});

await main(script, async (flags, around) => {
  const { disk, log, print, signal } = around;
  const root = nodeDisk(disk.resolve(flags.results));
  const name = { study: "selfcorrect", stage: "traces" };
  const stages = [];
  for (const run of selfcorrect.runsOf(flags.runs))
    stages.push(await requireStage(root, { ...name, run }, `npx zx ${collecting.name} --run ${run}`));
  const manifests = stages.map(({ manifest }) => manifest);
  const groups = selfcorrect.runGroups(manifests.map(({ run, config }) => ({ run, config: config as JsonObject })));
  const [{ run, command, cost } = { run: "", command: [], cost: { actualUsd: 0 } }] = manifests;
  const known = await parseScript(collecting, command.slice(3), disk);
  if (known === "help") return;
  const hub = { endpoint: process.env.HF_ENDPOINT, token: process.env.HF_TOKEN, signal };
  const source =
    known.dataset === "mock" && known.from === undefined
      ? selfcorrect.mockSource(declarationOf("mock"), known)
      : await openQuestions(disk, { ...known, folder: `${flags.results}/.hub`, hub });
  const inputs = await engine.hashInputs(disk, source.files);
  for (const stage of stages) engine.sameInputs(stage, inputs);
  const text = (path: string): Promise<string | undefined> => engine.fileText(disk, path);
  const parts = await selfcorrect.collectParts(known, source.name, { text });
  const baselines = selfcorrect.parseBaselines(flags.baselines, parts.templates);
  const collected = await selfcorrect.runAttempts(groups, { disk: root, textLines: engine.textLines });

  const underWay = selfcorrect.questionsUnderWay(parts.scoring, Math.max(known.lag, flags.concurrency));
  const preset = selfcorrect.PRESETS[known.preset];
  const simulator = selfcorrect.simulateSelfcorrect({ preset, templates: parts.templates, references: underWay.known });
  const { declaration: dataset, name: called } = source;
  await using place = await engine.openWorkplace({
    ...{ results: flags.results, provider: engine.providerSettings({ name: "offline" }, { ...known, ...flags }) },
    ...{ simulators: [simulator], env: process.env, around, dataset, iMaySend: known.iMaySend },
  });
  const [parent, ...others] = stages.map((one) => one.parent);
  const { stage, config, words } = selfcorrect.evaluationStage(flags, baselines, others);
  const spec = {
    ...{ study: name.study, run, stage, config, inputs, seeds: { seed: known.seed }, again: flags.again },
    ...{ command: [script.name, ...words], parents: parent ? [parent] : [] },
    environment: await engine.stageEnvironment(disk, place.clock.now()),
  };
  const guard = { dataset, iMaySend: known.iMaySend, redact: known.redact };
  const compared = { ...parts, ...flags, flags: known, dataset: called, groups, collected, baselines };
  if (baselines.length > 0) log.info(selfcorrect.callsWords(compared, cost.actualUsd));
  const asked = { ...compared, place, spec, guard, rows: () => underWay.pass(source.rows()) };
  print(engine.endSentence(stage, await selfcorrect.evaluateRuns(engine, asked)));
  const folder = `selfcorrect/${run}/${stage}`;
  const found = JSON.parse(await readText(root, `${folder}/${selfcorrect.EVALUATION}`));
  print(`${selfcorrect.evaluationWords(selfcorrect.Evaluation.parse(found), table)}\nwritten: ${root.resolve(folder)}`);
});
