// npx zx scripts/whyfix/export.ts 0622-1458
// Writes a finished run in the original study's shapes and names below results/whyfix/<DATE>/export/: batchFile/…,
// batchResult/…, structured_api_data_….jsonl and df_examples_updated_<DATE>.jsonl. Each file whole, no calls.
import type { BatchEvent } from "corrigenda/batch";
import { defineScript, main } from "corrigenda/cli";
import { engineFlags, inputFiles, openKept, readTable, writeLines } from "corrigenda/engine";
import { collect, nodeDisk } from "corrigenda/files";
import type { JsonObject } from "corrigenda/json";
import { requestKey } from "corrigenda/provider";
import { requireStage } from "corrigenda/results";
import { readJournal } from "corrigenda/store";
import {
  checkDate,
  exportGroups,
  exportPlan,
  matchedById,
  StepConfig,
  StructuredRecord,
  setUp,
  type WhyfixItem,
  whyfixPrompt,
} from "corrigenda/whyfix";
import { z } from "zod";

const script = defineScript({
  name: "scripts/whyfix/export.ts",
  summary: "Writes a finished whyfix run with the original study's file names.",
  positionals: { date: z.string().describe("the run's name, MMDD-HHMM") },
  flags: { results: engineFlags.results },
  examples: ["npx zx scripts/whyfix/export.ts 0622-1458"],
});

await main(script, async (flags, around) => {
  const run = checkDate(flags.date);
  const root = nodeDisk(around.disk.resolve(flags.results));
  const need = (stage: string) =>
    requireStage(root, { study: "whyfix", run, stage }, `npx zx scripts/whyfix/${stage}.ts ${run}`);
  const [step2, step4] = [await need("step2"), await need("step4")];
  const config = StepConfig.parse(step4.manifest.config);
  const setup = await setUp(inputFiles(around.disk), config);
  await using kept = await openKept(root, config.provider, around);
  const { provider, store } = kept;
  const prompt = whyfixPrompt(setup.experiment);
  const wire = (item: WhyfixItem) => provider.encode(prompt.request(item));
  const table2 = () => readTable(root, `${step2.folder}/step2.jsonl`, StructuredRecord);
  const matched = matchedById(await collect(table2()));
  const groupsOf = async (step: 1 | 3) => {
    const events = await readJournal<BatchEvent>(root, `whyfix/${run}/step${step}/journal.jsonl`);
    return exportGroups(setup, matched, {
      step,
      files: events.flatMap((event) => (event.t === "uploaded" && event.file ? [event.file] : [])),
      batches: events.flatMap((event) => (event.t === "created" ? [event.batch] : [])),
      line: (item, id) => provider.batch?.line(id, wire(item)) ?? wire(item).body,
      kept: async (item) => (await store.get(requestKey(provider, wire(item))))?.raw as JsonObject | undefined,
    });
  };
  const records = async function* () {
    yield* table2();
    yield* readTable(root, `${step4.folder}/step4.jsonl`, StructuredRecord);
  };
  const groups = [...(await groupsOf(1)), ...(await groupsOf(3))];
  const rows = { [setup.source.code]: () => setup.rows };
  const plan = exportPlan({ experiment: setup.experiment, date: run, groups, records, rows, matched });
  for (const { path, lines } of plan) await writeLines(root, `whyfix/${run}/export/${path}`, lines);
  around.print(`export ${run}: ${plan.length} files in ${root.resolve(`whyfix/${run}/export`)}`);
});
