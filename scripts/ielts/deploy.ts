// npx zx scripts/ielts/deploy.ts results/ielts/<run>/finetuning_data --dry-run
// Deploys the model that finetune.ts made, through Azure's management API: once, however often it is run. --delete ends the
// deployment, and what it costs an hour. For OpenAI it says that nothing has to be deployed. Writes no file.
import { defineScript, main } from "corrigenda/cli";
import * as engine from "corrigenda/engine";
import { StudyError } from "corrigenda/error";
import { nodeDisk } from "corrigenda/files";
import * as ielts from "corrigenda/ielts";
import { deploy, deploymentPlan, hostingUsdPerHour, undeploy } from "corrigenda/provider";
import { startOfflineService } from "corrigenda/provider/offline";
import { commandLine } from "corrigenda/text";
import { realClock as clock } from "corrigenda/time";
import { z } from "zod";

const { results, baseUrl } = engine.engineFlags;
const script = defineScript({
  name: "scripts/ielts/deploy.ts",
  summary: "ielts: deploys a tuned model on Azure, or ends its deployment.",
  positionals: { folder: z.string().describe("the folder of train.jsonl") },
  flags: { ...ielts.deployFlags, results, baseUrl },
  examples: [
    "npx zx scripts/ielts/deploy.ts results/ielts/sample/finetuning_data --provider offline",
    "npx zx scripts/ielts/deploy.ts ./finetuning_data --sku DeveloperTier --dry-run",
  ],
});

await main(script, async (flags, { disk, print, signal }) => {
  const { folder, sku, provider } = flags;
  const root = nodeDisk(disk.resolve(flags.results));
  const { train } = await ielts.readPrepared(engine, disk, folder);
  const tuned = await ielts.readTuned(engine, root, ielts.tuningRun(root, disk.resolve(folder), train), folder);
  if (tuned.service === "openai") return print(ielts.nothingToDeploy(tuned));
  const isOffline = provider === "offline";
  if (tuned.provider === "offline" && !isOffline)
    throw new StudyError("config", `${tuned.model} was tuned by the offline service: add --provider offline`);
  const state = nodeDisk(root.resolve(".offline"));
  const started = isOffline && flags.baseUrl === undefined;
  const own = started ? await startOfflineService({ disk: state, clock, simulators: [] }) : undefined;
  try {
    const offline = isOffline ? (own?.url ?? flags.baseUrl) : undefined;
    const plan = ielts.planOf(deploymentPlan, flags, tuned, { env: process.env, offline });
    const hosting = ielts.hostingLine(sku, hostingUsdPerHour(sku));
    if (flags.dryRun) return print([...ielts.dryRunLines(plan, flags.delete), "", hosting].join("\n"));
    const token = isOffline ? "offline" : (process.env.AZURE_MANAGEMENT_TOKEN ?? "").trim();
    if (token === "")
      throw new StudyError(
        "config",
        "AZURE_MANAGEMENT_TOKEN is not set: put what `az account get-access-token --query accessToken -o tsv` says into .env",
      );
    const place = { token, clock, signal, pollMs: isOffline ? 100 : 5_000 };
    const { deployment } = plan;
    if (flags.delete) {
      const was = await undeploy(plan, place);
      return print(
        was ? `deleted: ${deployment}; nothing is paid for it any more` : `there is no deployment ${deployment}`,
      );
    }
    const how = await deploy(plan, place);
    print(
      `${isOffline ? "offline: " : ""}${how === "there" ? "deployed already" : "deployed"}: ${deployment} (${tuned.model})`,
    );
    print(`${hosting}\ndelete: ${commandLine([script.name, folder, ...ielts.deployWords(flags), "--delete"])}`);
  } finally {
    await own?.close();
  }
});
