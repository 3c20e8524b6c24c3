// npx zx scripts/ilm/train-ilm.ts C1 results/ilm/my-run/train-C1 data/char_masks/efcamdat_C1 --max-steps 10000
// Trains an infilling model. Its folder gets best/ (weights), last.safetensors, infilling.json, metrics.jsonl, time.json and
// tensorboard/; the same command goes on where it was stopped.
import { defineScript, main } from "corrigenda/cli";
import { fetchModel } from "corrigenda/dataset";
import * as engine from "corrigenda/engine";
import { nodeDisk } from "corrigenda/files";
import * as ilm from "corrigenda/ilm";
import { loadTokenizer } from "corrigenda/text";
import { realClock } from "corrigenda/time";
import * as trainer from "corrigenda/train";
import { z } from "zod";

const script = defineScript({
  name: "scripts/ilm/train-ilm.ts",
  summary: "ilm: trains a GPT-2 to fill in blanks; goes on where it was stopped.",
  positionals: {
    experimentName: z.string().describe("the model's name"),
    trainDir: z.string().describe("its own folder: results/ilm/<run>/<stage>"),
    examplesDir: z.string().describe("folder of train.ilm and valid.ilm"),
  },
  flags: { ...ilm.trainFlags, ...ilm.placeFlags, results: engine.engineFlags.results },
  examples: ["npx zx scripts/ilm/train-ilm.ts C1 results/ilm/my-run/train-C1 data/char_masks/C1 --max-steps 10000"],
});

await main(script, async (given, { disk, log, print, progress, signal }) => {
  const { experimentName: name, trainDir, examplesDir, threads, device, ...flags } = ilm.inResults(given);
  const place = { engine: flags.engine, device, threads, precision: flags.precision } as const;
  trainer.checkPlace(place);
  const { results, ...stageName } = ilm.trainPlace(trainDir);
  const root = nodeDisk(disk.resolve(results));
  await using files = await ilm.trainingFiles(disk, examplesDir, flags);
  if (flags.evalOnly) {
    await using model = await ilm.openModel({ ...trainer, loadTokenizer }, disk, trainDir, place, flags.trainBatchSize);
    const losses = await ilm.evaluatedOnly(trainer.scoreDocuments, model, files.validation, flags);
    return print(JSON.stringify(losses, null, 2));
  }
  const hub = { endpoint: process.env.HF_ENDPOINT, token: process.env.HF_TOKEN, signal };
  const tell = (path: string, bytes: number): void => print(`fetching ${path}: ${bytes.toLocaleString("en-US")} bytes`);
  const fetch = (model: string, instead: string) => fetchModel(disk, ilm.MODELS, model, { ...hub, instead }, tell);
  const base = await ilm.openBase(disk, flags, { shapes: trainer.GPT2_SHAPES, fetch });
  const tokens = ilm.infillTokens(files.training.header.types, base.vocabulary);
  const tokenizer = await loadTokenizer("r50k_base", base.vocabulary);
  const weights = await ilm.startingWeights(trainer, disk, base, { tokens, tokenizer, seed: flags.seed });
  const [length, skipNaiveIncomplete] = [flags.trainSequenceLength, flags.trainSkipNaiveIncomplete];
  const setup = { task: flags.task, length, tokens, tokenizer, skipNaiveIncomplete };
  const [seed, documents, examples] = [flags.seed, flags.trainMaxNumDocuments, flags.evalMaxNumExamples];
  const training = ilm.trainingDocuments(files.training, setup, { seed, documents });
  const validation = ilm.scoredExamples(files.validation, setup, { seed, documents: examples });
  const plan = ilm.trainPlanFrom(flags, training.size);
  const inputs = await engine.hashInputs(disk, files.paths);
  const from = { engine: flags.engine, device, revision: base.revision, examples: inputs.map(({ sha256 }) => sha256) };
  const { trainDir: to, examplesDir: of, ...words } = ilm.recordedFolders({ ...flags, trainDir, examplesDir });
  const spec = {
    ...{ ...stageName, config: ilm.trainRecord(flags, plan, weights.model, from) },
    command: [script.name, name, to, of, ...ilm.flagWords({ ...words, device })],
    ...{ inputs, seeds: { seed }, environment: await engine.stageEnvironment(disk, realClock.now()) },
  };
  const on = (event: trainer.TrainEvent): void => {
    if (event.kind === "step")
      progress.update({ label: ilm.trainLabel(name, event), total: event.steps, done: event.step });
    else log.debug(JSON.stringify(event));
  };
  await engine.tableStage({ root, clock: realClock, spec }, async (stage) => {
    const infilling = ilm.infillingText({ ...setup, ...files.training.header, vocabulary: base.vocabulary });
    await root.write(stage.path(ilm.INFILLING_FILE), infilling);
    const cuts = await ilm.trainingCuts(files, setup, seed);
    for (const warning of cuts.warnings) print(warning);
    const work = { disk: root, folder: stage.folder, training, validation, weights, clock: realClock, on, signal };
    const { step, best } = await ilm.notingErrors(root, stage.folder, () =>
      trainer.train(plan, { ...work, open: (options, from) => trainer.openEngine(place, options, from) }),
    );
    progress.end();
    const perplexity = Math.exp(best?.loss ?? NaN).toFixed(1);
    print(`${name}: ${step} steps, best after ${best?.step}: perplexity ${perplexity} (infill)`);
    const counts = ilm.trainCounts(files.training.header, training.size, step);
    return { outputs: ilm.TRAINED, counts: { ...counts, ...cuts.counts } };
  });
  await weights.close();
});
