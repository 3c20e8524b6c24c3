// npx zx scripts/bench/online.ts
// Online calls, every reply kept (store and journal fsynced), against the bare openai SDK that keeps nothing: the same
// requests, as many at a time, to one node:http server that answers each with a fixed completion. Server, ours and the
// bare loop are three processes, as in a real run, and the two take turns.
import * as bench from "corrigenda/bench";
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
    requests: z.number().int().positive().default(20_000).describe("requests of each round"),
    rounds: z.number().int().positive().default(7).describe("paired rounds"),
    concurrency: z.number().int().positive().default(256).describe("calls in flight"),
    folder: z.string().default("results/.bench/online").describe("working folder; emptied"),
    serve: z.boolean().default(false).describe("only answer, for the process that started this one"),
    as: z.enum(["sdk", "lean", "bare"]).optional().describe("only ask --url, for the process that started this one"),
    url: z.string().default("").describe("with --as: the server"),
  },
});

const chat = (content: string) => ({ model: "gpt-4o-mini", messages: [{ role: "user" as const, content }] });
const request = (text: string) => ({ ...chat(text), format: "chat" as const });
const prompt = { name: "bench", request, id: (text: string) => text, parse: ({ text }: ModelReply) => text };
const pricing = { provider: "openai", batch: false, at: realClock.now() };
const price: Price = (model, usage) => priceUsd({ ...pricing, model, usage });
const limits = { sdk: 0.8, lean: 4 } as const;

await main(script, async ({ requests, rounds, concurrency, folder, serve, as, url }, { disk: here, print }) => {
  if (serve) return bench.serveCompletions();
  const disk = nodeDisk(here.resolve(folder));
  const texts = (round: number) => Array.from({ length: requests }, (_, n) => `Why is ${n} of ${as} ${round} wrong?`);
  if (as === "bare") {
    const client = new OpenAI({ apiKey: "none", baseURL: `${url}/v1` });
    return bench.takeRounds(async (round) => {
      const queue = texts(round).values();
      const loop = async (): Promise<void> => {
        for (const text of queue) await client.chat.completions.create(chat(text));
      };
      await Promise.all(Array.from({ length: concurrency }, loop));
    });
  }
  if (as) {
    const provider = offlineProvider(url, "openai", { transport: as });
    return bench.takeRounds(async (round) => {
      const store = await openLocalStore(nodeDisk(disk.resolve("store")), realClock);
      const journal = await openJournal<OnlineEvent>(disk, `journal-${round}.jsonl`);
      const context = { prompt, provider, store, journal, price, run: `bench/online/round-${round}` };
      const pace = { clock: realClock, rng: keyedRng(round), concurrency, timeoutMs: 600_000 };
      let done = 0;
      for await (const { ok } of runOnline({ rows: texts(round), ...context, ...pace })) if (ok) done += 1;
      if (done !== requests) throw new Error(`${done} of ${requests} requests were answered`);
      await journal.close();
      await store.close();
    });
  }
  using server = await bench.completionsInChild(script.name, "--serve");
  const claims = bench.openClaims(print);
  const numbers = ["--requests", `${requests}`, "--concurrency", `${concurrency}`, "--folder", folder];
  const start = (one: string) => bench.contestant(script.name, "--as", one, "--url", server.url, ...numbers);
  for (const one of ["sdk", "lean"] as const) {
    await disk.remove(".");
    using ours = start(one);
    using bare = start("bare");
    const paired = await bench.pairedRounds({ ours: ours.run, alternative: bare.run }, realClock, rounds);
    const name = `online, ${one} transport, ${concurrency} in flight, a node:http server`;
    claims.addPaired({ name, alternative: "bare openai SDK", unit: "requests", limit: limits[one] }, requests, paired);
  }
  await disk.remove(".");
  claims.end();
});
