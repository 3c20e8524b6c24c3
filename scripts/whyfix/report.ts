// npx zx scripts/whyfix/report.ts 0622-1458
// Writes into results/whyfix/<DATE>/, from step 2 and, where it is finished, step 4: report.html, a page of its own;
// tables/ (CSV, LaTeX, Parquet); figures/ (interactive HTML, SVG, PNG, PDF). No calls: requests are built again from the
// inputs, whose hashes must hold, and replies come from the store.
import { defineScript, main, table as textTable } from "corrigenda/cli";
import { declarationOf } from "corrigenda/dataset";
import * as engine from "corrigenda/engine";
import { collect, nodeDisk } from "corrigenda/files";
import { requestKey } from "corrigenda/provider";
import { saveReport } from "corrigenda/report";
import { requireStage, stagesOf } from "corrigenda/results";
import {
  cellHrefs,
  checkDate,
  type Exchange,
  evaluationPage,
  matchedById,
  pickedItems,
  pickRecords,
  StepConfig,
  StructuredRecord,
  setUp,
  stageQuestion,
  summarize,
  summaryTable,
  whyfixPrompt,
  whyfixReport,
} from "corrigenda/whyfix";
import { z } from "zod";

const script = defineScript({
  name: "scripts/whyfix/report.ts",
  summary: "Writes the report of a whyfix run: figures, tables, every request and reply.",
  positionals: { date: z.string().describe("the run's name, MMDD-HHMM") },
  flags: {
    figures: z.boolean().default(true).describe("save every figure as interactive HTML, SVG, PNG and PDF"),
    results: engine.engineFlags.results,
  },
  examples: ["npx zx scripts/whyfix/report.ts 0622-1458", "npx zx scripts/whyfix/report.ts 0622-1458 --figures=false"],
});

await main(script, async (flags, { disk, print, ...around }) => {
  const [run, root] = [checkDate(flags.date), nodeDisk(disk.resolve(flags.results))];
  const second = { study: "whyfix", run, stage: "step2" };
  const step2 = await requireStage(root, second, `npx zx scripts/whyfix/step2.ts ${run}`);
  const stages = await collect(stagesOf(root, second));
  const isWhole = stages.some(({ stage, state }) => stage === "step4" && state === "finished");
  const config = StepConfig.parse(step2.manifest.config);
  const setup = await setUp(engine.inputFiles(disk), config);
  engine.sameInputs(step2, await engine.hashInputs(disk, setup.inputs));
  await using kept = await engine.openKept(root, config.provider, around);
  const { provider, store } = kept;
  const table2 = () => engine.readTable(root, `${step2.folder}/step2.jsonl`, StructuredRecord);
  const records = async function* () {
    yield* table2();
    if (isWhole) yield* engine.readTable(root, `whyfix/${run}/step4/step4.jsonl`, StructuredRecord);
  };
  const summary = await summarize(setup.experiment, provider.name, records());
  const picked = await pickRecords(summary, records());
  const guard = { ...config, provider, dataset: declarationOf(setup.dataset), now: 0 };
  const { prompt } = engine.guardPrompt(whyfixPrompt(setup.experiment), guard);
  const matched = isWhole ? matchedById(await collect(table2())) : undefined;
  const exchanges = new Map<string, Exchange>();
  for (const item of pickedItems(setup, picked, matched)) {
    const request = prompt.request(item);
    const key = requestKey(provider, provider.encode(request));
    const stored = await store.get(key);
    exchanges.set(prompt.id(item), { key, request, reply: stored && engine.replyOf(stored, provider)?.text });
  }
  const folder = `whyfix/${run}`;
  const pages = await evaluationPage(root, folder);
  const rebuild = (stage: string) => engine.askedAgain(stageQuestion(stage, setup, matched), config);
  const behind = await engine.writeBehind(root, second, rebuild, around);
  const cellHref = cellHrefs(setup, matched, engine.rowsHref(behind));
  const report = whyfixReport({ run, setup, config, isWhole, provider, summary, picked, exchanges, pages, cellHref });
  const file = await saveReport(root, folder, report, { ...flags, behind });
  await engine.writeIndex(root);
  print(`${textTable(summaryTable(summary))}\nreport: ${root.resolve(file)}`);
});
