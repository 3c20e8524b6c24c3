import type { ScriptRun } from "corrigenda/cli";
import { askStages, openWorkplace, stageEnvironment } from "corrigenda/engine";
import type { ModelRequest } from "corrigenda/provider";
import { type Clock, realClock } from "corrigenda/time";
import { numbers, trialData, trialPrompt } from "./questions.ts";

export interface NumbersRun {
  /** Whose run it is, for its record. */
  readonly script: string;
  /** Names the run, and salts its questions. */
  readonly run: string;
  readonly requests: number;
  /** Calls in flight of one process at most. */
  readonly concurrency: number;
  /** The server that answers. */
  readonly baseUrl: string;
  readonly results: string;
  readonly format?: ModelRequest["format"];
  readonly clock?: Clock;
  readonly timeoutMs?: number;
}

/**
 * Short questions over synchronous calls, from planning to `<results>/trial/<run>/collect/collect.jsonl`; kept in files, or
 * in the Postgres of `around`. Resolves with how many were answered.
 */
export async function askNumbers(asked: NumbersRun, around: ScriptRun): Promise<number> {
  const { script, run, requests, concurrency, baseUrl, results, format, clock = realClock, timeoutMs } = asked;
  const calls = {
    online: true,
    concurrency,
    transport: "lean",
    ...(timeoutMs !== undefined && { timeoutMs }),
  } as const;
  const provider = { name: "offline", baseUrl, ...calls } as const;
  await using place = await openWorkplace({ results, provider, simulators: [], env: {}, clock, around });
  const environment = await stageEnvironment(around.disk, clock.now());
  const spec = { study: "trial", run, command: [script, "{run}"], config: { requests }, environment };
  const question = {
    prompt: trialPrompt(run, format),
    rows: () => numbers(requests),
    output: { low: 5, mean: 20, high: 60 },
    guard: { dataset: trialData, iMaySend: false, redact: false },
  };
  let answered = 0;
  await askStages(place, spec, question, {
    ...{ submit: "submit", collect: "collect", once: false },
    lines: async function* (outcomes) {
      for await (const { id, ...outcome } of outcomes) {
        if (outcome.ok) answered += 1;
        yield JSON.stringify({ id, ok: outcome.ok, value: outcome.ok ? outcome.value : outcome.error.message });
      }
    },
    metrics: async () => ({ headline: { ...HEADLINE, value: requests, n: requests }, metrics: [] }),
  });
  return answered;
}

const HEADLINE = { name: "rows", low: null, high: null, unit: "rows", provider: "offline" } as const;
