// npx zx scripts/ilm/csv-to-txt.ts --csv-path norm-EFCAMDAT-ALL-CONCAT.csv --output-dir data/raw/efcamdat_all
// Learner texts as corpus files: train.txt, valid.txt, test.txt (documents apart by two blank lines) and corpus.json.
import { defineScript, main } from "corrigenda/cli";
import { efcamdat, merlin } from "corrigenda/dataset";
import { StudyError } from "corrigenda/error";
import { nodeDisk } from "corrigenda/files";
import * as ilm from "corrigenda/ilm";
import { z } from "zod";

const script = defineScript({
  name: "scripts/ilm/csv-to-txt.ts",
  summary: "ilm: EFCAMDAT's CSV (or MERLIN's JSONL) to train, valid and test documents.",
  flags: {
    csvPath: z.string().describe("EFCAMDAT's CSV, or MERLIN's .jsonl"),
    outputDir: z.string().describe("folder of train.txt, valid.txt, test.txt, corpus.json"),
    ...ilm.corpusFlags,
  },
  examples: [
    "npx zx scripts/ilm/csv-to-txt.ts --csv-path corpus.csv --output-dir data/raw/efcamdat_C1 --cefr-level C1",
    "npx zx scripts/ilm/csv-to-txt.ts --csv-path corpus.csv --output-dir data/raw/efcamdat_samples --sample-size 100",
  ],
});

/** Documents between two looks at the progress. */
const TOLD = 10_000;

await main(script, async ({ csvPath, outputDir, ...flags }, { disk, log, print, progress, signal }) => {
  if ((await disk.size(csvPath)) === undefined)
    throw new StudyError("files", `${disk.resolve(csvPath)} does not exist; docs/ilm.md says how to get the data`);
  const dataset = csvPath.endsWith(".jsonl") ? merlin : efcamdat;
  async function* interruptible(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const part of bytes) {
      signal.throwIfAborted();
      yield part;
    }
  }
  const folder = nodeDisk(disk.resolve(outputDir));
  await using writer = await ilm.corpusWriter(folder);
  const { cefrLevel, lang: language } = flags;
  const survey = await ilm.survey(dataset.rows({ file: csvPath, bytes: interruptible(disk.read(csvPath)) }), {
    language,
    keep: (number, { row, text }) => {
      if (number % TOLD === 0) progress.update({ label: "documents", done: number });
      return cefrLevel === undefined || row.level === cefrLevel ? writer.documents.add(number, text) : undefined;
    },
  });
  progress.end();
  const plan = ilm.planCorpus(survey, flags);
  for (const line of ilm.statisticsLines(plan.statistics)) print(line);
  const files = await writer.write(plan.splits, survey.length);
  for (const line of ilm.corpusLines(survey, plan, files)) print(line);
  const record = ilm.corpusRecord(survey, plan, files, flags);
  log.debug(ilm.usageLine(process.resourceUsage()));
  await folder.write("corpus.json", `${JSON.stringify({ dataset: dataset.name, ...record }, null, 2)}\n`);
});
