// npx zx scripts/whyfix/collocate.ts sample-longman small 0622-1440 --corpus sample-fce
// Adds collocations to a data set: corrections of other learners, retrieved by embedding and BM25, checked for relevance.
// Writes results/whyfix/<DATE>/{retrieval,relevance-requests,relevance,collocations}/; the last holds
// <dataset>_with_collocation_<size>.json, which --output-dir copies to where the steps look for it.
import { defineScript, dollars, main } from "corrigenda/cli";
import { declarationOf, isRemote, mayLeave } from "corrigenda/dataset";
import * as engine from "corrigenda/engine";
import { StudyError } from "corrigenda/error";
import { sha256 } from "corrigenda/json";
import { priceUsd, requestKey } from "corrigenda/provider";
import { openJournal } from "corrigenda/store";
import * as whyfix from "corrigenda/whyfix";

// What is masked would no longer be found: --redact is not offered.
const { redact, ...asking } = engine.engineFlags;
const script = defineScript({
  name: "scripts/whyfix/collocate.ts",
  summary: "whyfix: adds retrieved collocations to a data set.",
  positionals: whyfix.stepArguments,
  flags: { ...asking, ...whyfix.startFlags, ...whyfix.collocateFlags },
  examples: [
    "npx zx scripts/whyfix/collocate.ts sample-longman small 0622-1440 --corpus sample-fce",
    "npx zx scripts/whyfix/collocate.ts csv:rows.csv large 0622-1445 --corpus rows:collocations.txt --name longman --provider openai --max-cost 1",
  ],
});

await main(script, async (flags, around) => {
  const { sampleType, embeddingSize: embedding, experiment, model, corpus, name, outputDir, iMaySend } = flags;
  const { disk, log, print } = around;
  const run = whyfix.checkDate(flags.date);
  const files = engine.inputFiles(disk);
  const setup = await whyfix.setUp(files, { sampleType, embedding, experiment, model });
  const embeddingModel = `text-embedding-3-${embedding}`;
  const settings = engine.providerSettings(setup.experiment.provider, flags);
  const provider = settings.name === "offline" ? settings : { ...settings, embeddingModel };
  for (const notice of whyfix.rowNotices(setup, provider.name)) log.info(notice);
  const source = whyfix.corpusSource(corpus);
  if ((await disk.size(source.file)) === undefined)
    throw new StudyError("dataset", `--corpus ${corpus}: ${source.file} does not exist; name a file of corrections`);
  const remote = isRemote(engine.readingProvider(provider, process.env));
  const refusal = mayLeave(declarationOf(source.dataset), remote, iMaySend);
  if (refusal) throw refusal;
  const [dataset, simulators] = [declarationOf(setup.dataset), [whyfix.simulateRelevance]];
  const opening = { ...flags, provider, dataset, simulators, env: process.env, around };
  await using place = await engine.openWorkplace(opening);
  const chosen = ["--corpus", corpus, ...(name === undefined ? [] : ["--name", name]), ...whyfix.startWords(flags)];
  const command = [script.name, sampleType, embedding, "{run}", ...chosen, ...engine.recordedFlags(flags)];
  const spec = {
    ...{
      study: "whyfix",
      run,
      command,
      prompts: [{ name: "whyfix relevance", sha256: sha256(whyfix.relevanceText()) }],
    },
    config: {
      ...{ sampleType, embedding, experiment, corpus, iMaySend, next: command },
      ...(model === undefined ? {} : { model }),
      ...(name === undefined ? {} : { name }),
      provider: engine.recordedSettings(provider, place.provider.base),
      retrieval: {
        vectors: provider.name === "offline" ? "offline: hashed 3-grams" : embeddingModel,
        ...{ bm25: whyfix.BM25, fusion: whyfix.FUSION },
      },
    },
    inputs: await engine.hashInputs(disk, [...new Set([...setup.inputs, source.file])]),
    environment: await engine.stageEnvironment(disk, place.clock.now()),
  };
  const file = whyfix.collocationFile(setup.source.code, embedding, name);
  const made = await whyfix.collocateRun(
    { ...engine, dollars, openJournal, priceUsd, requestKey },
    {
      ...{ place, spec, setup, dataset, iMaySend, source, embeddingModel, file, maxCostUsd: flags.maxCost },
      corpus: () => ({ file: source.file, bytes: disk.read(source.file) }),
    },
  );
  print(`collocations ${run}: ${place.root.resolve(made)}`);
  if (outputDir === undefined) return;
  await engine.copyFile(place.root, made, disk, `${outputDir}/${file}`);
  print(`copied: ${disk.resolve(`${outputDir}/${file}`)}`);
});
