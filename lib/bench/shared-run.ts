import type { ScriptRun } from "corrigenda/cli";
import { askStages, openWorkplace, stageEnvironment } from "corrigenda/engine";
import { realClock } from "corrigenda/time";
import { numbers, trialData, trialPrompt } from "corrigenda/trial";

export interface SharedRun {
  /** Names the run, and salts its questions. */
  readonly name: string;
  readonly requests: number;
  /** Calls in flight of one process at most. */
  readonly concurrency: number;
  /** The server that answers. */
  readonly url: string;
  readonly results: string;
}

/** A run of short questions over synchronous calls, from planning to its tables; in files, or in the Postgres of `around`. */
export async function sharedRun(run: SharedRun, around: ScriptRun): Promise<void> {
  const { name, requests, concurrency, url, results } = run;
  const provider = { name: "offline", baseUrl: url, online: true, concurrency, transport: "lean" } as const;
  await using place = await openWorkplace({ results, provider, simulators: [], env: {}, around });
  const environment = await stageEnvironment(around.disk, realClock.now());
  const spec = { study: "bench", run: name, command: ["scripts/bench/postgres.ts"], config: {}, environment };
  const prompt = trialPrompt(name);
  const question = {
    prompt: { ...prompt, request: (n: number) => ({ ...prompt.request(n), format: "chat" as const }) },
    rows: () => numbers(requests),
    output: { low: 5, mean: 20, high: 60 },
    guard: { dataset: trialData, iMaySend: false, redact: false },
  };
  let done = 0;
  const headline = {
    name: "rows",
    value: requests,
    low: null,
    high: null,
    n: requests,
    unit: "rows",
    provider: "offline",
  };
  await askStages(place, spec, question, {
    ...{ submit: "submit", collect: "collect", once: false },
    lines: async function* (outcomes) {
      for await (const { id, ok } of outcomes) {
        if (ok) done += 1;
        yield id;
      }
    },
    metrics: async () => ({ headline, metrics: [] }),
  });
  if (done !== requests) throw new Error(`${done} of ${requests} requests were answered`);
}
