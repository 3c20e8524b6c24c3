// npx zx scripts/labeling/read-papers.ts --input data/sample/papers --run sample
// The papers' pages as text, before anything is asked: results/labeling/<run>/text/{documents,pages}.jsonl, and below
// export/ output/text/<doc>.json and output/raw_text/<doc>.json. run-batch.ts --process extraction starts it.
import { defineScript, main, parseYaml } from "corrigenda/cli";
import { engineFlags, hashInputs, stageEnvironment, writeLines } from "corrigenda/engine";
import { nodeDisk, readText } from "corrigenda/files";
import * as labeling from "corrigenda/labeling";
import { readPdfs } from "corrigenda/pdf";
import { openStage } from "corrigenda/results";
import { realClock } from "corrigenda/time";

const script = defineScript({
  name: "scripts/labeling/read-papers.ts",
  summary: "labeling: reads the papers of a folder, page by page.",
  flags: { ...labeling.runFlags, ...labeling.inputFlags, results: engineFlags.results },
  examples: ["npx zx scripts/labeling/read-papers.ts --input data/sample/papers --run sample"],
});

await main(script, async (flags, { disk, log, print, signal }) => {
  const root = nodeDisk(disk.resolve(flags.results));
  const config = parseYaml(await readText(disk, flags.config), flags.config, labeling.LabelingConfig);
  const [run, input] = [flags.run ?? labeling.defaultRun(config), flags.input ?? config.INPUT_DIR];
  const names = await disk.list(input);
  const sources = new Map<string, string>();
  for (const file of names.filter((name) => /\.json$/i.test(name))) {
    const source = labeling.textSource(await readText(disk, `${input}/${file}`));
    if (source === undefined) log.warn(`${input}/${file} is no text file of the form {source, pages}: left out`);
    else sources.set(file, source);
  }
  const files = labeling.documentFiles(input, names, sources);
  const { PREFILTER, PDF_READER } = config;
  await using stage = await openStage({
    ...{ root, study: "labeling", run, stage: "text", clock: realClock, config: { input, PDF_READER, PREFILTER } },
    command: [script.name, "--run", "{run}", "--input", input, "--config", flags.config],
    inputs: await hashInputs(
      disk,
      files.map(({ file }) => `${input}/${file}`),
    ),
    environment: await stageEnvironment(disk, realClock.now()),
  });
  if (stage.state === "finished") return print(`text ${run}: nothing to do, it is finished`);
  const out = nodeDisk(disk.resolve(labeling.exportFolder(config, root.resolve(`labeling/${run}`))));
  const folder = nodeDisk(disk.resolve(input));
  const documents: labeling.DocumentRow[] = [];
  const reading = {
    text: (file: string) => readText(folder, file),
    pdfs: (pdfs: readonly string[]) => readPdfs(folder, pdfs, { reader: PDF_READER }),
  };
  const lines = async function* () {
    for await (const { row, pages } of labeling.readDocuments(files, reading, labeling.prefilter(PREFILTER))) {
      signal.throwIfAborted();
      documents.push(row);
      if (row.reason !== null) log.warn(`${row.file}: ${row.reason}`);
      for (const { path, text } of labeling.textOutputs(row, pages)) await out.write(path, text);
      for (const page of pages) yield JSON.stringify(page);
    }
  };
  await writeLines(root, stage.path("pages.jsonl"), lines);
  await writeLines(root, stage.path("documents.jsonl"), () => documents.map((row) => JSON.stringify(row)));
  const counts = labeling.textCounts(documents);
  await stage.finish({ outputs: ["documents.jsonl", "pages.jsonl"], counts });
  print(`text ${run}: ${labeling.textSentence(counts, PREFILTER)}`);
});
