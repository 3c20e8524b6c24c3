// npx zx scripts/labeling/annotate.ts export --run sample
// npx zx scripts/labeling/annotate.ts import anna.csv ben.csv --run sample [--adjudicated adjudication.csv]
// export writes results/labeling/<run>/to-annotate/: tasks.json and label-config.xml for Label Studio, mentions.csv for a
// spreadsheet, pages.jsonl. import writes annotations-<hash>/: marks.jsonl, agreement.jsonl, adjudication.csv, gold.jsonl, metrics.json.
import path from "node:path";
import { defineScript, main, table } from "corrigenda/cli";
import * as engine from "corrigenda/engine";
import { collect, nodeDisk, readText } from "corrigenda/files";
import { sha256 } from "corrigenda/json";
import * as labeling from "corrigenda/labeling";
import { requireStage, stagesOf } from "corrigenda/results";
import { realClock } from "corrigenda/time";
import { z } from "zod";

const script = defineScript({
  name: "scripts/labeling/annotate.ts",
  summary: "labeling: hands mentions to people, and reads what one or two of them say.",
  positionals: {
    action: z.enum(["export", "import"]),
    first: z.string().optional().describe("import: a filled-in CSV, or Label Studio's JSON export"),
    second: z.string().optional().describe("import: the second person's"),
  },
  flags: {
    ...labeling.runFlags,
    empty: z
      .number()
      .int()
      .min(0)
      .default(20)
      .describe("export: pages on which nothing was found, to see what was missed"),
    adjudicated: z.string().optional().describe("import: adjudication.csv with its decisions"),
    results: engine.engineFlags.results,
  },
  examples: ["npx zx scripts/labeling/annotate.ts import anna.csv ben.csv --run sample"],
});

await main(script, async (flags, { disk, print }) => {
  const { action, first, second, adjudicated, empty } = flags;
  const root = nodeDisk(disk.resolve(flags.results));
  const run = await engine.runOf(disk, flags, labeling.LabelingConfig, labeling.defaultRun);
  const name = { study: "labeling", run };
  const environment = await engine.stageEnvironment(disk, realClock.now());
  const save = (spec: Omit<engine.StageSpec, "study" | "run" | "environment">, made: labeling.MadeFiles) =>
    engine.tableStage({ root, clock: realClock, spec: { ...spec, ...name, environment } }, async (stage) => {
      for (const [file, text] of Object.entries(made.files)) await root.write(stage.path(file), text);
      return { outputs: Object.keys(made.files), counts: made.counts, ...(made.metrics && { metrics: made.metrics }) };
    });
  if (action === "export") {
    const stages = await collect(stagesOf(root, name));
    const last = labeling.lastProcess(stages);
    const { manifest, parent } = await engine.requireStages(root, name, labeling.stagesThrough(last, run));
    const { SEED: seed } = labeling.LabelingStage.parse(manifest.config).labeling;
    const pages = await labeling.annotationPages(
      engine.readTable(root, labeling.tables.pages(run), labeling.PageRow),
      engine.readTable(root, labeling.tables.mentions(run, last), labeling.Mention),
      { empty, seed },
    );
    const command = [script.name, "export", "--run", "{run}", "--empty", String(empty)];
    const spec = { stage: "to-annotate", config: { empty }, command, seeds: { empty: seed }, parents: [parent] };
    await save(spec, labeling.exportFiles(pages, `${run} ${last}`));
    return print(labeling.exportSentence(pages, root.resolve(`labeling/${run}/to-annotate`)));
  }
  const given = [first, second, adjudicated].filter((file) => file !== undefined);
  const exported = { ...name, stage: "to-annotate" };
  const before = await requireStage(root, exported, `npx zx ${script.name} export --run ${run}`);
  const pages = await collect(engine.readTable(root, `${before.folder}/pages.jsonl`, labeling.AnnotationPage));
  const texts = await Promise.all(given.map((file) => readText(disk, file)));
  const files = given.map((file, at) => ({ file, name: path.parse(file).name, text: texts[at] ?? "" }));
  const decisions = adjudicated === undefined ? undefined : files.pop();
  const imported = labeling.importAnswers(files, decisions, pages);
  const stage = `annotations-${sha256(texts.join("\0")).slice(0, 8)}`;
  const words = [first, second].filter((file) => file !== undefined);
  const more = adjudicated === undefined ? [] : ["--adjudicated", adjudicated];
  const command = [script.name, "import", ...words, "--run", "{run}", ...more];
  const inputs = await engine.hashInputs(disk, given);
  const config = { annotators: [...imported.annotators] };
  await save({ stage, config, command, inputs, seeds: { bootstrap: 123 }, parents: [before.parent] }, imported.made);
  if (imported.table.length > 0) print(table(imported.table));
  print(`${imported.sentence}: ${root.resolve(`labeling/${run}/${stage}/gold.jsonl`)}`);
});
