// npx zx scripts/bench/selfcorrect-online.ts
// Traces over HTTP, every reply kept, against the bare openai SDK that sends the very same requests and keeps nothing: so
// the ratio is that of traces per second to bare calls per second by turns per trace.
import * as bench from "corrigenda/bench";
import { defineScript, main } from "corrigenda/cli";
import { nodeDisk } from "corrigenda/files";
import { type ModelRequest, offlineProvider } from "corrigenda/provider";
import { type Ask, simulatedTraces } from "corrigenda/selfcorrect";
import { realClock } from "corrigenda/time";
import { OpenAI } from "openai";
import { z } from "zod";

const whole = z.number().int().positive();
const script = defineScript({
  name: "scripts/bench/selfcorrect-online.ts",
  summary: "selfcorrect: traces over HTTP against a bare SDK loop.",
  flags: {
    traces: whole.default(4_000).describe("of each round"),
    rounds: whole.default(5).describe("paired rounds"),
    concurrency: whole.default(128).describe("traces at a time, and so calls in flight; 128 is the usual lag"),
    folder: z.string().default("results/.bench/selfcorrect").describe("working folder; emptied"),
    serve: z.boolean().default(false).describe("only answer, for the process that started this one"),
    as: z.enum(["sdk", "lean", "bare"]).optional().describe("only ask --url, for the process that started this one"),
    url: z.string().default("").describe("with --as: the server"),
  },
});
const limits = { sdk: 0.8, lean: 3 } as const;
const model = { model: "gpt-4o-mini", format: "chat" } as const;
const usage = { input: 40, cached: 0, cacheWrite: 0, output: 8, reasoning: 0 };
/** What the server of the bench says to everything. */
const reply = { text: "The verb needs an object.", model: "gpt-4o-mini", finish: "stop", usage } as const;

await main(script, async ({ traces: n, rounds, concurrency, folder, serve, as, url }, { disk: here, print }) => {
  if (serve) return bench.serveCompletions();
  const disk = nodeDisk(here.resolve(folder));
  const made = async (ask: Ask, seed: number): Promise<void> => {
    const options = { concurrency, lag: 4 * concurrency, maxTurns: 3, model };
    for await (const { ok } of simulatedTraces({ n, algorithm: "random", seed, ask, options }))
      if (!ok) throw new Error("a trace failed");
  };
  const requestsOf = async (seed: number): Promise<ModelRequest[]> => {
    const all: ModelRequest[] = [];
    await made(async (request) => ({ ok: all.push(request) > 0, reply }) as Awaited<ReturnType<Ask>>, seed);
    return all;
  };
  if (as === "bare") {
    const client = new OpenAI({ apiKey: "none", baseURL: `${url}/v1` });
    const asked = await Promise.all(Array.from({ length: rounds + 1 }, (_, round) => requestsOf(round)));
    return bench.takeRounds(async (round) => {
      const queue = (asked[round] ?? []).values();
      const loop = async (): Promise<void> => {
        for (const { messages } of queue)
          await client.chat.completions.create({ model: model.model, messages: [...messages] });
      };
      await Promise.all(Array.from({ length: concurrency }, loop));
    });
  }
  if (as) {
    const calls = { disk, concurrency, provider: offlineProvider(url, "openai", { transport: as }) };
    return bench.takeRounds((round) => bench.keptCalls({ ...calls, name: `${round}` }, (ask) => made(ask, round)));
  }
  using server = await bench.completionsInChild(script.name, "--serve");
  const claims = bench.openClaims(print);
  const numbers = ["--traces", `${n}`, "--rounds", `${rounds}`, "--concurrency", `${concurrency}`, "--folder", folder];
  const start = (one: string) => bench.contestant(script.name, "--as", one, "--url", server.url, ...numbers);
  for (const one of ["sdk", "lean"] as const) {
    await disk.remove(".");
    using ours = start(one);
    using bare = start("bare");
    const paired = await bench.pairedRounds({ ours: ours.run, alternative: bare.run }, realClock, rounds);
    const name = `traces, ${one} transport, ${concurrency} at a time`;
    claims.addPaired({ name, alternative: "bare openai SDK", unit: "traces", limit: limits[one] }, n, paired);
  }
  await disk.remove(".");
  claims.end();
});
