// npx zx scripts/ielts/finetune.ts results/ielts/<run>/finetuning_data --max-cost 20
// Uploads the training files to Azure OpenAI or OpenAI, starts a fine-tuning job and follows it to its end. The same
// command goes on after any stop and never starts a second job. Writes results/ielts/<run>/finetune/: journal, events, tuned.json.
import { defineScript, main } from "corrigenda/cli";
import { declarationOf, isRemote, mayLeave } from "corrigenda/dataset";
import * as engine from "corrigenda/engine";
import { StudyError } from "corrigenda/error";
import { nodeDisk } from "corrigenda/files";
import * as ielts from "corrigenda/ielts";
import * as provider from "corrigenda/provider";
import { startOfflineService } from "corrigenda/provider/offline";
import { openStage } from "corrigenda/results";
import { commandLine, encodingOf, loadTokenizer } from "corrigenda/text";
import { realClock as clock } from "corrigenda/time";
import { z } from "zod";

const { results, baseUrl, iMaySend } = engine.engineFlags;
const script = defineScript({
  name: "scripts/ielts/finetune.ts",
  summary: "ielts: uploads training files, starts a fine-tuning job and follows it; never starts a second one.",
  positionals: { folder: z.string().describe("the folder of train.jsonl") },
  flags: { ...ielts.finetuneFlags, results, baseUrl, iMaySend },
  examples: [
    "npx zx scripts/ielts/finetune.ts results/ielts/sample/finetuning_data --provider offline",
    "npx zx scripts/ielts/finetune.ts ./finetuning_data --max-cost 20 --blob-sas",
  ],
});

await main(script, async (flags, around) => {
  const { disk, print, log, progress, signal } = around;
  const { folder } = flags;
  const root = nodeDisk(disk.resolve(flags.results));
  const prepared = await ielts.readPrepared(engine, disk, folder);
  const service = flags.target ?? prepared.metadata.target;
  if (flags.blobSas && service === "openai") throw new StudyError("config", "--blob-sas is for Azure only");
  const blob = flags.blobSas ? { container: provider.blobContainer(process.env) } : {};
  const isOffline = flags.provider === "offline";
  const state = nodeDisk(root.resolve(".offline"));
  const isOwn = isOffline && flags.baseUrl === undefined;
  const own = isOwn && (await startOfflineService({ disk: state, clock, simulators: [] }));
  try {
    const url = own ? own.url : flags.baseUrl;
    const config = { service, ...(url !== undefined && { baseUrl: url }) };
    const api = isOffline ? provider.offlineTuning(url ?? "", service) : provider.openTuning(config, process.env);
    const remote = isRemote({ name: api.provider, base: api.base });
    const refusal = mayLeave(declarationOf(ielts.rightsOf(prepared.text)), remote, flags.iMaySend);
    if (refusal) throw refusal;
    const asked = flags.model ?? prepared.metadata.counted_cost.model;
    const model = provider.tunableModel(asked);
    const effects = { ...engine, ...provider };
    const tokenizer = await loadTokenizer(encodingOf(asked));
    const { train, all, personal } = await ielts.checkPair(effects, disk, prepared, tokenizer);
    ielts.checkPrepared(prepared.metadata, all, { service, isOffline, simulated: flags.simulated });
    const price = provider.trainingPrice(asked);
    const cost = ielts.trainingCost(train, flags, { model, usdPerMillion: price.usdPerMillion });
    const trouble = ielts.tuningTrouble(service, asked, provider.tuningDates(service, asked), clock.now());
    if (trouble.stop !== undefined && !isOffline) throw new StudyError("refused", trouble.stop);
    for (const warning of trouble.warnings) log.warn(warning);
    if (remote) for (const warning of ielts.personalWarning(personal, service)) log.warn(warning);
    print(`${isOffline ? "offline: nothing is trained, nothing is paid\n" : ""}${ielts.costLine(cost, price.asOf)}`);
    const spec = ielts.finetuneSpec(flags, { root, disk, prepared, api, model, script: script.name });
    const environment = await engine.stageEnvironment(disk, clock.now());
    await using stage = await openStage({ ...spec, root, environment, clock });
    const next = commandLine([script.name, folder, ...ielts.goOnWords(engine, flags)]);
    const steps = { root, folder: stage.folder, place: { clock, signal, ...ielts.tuningPace(remote) } };
    const run = { ...blob, flags, disk, prepared, api, config: spec.config, cost, ...steps, say: print, progress };
    if (stage.state !== "finished") {
      const reached = await ielts.finetuneRun(effects, run).catch((error: unknown) => {
        if (!signal.aborted) throw error;
        return { state: "stopped; a job that was started runs on" } as const;
      });
      if (reached.state !== "tuned") return print(`${reached.state}; go on: ${next}`);
      await root.write(stage.path("tuned.json"), `${JSON.stringify(reached.tuned, null, 2)}\n`);
      await stage.finish(reached.result);
    }
    print(ielts.tunedLines(await ielts.readTuned(engine, root, spec.run, folder), flags).join("\n"));
  } finally {
    if (own) await own.close();
  }
});
