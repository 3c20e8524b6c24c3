// npx zx scripts/labeling/evaluate.ts --run sample --gold data/sample/papers-gold
// Compares a run with gold citations, after each process, beside a plain lexical baseline. Writes results/labeling/<run>/evaluation/:
// scores.jsonl, overrides.jsonl (what judge and reasoning changed, right or wrong), names.jsonl, metrics.json.
import { defineScript, main, table } from "corrigenda/cli";
import * as engine from "corrigenda/engine";
import { StudyError } from "corrigenda/error";
import { collect, nodeDisk, readText } from "corrigenda/files";
import * as labeling from "corrigenda/labeling";
import { openStage, stagesOf } from "corrigenda/results";
import { realClock } from "corrigenda/time";
import { z } from "zod";

const script = defineScript({
  name: "scripts/labeling/evaluate.ts",
  summary: "labeling: precision, recall and F1 against gold citations, after each process.",
  flags: {
    ...labeling.runFlags,
    gold: z.string().describe("a folder with gold_citations.json and publications.json"),
    results: engine.engineFlags.results,
  },
  examples: ["npx zx scripts/labeling/evaluate.ts --run sample --gold data/sample/papers-gold"],
});

await main(script, async (flags, { disk, log, print }) => {
  const root = nodeDisk(disk.resolve(flags.results));
  const run = await engine.runOf(disk, flags, labeling.LabelingConfig, labeling.defaultRun);
  const last = labeling.lastProcess(await collect(stagesOf(root, { study: "labeling", run })));
  const before = await engine.requireStages(root, { study: "labeling", run }, labeling.stagesThrough(last, run));
  const { provider, labeling: config } = labeling.LabelingStage.parse(before.manifest.config);
  const files = ["gold_citations.json", "publications.json"].map((name) => `${flags.gold}/${name}`);
  const [citations = "", publications = ""] = await Promise.all(files.map((file) => readText(disk, file)));
  const evaluation = await labeling.evaluate({
    ...{ gold: labeling.readGold(citations, publications), last, provider: provider.name, seed: config.SEED },
    mentions: () => engine.readTable(root, labeling.tables.mentions(run, last), labeling.Mention),
    pages: () => engine.readTable(root, labeling.tables.pages(run), labeling.PageRow),
  });
  const { rows, overrides, names, metrics, documents, absent } = evaluation;
  if (documents.length === 0)
    throw new StudyError(
      "dataset",
      `no document of run ${run} is in ${flags.gold}/publications.json; names go by PDF file`,
    );
  if (absent.length > 0) log.warn(`${absent.length} documents of the gold list are not in run ${run}`);
  await using stage = await openStage({
    ...{ root, study: "labeling", run, stage: "evaluation", clock: realClock, parents: [before.parent] },
    config: { gold: flags.gold },
    seeds: { bootstrap: config.SEED },
    command: [script.name, "--run", "{run}", "--gold", flags.gold],
    inputs: await engine.hashInputs(disk, files),
    environment: await engine.stageEnvironment(disk, realClock.now()),
  });
  const outputs = { "scores.jsonl": rows, "overrides.jsonl": overrides, "names.jsonl": names };
  for (const [file, lines] of Object.entries(outputs))
    await engine.writeLines(root, stage.path(file), () => lines.map((line) => JSON.stringify(line)));
  if (stage.state !== "finished") await stage.finish({ outputs: Object.keys(outputs), metrics });
  print(table(labeling.scoreTable(rows)));
  print(table(labeling.overrideTable(overrides)));
  print(labeling.evaluationSentence(evaluation, provider.name));
});
