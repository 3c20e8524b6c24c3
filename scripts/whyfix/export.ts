// npx zx scripts/whyfix/export.ts 0622-1458
// Writes a finished run in the original study's shapes and names below results/whyfix/<DATE>/export/: batchFile/…,
// batchResult/…, structured_api_data_….jsonl and df_examples_updated_<DATE>.jsonl. Each file whole, no calls.
import type { BatchEvent } from "corrigenda/batch";
import { defineScript, main } from "corrigenda/cli";
import { engineFlags, inputFiles, providerOf, readTable, writeLines } from "corrigenda/engine";
import { collect, nodeDisk } from "corrigenda/files";
import type { JsonObject } from "corrigenda/json";
import { requestKey } from "corrigenda/provider";
import { requireStage } from "corrigenda/results";
import { openLocalStore, readJournal } from "corrigenda/store";
import { realClock } from "corrigenda/time";
import {
  cellItems,
  checkDate,
  exportPlan,
  type GroupExport,
  matchedById,
  resultLine,
  StepConfig,
  StructuredRecord,
  setUp,
  stepGroups,
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
  const stageOf = (stage: string) =>
    requireStage(root, { study: "whyfix", run, stage }, `npx zx scripts/whyfix/${stage}.ts ${run}`);
  const [step2, step4] = [await stageOf("step2"), await stageOf("step4")];
  const config = StepConfig.parse(step4.manifest.config);
  const { experiment, source, rows } = await setUp(inputFiles(around.disk), config);
  const records = (stage: typeof step2) =>
    readTable(root, `${stage.folder}/${stage.manifest.stage}.jsonl`, StructuredRecord);
  const matched = matchedById(await collect(records(step2)));
  const provider = providerOf(config.provider);
  const store = await openLocalStore(
    nodeDisk(root.resolve(`.store/${provider.name === "offline" ? "offline" : "live"}`)),
    realClock,
  );
  const prompt = whyfixPrompt(experiment);
  const groupsOf = async (step: 1 | 3): Promise<GroupExport[]> => {
    const events = await readJournal<BatchEvent>(root, `whyfix/${run}/step${step}/journal.jsonl`);
    const files = events.flatMap((event) =>
      event.t === "uploaded" && event.file ? [{ id: event.file, object: "file", purpose: "batch" }] : [],
    );
    const batches = events.flatMap((event) =>
      event.t === "created" ? [{ id: event.batch, object: "batch", metadata: { chunk: event.chunk } }] : [],
    );
    return stepGroups(experiment, step, { dataset: source.code, sampleSize: source.size }).map((group) => {
      const wires = function* () {
        for (const item of cellItems(group.cells, rows, matched))
          yield { id: prompt.id(item), wire: provider.encode(prompt.request(item)) };
      };
      return {
        ...group,
        tasks: () => wires().map(({ id, wire }) => provider.batch?.line(id, wire) ?? wire.body),
        files: () => files.map((file) => JSON.stringify(file)),
        batches: () => batches.map((batch) => JSON.stringify(batch)),
        results: async function* () {
          for (const { id, wire } of wires()) {
            const kept = await store.get(requestKey(provider, wire));
            if (kept) yield resultLine(id, kept.raw as JsonObject);
          }
        },
      };
    });
  };
  const groups = [...(await groupsOf(1)), ...(await groupsOf(3))];
  const all = async function* () {
    yield* records(step2);
    yield* records(step4);
  };
  const plan = exportPlan({
    experiment,
    date: run,
    groups,
    records: all,
    rows: { [source.code]: () => rows },
    matched,
  });
  for (const { path, lines } of plan) await writeLines(root, `whyfix/${run}/export/${path}`, lines);
  await store.close();
  around.print(`export ${run}: ${plan.length} files in ${root.resolve(`whyfix/${run}/export`)}`);
});
