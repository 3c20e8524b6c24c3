// npx zx scripts/ielts/prepare.ts --num-samples 1000 --validation-ratio 0.2
// An IELTS Task 2 data set becomes training files for Azure OpenAI or OpenAI: train.jsonl, validation.jsonl,
// rejected.jsonl and metadata.json below results/ielts/<run>/finetuning_data, or in --output-dir. Same command: goes on.
import { defineScript, main } from "corrigenda/cli";
import { openSource } from "corrigenda/dataset";
import * as engine from "corrigenda/engine";
import * as ielts from "corrigenda/ielts";
import { sha256 } from "corrigenda/json";
import { trainingPrice } from "corrigenda/provider";
import { encodingOf, loadTokenizer } from "corrigenda/text";

// Masked essays would have masked quotes: --redact is not offered.
const { online, redact, ...asking } = engine.engineFlags;
const script = defineScript({
  name: "scripts/ielts/prepare.ts",
  summary: "ielts: turns essays with bands into fine-tuning files whose evidence is in the essays.",
  flags: {
    ...{ ...ielts.prepareFlags, ...asking, again: engine.waitFlags.again },
    provider: asking.provider.describe("who answers; default azure, or mock mode where it cannot be asked"),
  },
  examples: [
    "npx zx scripts/ielts/prepare.ts --num-samples 1000 --validation-ratio 0.2",
    "npx zx scripts/ielts/prepare.ts --from data/sample/ielts/essays.csv --disable-azure",
  ],
});

await main(script, async (flags, around) => {
  const { disk, log, print, signal } = around;
  const { from, dataset, datasetSplit: split, results, iMaySend, fineTuneModel, seed } = flags;
  const timeoutMs = flags.timeout * 1_000;
  const hub = { endpoint: process.env.HF_ENDPOINT, token: process.env.HF_TOKEN, timeoutMs, signal };
  const folder = `${results}/.hub`;
  const source = await openSource(disk, { from, dataset, split, folder, hub, columns: ielts.COLUMNS });
  for (const warning of ielts.columnWarnings(source.table)) log.warn(warning);

  await using asker = await engine.openAsker({
    ...{ usual: "azure", mock: flags.disableAzure, simulator: ielts.simulateIelts, env: process.env },
    ...{ results, around, dataset: source.declaration, iMaySend },
    flags: { ...flags, redact: false, online: !flags.batchApi, concurrency: flags.batchSize, timeoutMs },
  });

  const model = flags.model ?? flags.deployment ?? (process.env.AZURE_OPENAI_DEPLOYMENT_SCORER || "gpt-4o-mini");
  const { revision } = source;
  const config = ielts.prepareConfig(flags, { revision, model, provider: asker.recorded });
  const isThere = async (path: string): Promise<boolean> => (await asker.root.size(path)) !== undefined;
  const name = await ielts.runOf(flags, config, isThere);
  if (asker.isMock) print(ielts.mockNotice(asker.notice));
  const words = [...ielts.prepareWords(flags, asker.isMock), ...engine.recordedFlags(flags)];
  const command = [script.name, "--run", "{run}", ...words];
  const spec = {
    ...{
      study: "ielts",
      run: name,
      config: { ...config, next: command },
      seeds: { seed },
      command,
      again: flags.again,
    },
    inputs: await engine.hashInputs(disk, source.files),
    prompts: [{ name: "ielts evidence", sha256: sha256(ielts.promptText()) }],
    environment: await engine.stageEnvironment(disk, asker.clock.now()),
  };
  const tuned = {
    price: trainingPrice(fineTuneModel),
    tokenizer: () => loadTokenizer(encodingOf(fineTuneModel)),
  };
  const run = { flags, source: source.table, revision, asker, spec, model, tuned };
  await ielts.prepareRun(engine, run);
  const delivered = await ielts.deliver(engine, run, disk);
  print(ielts.closingLines(delivered, flags).join("\n"));
  const { maxRSS, userCPUTime } = process.resourceUsage();
  log.debug(`peak of memory ${(maxRSS / 1_024).toFixed(0)} MB, ${(userCPUTime / 1e6).toFixed(1)} s of CPU`);
});
