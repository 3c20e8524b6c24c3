// npx zx scripts/bench/online.ts
// Online calls, every reply kept (store and journal fsynced), against the bare openai SDK that keeps nothing: the same
// requests, as many at a time, to one node:http server in a process of its own that answers each with a fixed completion.
import { completionsInChild, openClaims, pairedRounds, serveCompletions } from "corrigenda/bench";
import { defineScript, main } from "corrigenda/cli";
import { nodeDisk } from "corrigenda/files";
import { type OnlineEvent, type Price, runOnline } from "corrigenda/online";
import { type ModelReply, offlineProvider, priceUsd } from "corrigenda/provider";
import { keyedRng } from "corrigenda/rng";
import { openJournal, openLocalStore } from "corrigenda/store";
import { realClock } from "corrigenda/time";
import { OpenAI } from "openai";
import { z } from "zod";

const script = defineScript({
  name: "scripts/bench/online.ts",
  summary: "Online calls through both transports against a bare SDK loop, on one server.",
  flags: {
    requests: z.number().int().positive().default(10_000).describe("requests of each round"),
    rounds: z.number().int().positive().default(7).describe("paired rounds"),
    concurrency: z.number().int().positive().default(128).describe("calls in flight"),
    folder: z.string().default("results/.bench/online").describe("working folder; emptied"),
    serve: z.boolean().default(false).describe("only answer, for the process that started this one"),
  },
});

const chat = (content: string) => ({ model: "gpt-4o-mini", messages: [{ role: "user" as const, content }] });
const prompt = {
  ...{ name: "bench", id: (text: string) => text, parse: ({ text }: ModelReply) => text },
  request: (text: string) => ({ ...chat(text), format: "chat" as const }),
};
const price: Price = (model, usage) =>
  priceUsd({ provider: "openai", batch: false, at: realClock.now(), model, usage });

await main(script, async ({ requests, rounds, concurrency, folder, serve }, { disk: here, print }) => {
  if (serve) return serveCompletions();
  using server = await completionsInChild(script.name, "--serve");
  const disk = nodeDisk(here.resolve(folder));
  const texts = (name: string) => Array.from({ length: requests }, (_, n) => `Why is sentence ${n} of ${name} wrong?`);
  const ours = (transport: "sdk" | "lean") => {
    const provider = offlineProvider(server.url, "openai", { transport });
    return async (round: number): Promise<void> => {
      const store = await openLocalStore(nodeDisk(disk.resolve("store")), realClock);
      const journal = await openJournal<OnlineEvent>(disk, `${transport}-${round}.jsonl`);
      const context = { prompt, provider, store, journal, price, run: `bench/online/${transport}-${round}` };
      const pace = { clock: realClock, rng: keyedRng(round), concurrency, timeoutMs: 600_000 };
      let done = 0;
      const outcomes = runOnline({ rows: texts(`${transport} ${round}`), ...context, ...pace });
      for await (const { ok } of outcomes) if (ok) done += 1;
      if (done !== requests) throw new Error(`${done} of ${requests} requests were answered`);
      await journal.close();
      await store.close();
    };
  };
  const client = new OpenAI({ apiKey: "none", baseURL: `${server.url}/v1` });
  const alternative = async (round: number): Promise<void> => {
    const queue = texts(`bare ${round}`).values();
    const loop = async (): Promise<void> => {
      for (const text of queue) await client.chat.completions.create(chat(text));
    };
    await Promise.all(Array.from({ length: concurrency }, loop));
  };
  const claims = openClaims(print);
  const limits = { sdk: 0.8, lean: 4 } as const;
  for (const transport of ["sdk", "lean"] as const) {
    await disk.remove(".");
    const paired = await pairedRounds({ ours: ours(transport), alternative }, realClock, rounds);
    const name = `online, ${transport} transport, ${concurrency} in flight, a node:http server`;
    const names = { name, alternative: "bare openai SDK", unit: "requests", limit: limits[transport] };
    claims.addPaired(names, requests, paired);
  }
  claims.end();
});
