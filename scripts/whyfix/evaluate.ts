// npx zx scripts/whyfix/evaluate.ts 0622-1458
// Which way of asking explains best? Scores a run's explanations against the references, has pairs judged by a model, ranks
// the ways of asking. Writes results/whyfix/<DATE>/evaluation/ (metrics.json, evaluation.json, evaluation.jsonl, report.html).
import { defineScript, main, runStep, table } from "corrigenda/cli";
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
  const folder = `whyfix/${run}`;
  const stages = await collect(stagesOf(root, name));
  const tables = whyfix.answerStages(stages, run);
  const required = (stage: string) => requireStage(root, { ...name, stage }, `npx zx scripts/whyfix/run.ts … ${run}`);
  const [first, ...others] = await Promise.all(tables.map(required));
  if (!first) return;
  const config = whyfix.EvaluatedConfig.parse(first.manifest.config);
  const files = engine.inputFiles(disk);
  const setup = await whyfix.setUp(files, config);
  const rows = await whyfix.withGivenReferences(files, setup.rows, flags.references, around.log.info);
  const records = whyfix.recordsOf(engine.readTable, root, folder, tables);
  const answers = await whyfix.scoredAnswers(setup.experiment, rows, records);
  const inputs = await engine.hashInputs(disk, [...setup.inputs, ...(flags.references ? [flags.references] : [])]);
  const question = whyfix.judgeQuestion(setup.experiment, answers, flags);
  if (flags.dryRun) {
    const reading = engine.readingProvider(config.provider);
    const list = await engine.priceRows({ ...question, provider: reading, at: realClock.now() });
    return engine.priceLines(list).forEach(print);
  }
  const environment = await engine.stageEnvironment(disk, realClock.now());
  const { sampleType, embedding, experiment, provider } = config;
  const base = { sampleType, embedding, experiment, provider, references: flags.references ?? null };
  const parents = [first, ...others].map(({ parent }) => parent);
  const command = [script.name, "{run}", ...whyfix.evaluateWords(flags)];
  const spec = { ...name, inputs, environment, parents, command, seeds: { seed: flags.seed }, again: flags.again };
  const wiring = { flags, around, env: process.env, dataset: declarationOf(setup.dataset), paths: setup.inputs };
  const isJudged = !flags.noJudge && question.pairs > 0;
  const judged = isJudged ? await whyfix.judgeStages(engine, first, { ...wiring, config, question, spec }) : undefined;
  if (judged?.state === "open") return print(judged.sentence);
  const rated = whyfix.ratingStages(stages);
  const people = (await Promise.all(rated.map(required))).map(({ parent }) => parent);
  const ratings = await whyfix.ratingsOf(engine.readTable, root, folder, rated);
  const { seed } = flags;
  const evaluation = whyfix.evaluate({ provider: provider.name, rows, answers, judged, ratings, seed });
  const from = [...parents, ...(judged?.parents ?? []), ...people];
  const stage = { ...spec, stage: "evaluation", config: base as never, parents: from };
  await engine.tableStage({ root, clock: realClock, spec: stage }, async ({ path }) => {
    await engine.writeLines(root, path("evaluation.jsonl"), () => answers.map((answer) => JSON.stringify(answer)));
    await root.write(path("evaluation.json"), `${JSON.stringify(evaluation, null, 2)}\n`);
    const metrics = whyfix.evaluationMetrics(evaluation);
    return { outputs: ["evaluation.jsonl", "evaluation.json"], metrics, counts: { done: answers.length } };
  });
  const beside = {
    corrections: await readMetrics(root, `${folder}/correct2`),
    pages: await whyfix.pagesBeside(root, folder, rated),
  };
  const report = whyfix.evaluationReport(run, evaluation, beside);
  const file = await saveReport(root, `${folder}/evaluation`, report, flags);
  print(`${table(whyfix.rankingRows(evaluation))}\nreport: ${root.resolve(file)}`);
  if (!(await whyfix.lacksEvaluation(root, folder))) return;
  const figures = `--figures=${(await root.list(`${folder}/figures`)).length > 0}`;
  await runStep(["scripts/whyfix/report.ts", run, "--results", flags.results, figures], around.signal);
});
