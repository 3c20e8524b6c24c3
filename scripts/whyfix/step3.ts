// npx zx scripts/whyfix/step3.ts longman small 0622-1458
// Builds on step 2: hands in metalinguistic and mixed explanations with the causes and features that matched each row.
// Writes results/whyfix/<DATE>/step3/; step4.ts waits for the replies.
import { defineScript, main } from "corrigenda/cli";
import { declarationOf } from "corrigenda/dataset";
import {
  engineFlags,
  goOnFrom,
  handedSentence,
  inputFiles,
  placeWords,
  readTable,
  submitStage,
  waitFlags,
} from "corrigenda/engine";
import { collect, nodeDisk } from "corrigenda/files";
import type { JsonObject } from "corrigenda/json";
import { requireStage } from "corrigenda/results";
import { commandLine } from "corrigenda/text";
import {
  checkDate,
  matchedById,
  StepConfig,
  StructuredRecord,
  sameChoice,
  setUp,
  simulateWhyfix,
  stepArguments,
  stepQuestion,
} from "corrigenda/whyfix";

const script = defineScript({
  name: "scripts/whyfix/step3.ts",
  summary: "whyfix, step 3 of 4: hands in metalinguistic and mixed explanations, which build on step 2.",
  positionals: stepArguments,
  flags: { results: engineFlags.results, maxCost: engineFlags.maxCost, baseUrl: waitFlags.baseUrl },
  examples: ["npx zx scripts/whyfix/step3.ts longman small 0622-1458"],
});

await main(script, async (flags, around) => {
  const { sampleType, embeddingSize: embedding } = flags;
  const run = checkDate(flags.date);
  const root = nodeDisk(around.disk.resolve(flags.results));
  const name = { study: "whyfix", run };
  const step2 = await requireStage(root, { ...name, stage: "step2" }, `npx zx scripts/whyfix/step2.ts ${run}`);
  const config = StepConfig.parse(step2.manifest.config);
  sameChoice(config, { sampleType, embedding, experiment: config.experiment }, run);
  const setup = await setUp(inputFiles(around.disk), config);
  const { provider } = config;
  const wiring = { simulators: [simulateWhyfix], env: process.env, around, provider, paths: setup.inputs };
  const { place, spec } = await goOnFrom(step2, { ...flags, ...wiring });
  await using _ = place;
  const records = await collect(readTable(root, `${step2.folder}/step2.jsonl`, StructuredRecord));
  const { blocked, ...question } = stepQuestion(setup, 3, matchedById(records));
  const stage = {
    ...{ ...spec, ...name, stage: "step3", prompts: setup.prompts, parents: [step2.parent] },
    command: [script.name, sampleType, embedding, "{run}"],
    config: { ...(step2.manifest.config as JsonObject), next: ["scripts/whyfix/step4.ts", "{run}"] },
  };
  const guard = { ...config, dataset: declarationOf(setup.dataset) };
  const end = await submitStage(place, stage, { ...question, guard, maxCostUsd: flags.maxCost });
  const left = [...blocked()].length;
  if (left > 0) around.log.warn(`${left} requests cannot be asked: step 1 has no answer for them; step 4 records them`);
  around.print(handedSentence(`step3 ${run}`, end));
  around.print(`next: ${commandLine(["scripts/whyfix/step4.ts", run, ...placeWords(flags)])}`);
});
