// npx zx scripts/bench/selfcorrect-latency.ts
// A service that takes 200 ms for each call: how near do calls per second come to calls in flight by latency, though each
// trace waits for its own last answer, and decides with what earlier traces taught? Through the store and the journal.
import { setTimeout as wait } from "node:timers/promises";
import * as bench from "corrigenda/bench";
import { defineScript, main } from "corrigenda/cli";
import { nodeDisk } from "corrigenda/files";
import { offlineProvider, type Provider } from "corrigenda/provider";
import { simulatedTraces } from "corrigenda/selfcorrect";
import { realClock } from "corrigenda/time";
import { z } from "zod";

const script = defineScript({
  name: "scripts/bench/selfcorrect-latency.ts",
  summary: "selfcorrect: the share of a slow service's capacity that traces make use of.",
  flags: {
    traces: z.number().int().positive().default(2_000),
    concurrency: z.number().int().positive().default(64).describe("traces at a time, and so calls in flight"),
    latency: z.number().positive().default(200).describe("of each call, ms"),
    folder: z.string().default("results/.bench/selfcorrect-latency").describe("working folder; emptied"),
  },
});

const message = { role: "assistant", content: "#### 4" };
const text = JSON.stringify({
  ...{ id: "chatcmpl-1", object: "chat.completion", created: 1_700_000_000, model: "gpt-4o-mini-2024-07-18" },
  choices: [{ index: 0, message, logprobs: null, finish_reason: "stop" }],
  usage: { prompt_tokens: 40, completion_tokens: 8, total_tokens: 48 },
});

await main(script, async ({ traces: n, concurrency, latency, folder }, { disk: here, print }) => {
  const disk = nodeDisk(here.resolve(folder));
  await disk.remove(".");
  const ended: number[] = [];
  const complete: Provider["complete"] = async () => {
    await wait(latency);
    ended.push(realClock.now());
    return { status: 200, headers: {}, text };
  };
  const provider = { ...offlineProvider("http://127.0.0.1"), complete };
  await bench.keptCalls({ disk, provider, concurrency, name: "slow" }, async (ask) => {
    const options = { concurrency, lag: 4 * concurrency, model: { model: "gpt-4o-mini", format: "chat" } } as const;
    for await (const { ok } of simulatedTraces({ n, algorithm: "random", ask, options }))
      if (!ok) throw new Error("a trace failed");
  });
  await disk.remove(".");
  // Neither the start, when all calls end together, nor the end, when the last traces run out.
  const middle = ended.slice(Math.floor(0.1 * ended.length), Math.floor(0.9 * ended.length));
  const perSecond = ((middle.length - 1) * 1_000) / ((middle.at(-1) ?? 0) - (middle[0] ?? 0));
  const claims = bench.openClaims(print);
  const name = `calls, ${concurrency} in flight, ${latency} ms each: ${perSecond.toFixed(0)} a second of ${((1_000 * concurrency) / latency).toFixed(0)}`;
  const value = (100 * perSecond * latency) / (1_000 * concurrency);
  claims.add({ name, value, unit: "%", limit: 95, wanted: "at least", binding: true });
  claims.end();
});
