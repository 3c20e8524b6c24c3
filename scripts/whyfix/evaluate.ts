// npx zx scripts/whyfix/evaluate.ts 0622-1458
// Which way of asking explains best? Scores a run's explanations against the references, has pairs judged by a model, ranks
// the ways of asking. Writes results/whyfix/<DATE>/evaluation/ (metrics.json, evaluation.json, evaluation.jsonl, report.html).
import { defineScript, main, table } from "corrigenda/cli";
import { declarationOf } from "corrigenda/dataset";
import * as engine from "corrigenda/engine";
import { collect, nodeDisk } from "corrigenda/files";
import { saveReport } from "corrigenda/report";
import { readMetrics, requireStage, stagesOf } from "corrigenda/results";
import { realClock } from "corrigenda/time";
import * as whyfix from "corrigenda/whyfix";
import { z } from "zod";

const script = defineScript({
  name: "scripts/whyfix/evaluate.ts",
  summary: "whyfix: scores, judges and ranks the explanations of a finished run.",
  positionals: { date: z.string().describe("the run's name, MMDD-HHMM") },
  flags: { ...whyfix.evaluateFlags, ...engine.waitFlags, figures: z.boolean().default(true).describe("save figures") },
  examples: ["npx zx scripts/whyfix/evaluate.ts 0622-1458", "npx zx scripts/whyfix/evaluate.ts 0622-1458 --no-judge"],
});

await main(script, async (flags, around) => {
  const { disk, print } = around;
  const run = whyfix.checkDate(flags.date);
  const [name, root] = [{ study: "whyfix", run }, nodeDisk(disk.resolve(flags.results))];
  const stages = await collect(stagesOf(root, name));
  const tables = whyfix.answerStages(stages, run);
  const required = (stage: string) => requireStage(root, { ...name, stage }, `npx zx scripts/whyfix/run.ts … ${run}`);
  const [first, ...others] = await Promise.all(tables.map(required));
  if (!first) return;
  const config = whyfix.EvaluatedConfig.parse(first.manifest.config);
  const files = engine.inputFiles(disk);
  const setup = await whyfix.setUp(files, config);
  const rows = await whyfix.withGivenReferences(files, setup.rows, flags.references, around.log.info);
  const records = async function* () {
    for (const stage of tables)
      yield* engine.readTable(root, `whyfix/${run}/${stage}/${stage}.jsonl`, whyfix.StructuredRecord);
  };
  const answers = await whyfix.scoredAnswers(setup.experiment, rows, records());
  const inputs = await engine.hashInputs(disk, [...setup.inputs, ...(flags.references ? [flags.references] : [])]);
  const question = whyfix.judgeQuestion(setup.experiment, answers, flags);
  const { provider } = config;
  if (flags.dryRun) {
    const reading = engine.readingProvider(provider);
    const list = await engine.priceRows({ ...question, provider: reading, at: realClock.now() });
    return engine.priceLines(list).forEach(print);
  }
  const environment = await engine.stageEnvironment(disk, realClock.now());
  const { sampleType, embedding, experiment } = config;
  const base = { sampleType, embedding, experiment, provider, references: flags.references ?? null };
  const parents = [first, ...others].map(({ parent }) => parent);
  const command = [script.name, "{run}", ...whyfix.evaluateWords(flags)];
  const spec = { ...name, inputs, environment, parents, command, seeds: { seed: flags.seed }, again: flags.again };
  const wiring = { flags, around, env: process.env, dataset: declarationOf(setup.dataset), paths: setup.inputs };
  const isJudged = !flags.noJudge && question.pairs > 0;
  const judged = isJudged ? await whyfix.judgeStages(engine, first, { ...wiring, config, question, spec }) : undefined;
  if (judged?.state === "open") return print(judged.sentence);
  const corrections = await readMetrics(root, `whyfix/${run}/correct2`);
  const evaluation = whyfix.evaluate({ provider: provider.name, rows, answers, judged, seed: flags.seed });
  const stage = {
    ...spec,
    stage: "evaluation",
    config: base as never,
    parents: [...parents, ...(judged?.parents ?? [])],
  };
  await engine.tableStage({ root, clock: realClock, spec: stage }, async ({ path }) => {
    await engine.writeLines(root, path("evaluation.jsonl"), () => answers.map((answer) => JSON.stringify(answer)));
    await root.write(path("evaluation.json"), `${JSON.stringify(evaluation, null, 2)}\n`);
    const metrics = whyfix.evaluationMetrics(evaluation);
    return { outputs: ["evaluation.jsonl", "evaluation.json"], metrics, counts: { done: answers.length } };
  });
  const all = corrections ? [corrections.headline, ...corrections.metrics] : [];
  const report = whyfix.evaluationReport(run, evaluation, all);
  const file = await saveReport(root, `whyfix/${run}/evaluation`, report, flags);
  print(`${table(whyfix.rankingRows(evaluation))}\nreport: ${root.resolve(file)}`);
});
