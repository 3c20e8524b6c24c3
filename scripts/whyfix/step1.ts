// npx zx scripts/whyfix/step1.ts longman small 0622-1458
// Hands in the first requests: baseline, dictionary and collocation explanations, and the two knowledge tasks (causes,
// academic writing). Writes results/whyfix/<DATE>/step1/; step2.ts waits for the replies.
import { defineScript, main } from "corrigenda/cli";
import { declarationOf } from "corrigenda/dataset";
import {
  engineFlags,
  handedSentence,
  hashInputs,
  inputFiles,
  openWorkplace,
  placeWords,
  providerSettings,
  recordedFlags,
  recordedSettings,
  stageEnvironment,
  submitStage,
} from "corrigenda/engine";
import { commandLine } from "corrigenda/text";
import {
  checkDate,
  rowNotices,
  setUp,
  simulateWhyfix,
  startFlags,
  startWords,
  stepArguments,
  stepQuestion,
} from "corrigenda/whyfix";

const script = defineScript({
  name: "scripts/whyfix/step1.ts",
  summary: "whyfix, step 1 of 4: hands in baseline, dictionary, collocation and knowledge requests.",
  positionals: stepArguments,
  flags: { ...engineFlags, ...startFlags },
  examples: ["npx zx scripts/whyfix/step1.ts longman small 0622-1458"],
});

await main(script, async (flags, around) => {
  const { sampleType, embeddingSize: embedding, experiment, model, redact, iMaySend } = flags;
  const run = checkDate(flags.date);
  const setup = await setUp(inputFiles(around.disk), { sampleType, embedding, experiment, model });
  const provider = providerSettings(setup.experiment.provider, flags);
  for (const notice of rowNotices(setup, provider.name)) around.log.info(notice);
  const dataset = declarationOf(setup.dataset);
  await using place = await openWorkplace({
    ...flags,
    provider,
    dataset,
    simulators: [simulateWhyfix],
    env: process.env,
    around,
  });
  const next = ["scripts/whyfix/step2.ts", "{run}"];
  const spec = {
    ...{ study: "whyfix", run, stage: "step1", prompts: setup.prompts },
    command: [script.name, sampleType, embedding, "{run}", ...startWords(flags), ...recordedFlags(flags)],
    config: {
      sampleType,
      embedding,
      experiment,
      ...(model === undefined ? {} : { model }),
      provider: recordedSettings(provider, place.provider.base),
      redact,
      iMaySend,
      next,
    },
    inputs: await hashInputs(around.disk, setup.inputs),
    environment: await stageEnvironment(around.disk, place.clock.now()),
  };
  const guard = { dataset, iMaySend, redact };
  const end = await submitStage(place, spec, { ...stepQuestion(setup, 1), guard, maxCostUsd: flags.maxCost });
  around.print(handedSentence(`step1 ${run}`, end));
  around.print(`next: ${commandLine(["scripts/whyfix/step2.ts", run, ...placeWords(flags)])}`);
});
