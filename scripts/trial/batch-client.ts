// One life of the trial's client: a whole batch job over whyfix prompts, resumed from whatever an earlier life left.
//   npx zx scripts/trial/batch-client.ts r1 --results /tmp/t --base-url http://127.0.0.1:8787 --scale 300
// Writes <results>/trial/<run>/collect/collect.jsonl, which must come out the same whatever happens on the way.
import { defineScript, main } from "corrigenda/cli";
import { declarationOf } from "corrigenda/dataset";
import { collectStage, inputFiles, openWorkplace, stageEnvironment, submitStage, writeLines } from "corrigenda/engine";
import { StudyError } from "corrigenda/error";
import { sha256 } from "corrigenda/json";
import { requireStage } from "corrigenda/results";
import { scaledClock } from "corrigenda/time";
import { OUTPUT_TOKENS, setUp, simulateWhyfix, stepQuestion } from "corrigenda/whyfix";
import { z } from "zod";

const script = defineScript({
  name: "scripts/trial/batch-client.ts",
  summary: "One life of the fault trial's client.",
  positionals: { run: z.string().describe("the job's name") },
  flags: {
    results: z.string().describe("where the job and its store lie"),
    baseUrl: z.string().describe("the offline service"),
    wire: z.enum(["openai", "azure", "anthropic"]).default("openai").describe("whose dialect is spoken"),
    scale: z.number().positive().default(1).describe("the service's clock scale"),
    chunk: z.number().int().positive().default(12).describe("requests a batch"),
  },
});

await main(script, async ({ run, results, baseUrl, wire, scale, chunk }, around) => {
  const experiment = "scripts/whyfix/experiment.yaml";
  const choice = { sampleType: "sample-longman", embedding: "small", experiment } as const;
  const setup = await setUp(inputFiles(around.disk), choice);
  const provider = { name: "offline", baseUrl, wire } as const;
  const clock = scaledClock(scale);
  await using opened = await openWorkplace({ results, provider, simulators: [simulateWhyfix], env: {}, clock, around });
  const { batch } = opened.provider;
  if (!batch) throw new StudyError("config", `${wire} has no batches`);
  const limits = { ...batch.limits, requests: chunk };
  const place = {
    ...opened,
    policy: { maxAttempts: 8, patience: 30 },
    provider: { ...opened.provider, batch: { ...batch, limits } },
  };
  const { prompt, rows } = stepQuestion(setup, 1);
  // Each job asks its own questions: no reply of an earlier one may answer.
  const sample = Number.parseInt(sha256(run).slice(0, 8), 16);
  const salted: typeof prompt = { ...prompt, request: (row) => ({ ...prompt.request(row), sample }) };
  const question = {
    prompt: salted,
    rows,
    output: OUTPUT_TOKENS,
    guard: { dataset: declarationOf(setup.dataset), iMaySend: false, redact: false },
  };
  const environment = await stageEnvironment(around.disk, clock.now());
  const spec = { study: "trial", run, command: [script.name, "{run}"], config: { wire, scale }, environment };
  await submitStage(place, { ...spec, stage: "submit" }, question);
  const submitted = await requireStage(place.root, { study: "trial", run, stage: "submit" }, "the trial again");
  await collectStage(place, { ...spec, stage: "collect", parents: [submitted.parent] }, question, {
    ...{ of: "submit", once: false },
    write: async (outcomes, { path }) => {
      await writeLines(place.root, path("collect.jsonl"), async function* () {
        for await (const outcome of outcomes) {
          const value = outcome.ok ? outcome.value.payload : outcome.error.message;
          yield JSON.stringify({ id: outcome.id, ok: outcome.ok, value });
        }
      });
      return { outputs: ["collect.jsonl"] };
    },
  });
});
