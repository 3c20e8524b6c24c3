// npx zx scripts/labeling/run-batch.ts --process extraction
// Hands in one of the three processes. Writes results/labeling/<run>/<process>/, and below export/ each document's
// requests, the merged batches and extraction_outputs/<process>_batches.txt. retrieve-results.ts waits for the replies.
import { defineScript, main, parseYaml, runStep } from "corrigenda/cli";
import { declarationOf } from "corrigenda/dataset";
import * as engine from "corrigenda/engine";
import { nodeDisk, readText } from "corrigenda/files";
import * as labeling from "corrigenda/labeling";
import { commandLine } from "corrigenda/text";
import { realClock } from "corrigenda/time";
import { z } from "zod";

const script = defineScript({
  name: "scripts/labeling/run-batch.ts",
  summary: "labeling: hands in extraction, judge or reasoning as batches.",
  flags: {
    ...{ ...labeling.processFlag, ...labeling.runFlags, ...labeling.inputFlags, ...engine.engineFlags },
    dryRun: z.boolean().default(false).describe("count and price only; papers are read, nothing is sent"),
  },
  examples: ["npx zx scripts/labeling/run-batch.ts --process extraction --input data/sample/papers --run sample"],
});

await main(script, async (flags, around) => {
  const { process: doing, results } = flags;
  const root = nodeDisk(around.disk.resolve(results));
  const given = parseYaml(await readText(around.disk, flags.config), flags.config, labeling.LabelingConfig);
  const [run, input] = [flags.run ?? labeling.defaultRun(given), flags.input ?? given.INPUT_DIR];
  if (doing === "extraction") {
    const words = ["--run", run, "--input", input, "--config", flags.config, "--results", results];
    await runStep(["scripts/labeling/read-papers.ts", ...words], around.signal);
  }
  const before = await engine.requireStages(root, { study: "labeling", run }, labeling.stagesBefore(doing, run));
  const provider = { ...engine.providerSettings(given.provider, flags), model: given.MODEL };
  const { redact, iMaySend } = flags;
  const chosen = { input, labeling: given, provider, redact, iMaySend };
  const recorded = doing === "extraction" ? undefined : before.manifest.config;
  const choice = labeling.choiceOf(recorded, chosen, flags, run);
  const settings = { ...choice.provider, ...(flags.baseUrl && { baseUrl: flags.baseUrl }) } as typeof provider;
  const config = choice.labeling;
  const dataset = declarationOf(labeling.datasetOf(choice.input));
  const read: labeling.TableReader = (path, schema) => engine.readTable(root, path, schema);
  const question = labeling.labelingQuestion(doing, config, labeling.tablesOf(doing, run, read));
  if (flags.dryRun) {
    const at = realClock.now();
    const list = await engine.priceRows({ ...question, provider: engine.readingProvider(settings), at });
    for (const line of engine.priceLines(list)) around.print(line);
    return;
  }
  const wiring = { results, simulators: [labeling.simulateLabeling], env: process.env, around, dataset };
  await using place = await engine.openWorkplace({ ...wiring, provider: settings, iMaySend: choice.iMaySend });
  const next = labeling.commandOf("collect", doing, "{run}");
  const first = ["--input", input, "--config", flags.config, ...engine.recordedFlags(flags)];
  const spec = {
    ...{ study: "labeling", run, stage: doing, parents: [before.parent], prompts: labeling.promptHashes(config) },
    command: [...labeling.commandOf("submit", doing, "{run}"), ...(recorded ? [] : first)],
    config: labeling.stageConfig({ ...choice, next }, engine.recordedSettings(settings, place.provider.base)),
    environment: await engine.stageEnvironment(around.disk, place.clock.now()),
  };
  const guard = { ...choice, dataset };
  const end = await engine.submitStage(place, spec, { ...question, guard, maxCostUsd: flags.maxCost });
  const out = nodeDisk(around.disk.resolve(labeling.exportFolder(config, root.resolve(`labeling/${run}`))));
  const line = engine.requestLines(place, question.prompt, guard);
  for await (const { path, text } of labeling.requestFiles(doing, question.rows(), line)) await out.write(path, text);
  const [file, ids] = [(n: number) => labeling.paths.merged(doing, n), labeling.paths.batchIds(doing)];
  const batches = await engine.exportHanded(root, `labeling/${run}/${doing}`, { out, ids, file });
  around.print(engine.handedSentence(`${doing} ${run}`, end));
  for (const { id } of batches) around.print(`batch ${id}`);
  const command = commandLine([...labeling.commandOf("collect", doing, run), ...engine.placeWords(flags)]);
  around.print(`next: ${command} (it waits for "completed": up to 24 h)`);
});
