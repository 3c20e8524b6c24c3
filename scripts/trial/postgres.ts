// npm run trial:postgres
// Four workers over one Postgres answer 100,000 requests of the offline service and its faults, while workers and the run's own
// process are killed, paused past their lease and cut off, and Postgres falls over. Bill, table and ledger must agree.
import { defineScript, main, table } from "corrigenda/cli";
import { readingProvider } from "corrigenda/engine";
import { StudyError } from "corrigenda/error";
import { nodeDisk } from "corrigenda/files";
import { keyedRng } from "corrigenda/rng";
import { realClock } from "corrigenda/time";
import * as trial from "corrigenda/trial";
import { z } from "zod";

const count = z.number().int().positive();
const kinds = ["kill worker", "restart", "kill coordinator", "cut", "pause"] as const;
const script = defineScript({
  name: "scripts/trial/postgres.ts",
  summary: "The fault trial of the shared store: kills, pauses, cuts and restarts while four workers share a run.",
  flags: {
    requests: count.default(100_000).describe("requests of the run"),
    workers: z.number().int().min(2).default(4).describe("workers, the run's own process among them"),
    disturbances: count.default(10).describe("how often something is done to them, each kind in turn"),
    kinds: z
      .array(z.enum(kinds))
      .default([...kinds])
      .describe("what is done"),
    everyMs: count.default(4_000).describe("between two of them, on average, ms"),
    seed: z.number().int().default(1126).describe("of faults and disturbances"),
    faultShare: z.number().min(0).max(1).default(0.02).describe("how many of the offline service's usual faults"),
    scale: z.number().positive().default(1_000).describe("clock scale of service and calls"),
    folder: z.string().default("results/.trial/postgres").describe("working folder; emptied first"),
  },
  examples: ["npm run trial:postgres", "npm run trial:postgres -- --requests 5000 --disturbances 3"],
});

await main(script, async (flags, { disk: here, log, print, signal }) => {
  const { requests, workers, seed, scale } = flags;
  const disk = nodeDisk(here.resolve(flags.folder));
  await disk.remove(".");
  const rng = keyedRng(seed, "disturbances");
  await using server = await trial.startPostgres();
  const faulty = ["--faults", String(seed), "--fault-share", String(flags.faultShare)];
  const state = ["--state", disk.resolve("state"), "--scale", String(scale)];
  await using service = await trial.startServing([...state, ...faulty]);
  const coordinator = ["scripts/trial/postgres-client.ts", "r1", "--results", disk.resolve("results")];
  coordinator.push("--base-url", service.url, "--requests", String(requests), "--scale", String(scale));
  const started = realClock.now();
  const seconds = (): number => Math.round((realClock.now() - started) / 1000);
  const tell = (what: string): void => log.info(`${seconds()} s: ${what}`);
  const { disturbances: times, everyMs } = flags;
  const work = { server, store: await server.database("trial"), workers, coordinator, env: process.env };
  const done = await trial.disturbWorkers(work, { kinds: flags.kinds, times, everyMs, rng, signal, tell });
  const took = seconds();
  const run = { name: "r1", requests, provider: readingProvider({ name: "offline" }) };
  const audit = await trial.auditCalls(nodeDisk(disk.resolve("state")), nodeDisk(disk.resolve("results")), run);
  print(table([{ seconds: took, ...Object.fromEntries(done), ...audit }]));
  const { unanswered, unbilled, unaccounted, billedAgain } = audit;
  if (unanswered + unbilled + unaccounted > 0) throw new StudyError("stage", `the trial failed; seed ${seed}`);
  print(
    `each request answered once; ${billedAgain} billed again, in flight at a fault, all in the ledger (seed ${seed})`,
  );
});
