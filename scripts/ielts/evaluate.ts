// npx zx scripts/ielts/evaluate.ts results/ielts/<run>/finetuning_data --model my-deployment
// Scores the essays of validation.jsonl, or of --from, with a model (three passes each) and with a ridge regression that is
// trained on train.jsonl, and says how both agree with the bands. Same command: goes on, pays for nothing twice.
import path from "node:path";
import { defineScript, main, table } from "corrigenda/cli";
import { declarationOf, openSource } from "corrigenda/dataset";
import * as engine from "corrigenda/engine";
import { StudyError } from "corrigenda/error";
import { readText } from "corrigenda/files";
import * as ielts from "corrigenda/ielts";
import { contentHash } from "corrigenda/json";
import { z } from "zod";

const { online, redact, ...asking } = engine.engineFlags;
const script = defineScript({
  name: "scripts/ielts/evaluate.ts",
  summary: "ielts: scores held-out essays with a model and a baseline, and compares the bands.",
  positionals: { folder: z.string().describe("the folder of train.jsonl and validation.jsonl") },
  flags: { ...ielts.evaluateFlags, ...asking, again: engine.waitFlags.again },
  examples: ["npx zx scripts/ielts/evaluate.ts results/ielts/sample/finetuning_data --disable-azure"],
});

await main(script, async (flags, around) => {
  const { disk, print } = around;
  const { folder, from, results, iMaySend, seed } = flags;
  const timeoutMs = flags.timeout * 1_000;
  const file = (name: string): string => `${folder}/${name}`;
  const held = from ?? file("validation.jsonl");
  for (const name of [file("train.jsonl"), file("metadata.json"), held])
    if ((await disk.size(name)) === undefined)
      throw new StudyError(
        "files",
        `${name} does not exist; prepare writes it (--validation-ratio above 0), or --from`,
      );
  const place = { dataset: "", split: "", folder: "", hub: {}, columns: ielts.SCORE_COLUMNS };
  const source = from === undefined ? undefined : await openSource(disk, { ...place, from });
  const lines = (path: string) => engine.textLines(disk, path);
  const rows = source ? ielts.heldOutRows(source.table.rows()) : ielts.heldOutLines(lines(held));
  const data = await ielts.evaluationData(lines(file("train.jsonl")), rows);
  const dataset = source?.declaration ?? declarationOf(ielts.rightsOf(await readText(disk, file("metadata.json"))));

  await using asker = await engine.openAsker({
    ...{ usual: "azure", mock: flags.disableAzure, simulator: ielts.simulateIelts, env: process.env },
    ...{ results, around, dataset, iMaySend },
    flags: { ...flags, redact: false, online: !flags.batchApi, concurrency: flags.batchSize, timeoutMs },
  });
  const { root, isMock } = asker;
  if (isMock) print(ielts.mockNotice(asker.notice));
  const usual = flags.deployment ?? (process.env.AZURE_OPENAI_DEPLOYMENT_SCORER || "gpt-4o-mini");
  const model = flags.model ?? (flags.tuned ? await ielts.tunedName(engine, disk, root, folder) : usual);
  const inputs = await engine.hashInputs(disk, [file("train.jsonl"), held]);
  const config = { model, seed, provider: asker.recorded, held: inputs.map(({ sha256 }) => sha256) };
  const hash = contentHash(config).slice(0, 8);
  const [, own] =
    /^ielts\/([^/]+)\/finetuning_data$/.exec(path.relative(root.resolve("."), disk.resolve(folder))) ?? [];
  const run = flags.run ?? own ?? `evaluation-${hash}`;
  const words = [...ielts.evaluateWords(flags, isMock), "--model", model, ...engine.recordedFlags(flags)];
  const spec = {
    ...{ study: "ielts", run, config, inputs, seeds: { seed }, again: flags.again },
    command: [script.name, folder, ...words],
    prompts: [{ name: "ielts score", sha256: ielts.scorePromptHash() }],
    environment: await engine.stageEnvironment(disk, asker.clock.now()),
  };
  const written = await ielts.evaluateRun(engine, { asker, spec, data, model, seed, name: hash });
  const evaluation = ielts.Evaluation.parse(JSON.parse(await readText(root, `${written}/evaluation.json`)));
  print(`${table(ielts.evaluationRows(evaluation))}\n${ielts.evaluationWords(evaluation).join("\n")}`);
  print(`written: ${root.resolve(written)}`);
});
