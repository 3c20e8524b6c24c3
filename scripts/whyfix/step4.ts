// npx zx scripts/whyfix/step4.ts 0622-1458
// Waits for step 3's replies and finishes the run: results/whyfix/<DATE>/step4/ (step4.jsonl, metrics.json over all
// steps, ledger.jsonl), the original study's files in export/, and report.html.
import { defineScript, main, runStep } from "corrigenda/cli";
import { declarationOf } from "corrigenda/dataset";
import { collectStage, endSentence, goOnFrom, inputFiles, readTable, waitFlags, writeLines } from "corrigenda/engine";
import { collect, nodeDisk } from "corrigenda/files";
import { requireStage } from "corrigenda/results";
import {
  checkDate,
  matchedById,
  metricsOf,
  recordLines,
  StepConfig,
  StructuredRecord,
  setUp,
  simulateWhyfix,
  stepQuestion,
} from "corrigenda/whyfix";
import { z } from "zod";

const script = defineScript({
  name: "scripts/whyfix/step4.ts",
  summary: "whyfix, step 4 of 4: waits for step 3's replies, writes results, exports and the report.",
  positionals: { date: z.string().describe("the run's name, MMDD-HHMM") },
  flags: waitFlags,
  examples: ["npx zx scripts/whyfix/step4.ts 0622-1458"],
});

await main(script, async (flags, around) => {
  const run = checkDate(flags.date);
  const root = nodeDisk(around.disk.resolve(flags.results));
  const name = { study: "whyfix", run };
  const step2 = await requireStage(root, { ...name, stage: "step2" }, `npx zx scripts/whyfix/step2.ts ${run}`);
  const third = `npx zx scripts/whyfix/step3.ts <SAMPLE_TYPE> <EMBEDDING_SIZE> ${run}`;
  const step3 = await requireStage(root, { ...name, stage: "step3" }, third);
  const config = StepConfig.parse(step3.manifest.config);
  const setup = await setUp(inputFiles(around.disk), config);
  const { provider } = config;
  const wiring = { simulators: [simulateWhyfix], env: process.env, around, provider, paths: setup.inputs };
  const { place, spec } = await goOnFrom(step3, { ...flags, ...wiring });
  await using _ = place;
  const before = `${step2.folder}/step2.jsonl`;
  const matched = matchedById(await collect(readTable(root, before, StructuredRecord)));
  const { blocked, ...question } = stepQuestion(setup, 3, matched);
  const { experiment } = setup;
  const context = { experiment, provider: place.provider.name };
  const guard = { ...config, dataset: declarationOf(setup.dataset) };
  const stage = {
    ...{ ...spec, ...name, stage: "step4", command: [script.name, "{run}"], prompts: setup.prompts },
    ...{ parents: [step2.parent, step3.parent], again: flags.again },
  };
  const end = await collectStage(
    place,
    stage,
    { ...question, guard, maxCostUsd: flags.maxCost },
    {
      ...{ of: "step3", once: flags.once },
      write: async (outcomes, { path }) => {
        await writeLines(root, path("step4.jsonl"), () => recordLines(context, outcomes, blocked()));
        const all = async function* (): AsyncGenerator<StructuredRecord> {
          yield* readTable(root, before, StructuredRecord);
          yield* readTable(root, path("step4.jsonl"), StructuredRecord);
        };
        return { outputs: ["step4.jsonl"], metrics: await metricsOf(context, all(), setup.rows) };
      },
    },
  );
  around.print(endSentence(`step4 ${run}`, end));
  if (end.state === "open") return;
  const report = `whyfix/${run}/report.html`;
  if (!end.manifest && (await root.size(report)) !== undefined) return around.print(`report: ${root.resolve(report)}`);
  for (const step of ["export", "report"])
    await runStep([`scripts/whyfix/${step}.ts`, run, "--results", flags.results], around.signal);
});
