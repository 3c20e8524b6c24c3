// npx zx scripts/whyfix/step2.ts 0622-1458
// Waits for what step 1 handed in, checks every reply and writes results/whyfix/<DATE>/step2/: step2.jsonl (a record per
// request, failures included), metrics.json and ledger.jsonl.
import { defineScript, main } from "corrigenda/cli";
import { declarationOf } from "corrigenda/dataset";
import {
  collectStage,
  endSentence,
  goOnFrom,
  inputFiles,
  placeWords,
  readTable,
  waitFlags,
  writeLines,
} from "corrigenda/engine";
import { nodeDisk } from "corrigenda/files";
import { requireStage } from "corrigenda/results";
import { commandLine } from "corrigenda/text";
import {
  checkDate,
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
  name: "scripts/whyfix/step2.ts",
  summary: "whyfix, step 2 of 4: waits for step 1's replies and checks them.",
  positionals: { date: z.string().describe("the run's name, MMDD-HHMM") },
  flags: waitFlags,
  examples: ["npx zx scripts/whyfix/step2.ts 0622-1458", "npx zx scripts/whyfix/step2.ts 0622-1458 --once"],
});

await main(script, async (flags, around) => {
  const run = checkDate(flags.date);
  const root = nodeDisk(around.disk.resolve(flags.results));
  const name = { study: "whyfix", run };
  const first = `npx zx scripts/whyfix/step1.ts <SAMPLE_TYPE> <EMBEDDING_SIZE> ${run}`;
  const step1 = await requireStage(root, { ...name, stage: "step1" }, first);
  const config = StepConfig.parse(step1.manifest.config);
  const setup = await setUp(inputFiles(around.disk), config);
  const { provider } = config;
  const wiring = { simulators: [simulateWhyfix], env: process.env, around, provider, paths: setup.inputs };
  const { place, spec } = await goOnFrom(step1, { ...flags, ...wiring });
  await using _ = place;
  const { experiment } = setup;
  const context = { experiment, provider: place.provider.name };
  const guard = { ...config, dataset: declarationOf(setup.dataset) };
  const question = { ...stepQuestion(setup, 1), guard, maxCostUsd: flags.maxCost };
  const stage = {
    ...{ ...spec, ...name, stage: "step2", command: [script.name, "{run}"], prompts: setup.prompts },
    ...{ parents: [step1.parent], again: flags.again },
  };
  const end = await collectStage(place, stage, question, {
    ...{ of: "step1", once: flags.once },
    write: async (outcomes, { path }) => {
      const table = path("step2.jsonl");
      await writeLines(root, table, () => recordLines(context, outcomes));
      const metrics = await metricsOf(context, readTable(root, table, StructuredRecord), setup.rows);
      return { outputs: ["step2.jsonl"], metrics };
    },
  });
  around.print(endSentence(`step2 ${run}`, end));
  if (end.state === "open") return;
  around.print(
    `next: ${commandLine(["scripts/whyfix/step3.ts", config.sampleType, config.embedding, run, ...placeWords(flags)])}`,
  );
});
