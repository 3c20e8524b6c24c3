// One run of the trial on Postgres: short questions over synchronous calls, in files or in the Postgres of CORRIGENDA_STORE.
//   npx zx scripts/trial/postgres-client.ts r1 --results /tmp/t --base-url http://127.0.0.1:8787 --requests 1000
// Writes <results>/trial/<run>/collect/collect.jsonl, which must come out the same whatever happens on the way.
import { defineScript, main } from "corrigenda/cli";
import { askStages, openWorkplace, stageEnvironment } from "corrigenda/engine";
import { scaledClock } from "corrigenda/time";
import { numbers, trialData, trialPrompt } from "corrigenda/trial";
import { z } from "zod";

const count = z.number().int().positive();
const script = defineScript({
  name: "scripts/trial/postgres-client.ts",
  summary: "One run of the trial on Postgres.",
  positionals: { run: z.string().describe("the run's name, which salts its questions") },
  flags: {
    results: z.string().describe("where its tables lie"),
    baseUrl: z.string().describe("the offline service"),
    requests: count.default(1_000).describe("questions"),
    concurrency: count.default(64).describe("calls in flight at most"),
    scale: z.number().positive().default(1).describe("the service's clock scale"),
    maxCost: z.number().positive().optional().describe("US dollars that it may cost"),
  },
});

/** Of the run's clock: the service hangs for a quarter of an hour and then says nothing. */
const TIMEOUT_MS = 45 * 60_000;

await main(script, async ({ run, results, baseUrl, requests, concurrency, scale, maxCost }, around) => {
  const clock = scaledClock(scale);
  const calls = { online: true, concurrency, timeoutMs: TIMEOUT_MS, transport: "lean" } as const;
  const provider = { name: "offline", baseUrl, ...calls } as const;
  await using place = await openWorkplace({ results, provider, simulators: [], env: {}, clock, around });
  const environment = await stageEnvironment(around.disk, clock.now());
  const spec = { study: "trial", run, command: [script.name, "{run}"], config: { requests, scale }, environment };
  const guard = { dataset: trialData, iMaySend: false, redact: false };
  const question = { prompt: trialPrompt(run), rows: () => numbers(requests), guard };
  const headline = {
    name: "rows",
    value: requests,
    low: null,
    high: null,
    n: requests,
    unit: "rows",
    provider: "offline",
  };
  const output = { low: 5, mean: 20, high: 60 };
  const asked = { ...question, output, maxCostUsd: maxCost };
  await askStages(place, spec, asked, {
    ...{ submit: "submit", collect: "collect", once: false },
    lines: async function* (outcomes) {
      for await (const outcome of outcomes) {
        const value = outcome.ok ? outcome.value : outcome.error.message;
        yield JSON.stringify({ id: outcome.id, ok: outcome.ok, value });
      }
    },
    metrics: async () => ({ headline, metrics: [] }),
  });
});
