// npx zx scripts/labeling/retrieve-results.ts --process extraction
// Waits for what run-batch.ts handed in and reads every reply. Writes results/labeling/<run>/<process>-results/
// (replies.jsonl: a line per request, failures included; mentions.jsonl), and below export/ extraction_outputs/<process>/.
import { defineScript, main } from "corrigenda/cli";
import { declarationOf } from "corrigenda/dataset";
import * as engine from "corrigenda/engine";
import { collect, nodeDisk } from "corrigenda/files";
import * as labeling from "corrigenda/labeling";
import { locate } from "corrigenda/pdf";
import { commandLine } from "corrigenda/text";

const script = defineScript({
  name: "scripts/labeling/retrieve-results.ts",
  summary: "labeling: waits for the replies of a process and reads them.",
  flags: { ...labeling.processFlag, ...labeling.runFlags, ...engine.waitFlags },
  examples: ["npx zx scripts/labeling/retrieve-results.ts --process extraction --run sample --once"],
});

await main(script, async (flags, around) => {
  const { process: doing, once, again } = flags;
  const root = nodeDisk(around.disk.resolve(flags.results));
  const run = await engine.runOf(around.disk, flags, labeling.LabelingConfig, labeling.defaultRun);
  const name = { study: "labeling", run };
  const submitted = await engine.requireStages(root, name, labeling.stagesUpTo(doing, run));
  const recorded = labeling.LabelingStage.parse(submitted.manifest.config);
  const { provider, labeling: config } = recorded;
  const simulators = [labeling.simulateLabeling];
  const wiring = { simulators, env: process.env, around, provider, paths: [] };
  const { place, spec } = await engine.goOnFrom(submitted, { ...flags, ...wiring });
  await using _ = place;
  const read: labeling.TableReader = (path, schema) => engine.readTable(root, path, schema);
  const tables = labeling.tablesOf(doing, run, read);
  const guard = { ...recorded, dataset: declarationOf(labeling.datasetOf(recorded.input)) };
  const question = { ...labeling.labelingQuestion(doing, config, tables), guard, maxCostUsd: flags.maxCost };
  const out = nodeDisk(around.disk.resolve(labeling.exportFolder(config, root.resolve(`labeling/${run}`))));
  const folder = `labeling/${run}/${doing}`;
  const stage = {
    ...{ ...spec, ...name, stage: labeling.resultsStage(doing), prompts: labeling.promptHashes(config), again },
    ...{ command: labeling.commandOf("collect", doing, "{run}"), parents: [submitted.parent] },
  };
  const end = await engine.collectStage(place, stage, question, {
    ...{ of: doing, once },
    write: async (outcomes, { path }) => {
      await engine.writeLines(root, path("replies.jsonl"), () => labeling.replyLines(place.provider.name, outcomes));
      const replies = () => read(path("replies.jsonl"), labeling.ReplyRecord);
      const mentions = () => read(path("mentions.jsonl"), labeling.Mention);
      const made = () => labeling.mentionLines(doing, tables, replies(), { ...config, locate });
      await engine.writeLines(root, path("mentions.jsonl"), made);
      const documents = await collect(read(`labeling/${run}/text/documents.jsonl`, labeling.DocumentRow));
      const files = labeling.outputFiles({ process: doing, documents, mentions: mentions(), replies: replies() });
      for await (const file of files) await out.write(file.path, file.text);
      await engine.exportResults(place, folder, { out, file: (batch) => labeling.paths.results(doing, batch) });
      const numbers = { process: doing, provider: place.provider.name, replies: replies(), mentions: mentions() };
      return { outputs: ["mentions.jsonl", "replies.jsonl"], metrics: await labeling.labelingMetrics(numbers) };
    },
  });
  await engine.exportHanded(root, folder, { out, ids: labeling.paths.batchIds(doing) });
  around.print(engine.endSentence(`${doing} ${run}`, end));
  const next = labeling.processAfter(doing);
  if (end.state === "open") return;
  const command = next ? labeling.commandOf("submit", next, run) : ["scripts/labeling/report.ts", "--run", run];
  around.print(`next: ${commandLine([...command, ...engine.placeWords(next ? flags : { results: flags.results })])}`);
});
