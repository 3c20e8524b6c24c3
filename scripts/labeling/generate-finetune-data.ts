// npx zx scripts/labeling/generate-finetune-data.ts --run sample
// Fine-tuning data from the reasoning's results, in results/labeling/<run>/<data_id>/ (README.md there lists the files),
// and below export/ extraction_outputs/{simpleschema,finetune}/.
import { defineScript, main } from "corrigenda/cli";
import { declarationOf } from "corrigenda/dataset";
import * as engine from "corrigenda/engine";
import { nodeDisk, readText } from "corrigenda/files";
import { writeRows } from "corrigenda/frame";
import * as labeling from "corrigenda/labeling";
import { hashFile, openStage } from "corrigenda/results";
import { loadTokenizer } from "corrigenda/text";
import { realClock } from "corrigenda/time";

const script = defineScript({
  name: "scripts/labeling/generate-finetune-data.ts",
  summary: "labeling: makes fine-tuning data from the reasoning's results.",
  flags: { ...labeling.runFlags, ...labeling.finetuneFlags, results: engine.engineFlags.results },
  examples: ["npx zx scripts/labeling/generate-finetune-data.ts --run sample --manual labels.json"],
});

await main(script, async (flags, { disk, log, print }) => {
  const { split: by, manual, dataId, maxTokens } = flags;
  const root = nodeDisk(disk.resolve(flags.results));
  const run = await engine.runOf(disk, flags, labeling.LabelingConfig, labeling.defaultRun);
  const before = await engine.requireStages(root, { study: "labeling", run }, labeling.stagesThrough("reasoning", run));
  const recorded = labeling.LabelingStage.parse(before.manifest.config);
  const { SEED: seed, SPLIT: shares, MODEL: model } = recorded.labeling;
  const name = { study: "labeling", run, stage: dataId };
  await using stage = await openStage({
    ...{ ...name, root, clock: realClock, parents: [before.parent], seeds: { split: seed } },
    config: { split: by, shares, maxTokens, manual: manual ?? null },
    command: [script.name, "--run", "{run}", ...labeling.finetuneWords(flags)],
    inputs: await engine.hashInputs(disk, manual ? [manual] : []),
    environment: await engine.stageEnvironment(disk, realClock.now()),
  });
  if (stage.state === "finished") return print(`${dataId} ${run}: nothing to do, it is finished`);
  const rows: labeling.TableReader = (path, schema) => engine.readTable(root, path, schema);
  const joined = await labeling.joinPages(
    rows(labeling.tables.pages(run), labeling.PageRow),
    rows(labeling.tables.mentions(run, "reasoning"), labeling.Mention),
    await labeling.failedPages(rows(labeling.tables.replies(run, "extraction"), labeling.ReplyRecord)),
  );
  const labels = manual ? labeling.readManual(await readText(disk, manual), manual) : [];
  const { count } = await loadTokenizer("o200k_base");
  const split = { by, seed, shares };
  const data = labeling.finetuneData(joined, labels, { ...split, maxTokens, count });
  const files = labeling.finetuneFiles(dataId, data);
  for (const file of files) await engine.writeLines(root, stage.path(file.name), file.lines);
  const sides = labeling.SPLITS.filter((side) => data.records[side].length > 0);
  for (const side of sides)
    await writeRows(root, stage.path(`${dataId}-${side}.parquet`), labeling.tableRows(data.records[side]));
  const outputs = [...files.map((file) => file.name), ...sides.map((side) => `${dataId}-${side}.parquet`)].sort();
  const hashes = [];
  for (const path of outputs) hashes.push({ ...(await hashFile(root, stage.path(path))), path });
  const rights = declarationOf(labeling.datasetOf(recorded.input));
  const origin = { ...rights, provider: recorded.provider.name, model, manual, manifest: before.parent.manifestSha256 };
  const card = labeling.dataCard({ ...origin, dataId, run, split, maxTokens, files: hashes }, data);
  await root.write(stage.path("README.md"), card);
  const out = nodeDisk(disk.resolve(labeling.exportFolder(recorded.labeling, root.resolve(`labeling/${run}`))));
  for (const { path, text } of labeling.paperFiles(Object.values(data.records).flat())) await out.write(path, text);
  for (const path of outputs.filter((one) => one.endsWith(".json")))
    await engine.copyFile(root, stage.path(path), out, `extraction_outputs/finetune/${path}`);
  await stage.finish({ outputs: [...outputs, "README.md"], counts: labeling.finetuneCounts(data) });
  for (const warning of labeling.splitWarnings(data, by)) log.warn(warning);
  print(`${dataId} ${run}: ${labeling.finetuneSentence(data, by)}\ndata: ${root.resolve(stage.folder)}`);
});
