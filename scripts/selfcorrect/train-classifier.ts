// npx zx scripts/selfcorrect/train-classifier.ts --from training_data.csv
// Trains the classifier of failure modes and confidence and judges it on held-out questions. Writes results/selfcorrect/<run>/classifier/:
// model.json (model and vectorizer), evaluation.json, metrics.json, bad-rows.jsonl, report.html, and training_data.csv where it read traces.
import path from "node:path";
import { defineScript, main, table } from "corrigenda/cli";
import { openSource } from "corrigenda/dataset";
import * as engine from "corrigenda/engine";
import { StudyError } from "corrigenda/error";
import { type Disk, nodeDisk, readJsonl } from "corrigenda/files";
import { contentHash } from "corrigenda/json";
import { saveReport } from "corrigenda/report";
import { readMetrics } from "corrigenda/results";
import * as selfcorrect from "corrigenda/selfcorrect";
import { realClock } from "corrigenda/time";

const script = defineScript({
  name: "scripts/selfcorrect/train-classifier.ts",
  summary: "selfcorrect: trains the classifier of failure modes and confidence.",
  flags: { ...selfcorrect.trainFlags, results: engine.engineFlags.results, again: engine.waitFlags.again },
  examples: [
    "npx zx scripts/selfcorrect/train-classifier.ts --from training_data.csv",
    "npx zx scripts/selfcorrect/train-classifier.ts --traces pipeline_logs/traces_20261121.jsonl",
  ],
});

const { scoringOf } = selfcorrect;

async function* traceLines(disk: Disk, files: readonly string[]): AsyncGenerator<selfcorrect.TraceLine> {
  for (const file of files)
    for await (const { line, ...read } of readJsonl(disk, file)) yield { place: `${file}:${line}`, ...read };
}

async function csvRows(disk: Disk, from: string): Promise<AsyncIterable<selfcorrect.TrainingRow>> {
  const place = { dataset: "", split: "", folder: "", hub: {}, columns: selfcorrect.TRAINING_COLUMNS };
  const source = await openSource(disk, { ...place, from });
  const missing = source.table.missing.filter((column) => selfcorrect.SOURCE_COLUMNS.some((own) => own === column));
  if (missing.length === 0) return selfcorrect.tableRows(source.table.rows(), from);
  throw new StudyError("dataset", `${from} has no column ${missing.join(", ")}; see --help for what is read`);
}

await main(script, async (flags, { disk, print }) => {
  const { from, dataset, seed, results, again } = flags;
  const files = selfcorrect.trainFiles(flags);
  for (const file of files)
    if ((await disk.size(file)) === undefined) throw new StudyError("files", `${disk.resolve(file)} does not exist`);
  const root = nodeDisk(disk.resolve(results));
  const inputs = await engine.hashInputs(disk, files);
  const config = { rows: from === undefined ? "traces" : "table", dataset, seed };
  const own = /^selfcorrect\/([^/]+)\//.exec(path.relative(root.resolve("."), disk.resolve(files[0] ?? "")));
  const hashes = inputs.map(({ sha256 }) => sha256);
  const run = flags.run ?? own?.[1] ?? `classifier-${contentHash({ config, hashes }).slice(0, 8)}`;
  const name = { study: "selfcorrect", run, stage: "classifier" };
  const command = [script.name, ...selfcorrect.trainWords(flags)];
  const environment = await engine.stageEnvironment(disk, realClock.now());
  const spec = { ...name, config, inputs, seeds: { seed }, again, command, environment };
  await engine.tableStage({ root, clock: realClock, spec }, async (stage) => {
    const rows = () => selfcorrect.trainingRows(traceLines(disk, files), { scoringOf });
    const given = from ? await csvRows(disk, from) : rows();
    const prepared = await selfcorrect.prepareData(given, { scoringOf, dataset, seed });
    const trained = selfcorrect.trainAndEvaluate(prepared.examples, { seed, name: run });
    const { model, vectorizer, evaluation } = trained;
    await root.write(stage.path("model.json"), selfcorrect.saveModel(model, vectorizer));
    await root.write(stage.path("evaluation.json"), `${JSON.stringify(evaluation, null, 2)}\n`);
    await engine.writeLines(root, stage.path("bad-rows.jsonl"), () => prepared.bad.map((row) => JSON.stringify(row)));
    const outputs = ["model.json", "evaluation.json", "bad-rows.jsonl", "report.html"];
    if (!from) await engine.writeLines(root, stage.path("training_data.csv"), () => selfcorrect.csvLines(rows()));
    await saveReport(root, stage.folder, selfcorrect.trainReport(run, evaluation, prepared), { figures: false });
    for (const sentence of selfcorrect.trainSentences(evaluation, prepared)) print(sentence);
    const counts = { done: prepared.rows, failed: selfcorrect.badRows(prepared) };
    const metrics = selfcorrect.trainMetrics(evaluation, prepared);
    return { outputs: from ? outputs : [...outputs, "training_data.csv"], counts, metrics };
  });
  const metrics = await readMetrics(root, `selfcorrect/${run}/classifier`);
  if (metrics) print(table(selfcorrect.metricRows(metrics)));
  print(`written: ${root.resolve(`selfcorrect/${run}/classifier`)}`);
});
