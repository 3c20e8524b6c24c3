// npx zx scripts/whyfix/correct.ts sample-longman small 0622-1458
// Asks a model to correct each learner's sentence, with nothing given away, and compares with the editor's word. Writes
// results/whyfix/<DATE>/correct1/ (requests) and correct2/ (correct2.jsonl, metrics.json). Same command: goes on.
import { defineScript, main, table } from "corrigenda/cli";
import { declarationOf } from "corrigenda/dataset";
import * as engine from "corrigenda/engine";
import { readMetrics } from "corrigenda/results";
import { realClock } from "corrigenda/time";
import * as whyfix from "corrigenda/whyfix";
import { z } from "zod";

const script = defineScript({
  name: "scripts/whyfix/correct.ts",
  summary: "whyfix, corrections: proposes the editor's word from the learner's sentence alone.",
  positionals: whyfix.stepArguments,
  flags: {
    ...{ ...engine.waitFlags, ...engine.engineFlags, ...whyfix.startFlags },
    dryRun: z.boolean().default(false).describe("count and price only; nothing is written or sent"),
  },
  examples: ["npx zx scripts/whyfix/correct.ts sample-longman small 0622-1458"],
});

await main(script, async (flags, around) => {
  const { sampleType, embeddingSize: embedding, experiment, model, redact, iMaySend, maxCost: maxCostUsd } = flags;
  const run = whyfix.checkDate(flags.date);
  const setup = await whyfix.setUp(engine.inputFiles(around.disk), { sampleType, embedding, experiment, model });
  const provider = engine.providerSettings(setup.experiment.provider, flags);
  for (const notice of whyfix.rowNotices(setup, provider.name)) around.log.info(notice);
  const prompt = whyfix.correctionPrompt(setup.experiment);
  const asked = { prompt, rows: () => whyfix.correctionItems(setup), output: whyfix.CORRECTION_TOKENS };
  if (flags.dryRun) {
    const list = await engine.priceRows({ ...asked, provider: engine.readingProvider(provider), at: realClock.now() });
    for (const line of engine.priceLines(list)) around.print(line);
    return;
  }
  const [simulators, dataset] = [[whyfix.simulateWhyfix], declarationOf(setup.dataset)];
  await using place = await engine.openWorkplace({ ...flags, provider, dataset, simulators, env: process.env, around });
  const words = [...whyfix.startWords(flags), ...engine.recordedFlags(flags)];
  const command = [script.name, sampleType, embedding, "{run}", ...words];
  const recorded = engine.recordedSettings(provider, place.provider.base);
  const chosen = { sampleType, embedding, experiment, ...(model === undefined ? {} : { model }) };
  const spec = {
    ...{ study: "whyfix", run, command, again: flags.again, prompts: [whyfix.correctionHash()] },
    config: { ...chosen, provider: recorded, redact, iMaySend, next: command },
    inputs: await engine.hashInputs(around.disk, setup.inputs),
    environment: await engine.stageEnvironment(around.disk, place.clock.now()),
  };
  const context = { provider: place.provider.name };
  const end = await engine.askStages(
    place,
    spec,
    { ...asked, guard: { dataset, iMaySend, redact }, maxCostUsd },
    {
      ...{ submit: "correct1", collect: "correct2", once: flags.once },
      lines: (outcomes) => whyfix.correctionLines(context, outcomes),
      metrics: (path) =>
        whyfix.correctionMetrics(context.provider, engine.readTable(place.root, path, whyfix.CorrectionRecord)),
    },
  );
  around.print(engine.endSentence(`correct2 ${run}`, end));
  const metrics = await readMetrics(place.root, `whyfix/${run}/correct2`);
  if (metrics) around.print(table(whyfix.metricRows([metrics.headline, ...metrics.metrics])));
});
