// npx zx scripts/bench/postgres.ts
// Four workers on one Postgres (the run's own process and three of scripts/worker.ts) against one process on files: the
// same whole runs, planning and tables included, the same calls in flight for each process, one server that answers.
// Two claims: calls that take a while (what workers are for), and calls that take nothing (what sharing costs).
import * as bench from "corrigenda/bench";
import { defineScript, main } from "corrigenda/cli";
import { nodeDisk } from "corrigenda/files";
import { realClock } from "corrigenda/time";
import { askNumbers, startMember, startPostgres } from "corrigenda/trial";
import { z } from "zod";

const count = z.number().int().positive();
const script = defineScript({
  name: "scripts/bench/postgres.ts",
  summary: "Four workers on one Postgres against one process on files.",
  flags: {
    requests: count.default(20_000).describe("requests of each round; a fifth of them where calls take a while"),
    rounds: count.default(3).describe("paired rounds"),
    concurrency: count.default(16).describe("calls in flight of one process"),
    latencyMs: z.number().int().min(0).default(100).describe("of a call, for the first claim"),
    folder: z.string().default("results/.bench/postgres").describe("working folder; emptied"),
    serve: z.number().optional().describe("only answer after so many ms, for the process that started this one"),
    as: z.enum(["shared", "local"]).optional().describe("only ask --url, for the process that started this one"),
    url: z.string().default("").describe("with --as: the server"),
    results: z.string().default("").describe("with --as: where the runs lie"),
  },
});

await main(script, async (flags, around) => {
  const { requests, rounds, concurrency, latencyMs, folder, serve, as, url, results } = flags;
  if (serve !== undefined) return bench.serveCompletions(serve);
  if (as)
    return bench.takeRounds(async (round) => {
      const run = `${as}-${round}`;
      const asked = { script: script.name, run, requests, concurrency, baseUrl: url, results, format: "chat" } as const;
      const answered = await askNumbers(asked, around);
      if (answered !== requests) throw new Error(`${answered} of ${requests} requests were answered`);
    });
  const { disk: here, print, signal } = around;
  const disk = nodeDisk(here.resolve(folder));
  const claims = bench.openClaims(print);
  const kinds = [
    {
      name: `calls of ${latencyMs} ms`,
      ms: latencyMs,
      asked: Math.ceil(requests / 5),
      inFlight: concurrency,
      limit: 2,
    },
    { name: "calls of no time (pure overhead)", ms: 0, asked: requests, inFlight: 4 * concurrency, limit: 0.8 },
  ];
  for (const { name, ms, asked, inFlight, limit } of kinds) {
    await disk.remove(".");
    await using postgres = await startPostgres();
    const store = await postgres.database("bench");
    using server = await bench.completionsInChild(script.name, "--serve", String(ms));
    await using open = new AsyncDisposableStack();
    for (let n = 0; n < 3; n++) {
      const env = { ...process.env, CORRIGENDA_STORE: store, LOG_LEVEL: "error" };
      const worker = startMember(["scripts/worker.ts", "--offline"], env);
      open.defer(() => worker.signal("SIGKILL"));
    }
    const numbers = ["--requests", `${asked}`, "--concurrency", `${inFlight}`, "--url", server.url];
    const start = (one: string, ...more: string[]) =>
      bench.contestant(script.name, "--as", one, ...numbers, "--results", disk.resolve(`${one}-${ms}`), ...more);
    using ours = start("shared", "--store", store);
    using alternative = start("local", "--store", "");
    const contest = { ours: ours.run, alternative: alternative.run };
    const paired = await bench.pairedRounds(contest, { now: realClock.now }, rounds);
    const about = `four workers on one Postgres, ${name}, ${inFlight} in flight each`;
    claims.addPaired({ name: about, alternative: "one process on files", unit: "requests", limit }, asked, paired);
    signal.throwIfAborted();
  }
  await disk.remove(".");
  claims.end();
});
