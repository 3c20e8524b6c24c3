// One run of the trial on Postgres: short questions over synchronous calls, in files or in the Postgres of CORRIGENDA_STORE.
//   npx zx scripts/trial/postgres-client.ts r1 --results /tmp/t --base-url http://127.0.0.1:8787 --requests 1000
// Writes <results>/trial/<run>/collect/collect.jsonl, which must come out the same whatever happens on the way.
import { defineScript, main } from "corrigenda/cli";
import { scaledClock } from "corrigenda/time";
import { askNumbers } from "corrigenda/trial";
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
  },
});

/** Of the run's clock: the service hangs for a quarter of an hour and then says nothing. */
const TIMEOUT_MS = 45 * 60_000;

await main(script, ({ scale, ...asked }, around) =>
  askNumbers({ ...asked, script: script.name, clock: scaledClock(scale), timeoutMs: TIMEOUT_MS }, around).then(
    () => undefined,
  ),
);
