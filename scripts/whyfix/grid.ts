// npx zx scripts/whyfix/grid.ts longman small 0622-1458 --methods BL,Dict --models gpt-6-luna --max-cost 20
// The full factorial grid, or the levels that are picked: prices and runs it. Methods that build on knowledge wait for
// it. Writes results/whyfix/<DATE>/grid1 … grid4/ as step1 … step4 do; the same command goes on after a stop.
import { defineScript, main } from "corrigenda/cli";
import { declarationOf } from "corrigenda/dataset";
import * as engine from "corrigenda/engine";
import { collect } from "corrigenda/files";
import { requireStage } from "corrigenda/results";
import { realClock } from "corrigenda/time";
import * as whyfix from "corrigenda/whyfix";
import { z } from "zod";

const level = z.string().optional().describe("levels to take, with commas; default: all");
const script = defineScript({
  name: "scripts/whyfix/grid.ts",
  summary: "whyfix, the full factorial grid: plans, prices (--dry-run) and runs it.",
  positionals: {
    ...whyfix.stepArguments,
  },
  flags: {
    ...{ methods: level, models: level, inputs: level, roles: level, temps: level, efforts: level, lengths: level },
    ...{ ...engine.waitFlags, ...engine.engineFlags },
    experiment: z.string().default("scripts/whyfix/experiment.yaml").describe("the experiment"),
    dryRun: z.boolean().default(false).describe("count and price only; nothing is written or sent"),
  },
  examples: ["npx zx scripts/whyfix/grid.ts sample-longman small 0622-1500 --methods BL,Dict --dry-run"],
});

await main(script, async (flags, around) => {
  const { sampleType, embeddingSize: embedding, experiment, redact, iMaySend, maxCost: maxCostUsd } = flags;
  const [run, study] = [whyfix.checkDate(flags.date), "whyfix"];
  const setup = await whyfix.setUp(engine.inputFiles(around.disk), { sampleType, embedding, experiment });
  const pick = whyfix.gridPick(flags);
  const halves = whyfix.gridHalves(setup, pick);
  const provider = engine.providerSettings(setup.experiment.provider, flags);
  for (const notice of whyfix.rowNotices(setup, provider.name)) around.log.info(notice);
  if (flags.dryRun) {
    const asked = whyfix.pricedQuestion(setup, halves.flat());
    const list = await engine.priceRows({ ...asked, provider: engine.readingProvider(provider), at: realClock.now() });
    around.print(`${halves.flat().length} cells × ${setup.rows.length} learner errors`);
    for (const line of engine.priceLines(list)) around.print(line);
    return;
  }
  const [simulators, dataset] = [[whyfix.simulateWhyfix], declarationOf(setup.dataset)];
  await using place = await engine.openWorkplace({ ...flags, provider, dataset, simulators, env: process.env, around });
  const words = ["--experiment", experiment, ...whyfix.pickWords(flags), ...engine.recordedFlags(flags)];
  const command = [script.name, sampleType, embedding, "{run}", ...words];
  const base = {
    sampleType,
    embedding,
    experiment,
    provider: engine.recordedSettings(provider, place.provider.base),
    redact,
    iMaySend,
  };
  const spec = {
    ...{ study, run, command, config: { ...base, pick, next: command }, prompts: setup.prompts, again: flags.again },
    inputs: await engine.hashInputs(around.disk, setup.inputs),
    environment: await engine.stageEnvironment(around.disk, place.clock.now()),
  };
  const guard = { dataset, iMaySend, redact };
  const context = { experiment: setup.experiment, provider: place.provider.name };
  const records = (path: string) => engine.readTable(place.root, path, whyfix.StructuredRecord);
  let matched: whyfix.MatchedById = new Map();
  for (const [half, cells] of halves.entries()) {
    if (cells.length === 0) continue;
    const { blocked, ...asked } = whyfix.gridQuestion(setup, cells, matched);
    const [submit, answers] = [`grid${half * 2 + 1}`, `grid${half * 2 + 2}`];
    const options = {
      ...{ submit, collect: answers, once: flags.once },
      lines: (outcomes: whyfix.Outcomes) => whyfix.recordLines(context, outcomes, blocked()),
      metrics: (path: string) => whyfix.metricsOf(context, records(path), setup.rows),
    };
    const end = await engine.askStages(place, spec, { ...asked, guard, maxCostUsd }, options);
    around.print(engine.endSentence(`${answers} ${run}`, end));
    if (end.state === "open") return;
    const { folder } = await requireStage(place.root, { study, run, stage: answers }, "the same command");
    matched = whyfix.matchedById(await collect(records(`${folder}/${answers}.jsonl`)));
  }
});
