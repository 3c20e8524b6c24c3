// npx zx scripts/trial/postgres-batch.ts --wire openai
// Workers over one Postgres bring the batches of one run to their end, while the service loses answers and breaks down, and
// workers and the run's own process are killed, paused past their lease and cut off. The service's own bill is audited.
import { defineScript, main, table } from "corrigenda/cli";
import { auditBatches } from "corrigenda/engine";
import { StudyError } from "corrigenda/error";
import { nodeDisk, readText } from "corrigenda/files";
import { keyedRng } from "corrigenda/rng";
import { openShared } from "corrigenda/store";
import { realClock } from "corrigenda/time";
import * as trial from "corrigenda/trial";
import { z } from "zod";

const count = z.number().int().positive();
const kinds = ["kill worker", "pause", "kill coordinator", "cut", "restart"] as const;
const script = defineScript({
  name: "scripts/trial/postgres-batch.ts",
  summary: "The fault trial of shared batches: kills, pauses, cuts and restarts while workers share a run's chunks.",
  flags: {
    workers: z.number().int().min(2).default(3).describe("workers, the run's own process among them"),
    wire: z.enum(["openai", "azure", "anthropic"]).default("openai").describe("whose dialect is spoken"),
    chunk: count.default(12).describe("requests a batch"),
    disturbances: count.default(6).describe("how often something is done to them, each kind in turn"),
    kinds: z
      .array(z.enum(kinds))
      .default([...kinds])
      .describe("what is done"),
    everyMs: count.default(3_000).describe("between two of them, on average, ms"),
    seed: z.number().int().default(1126).describe("of faults and disturbances"),
    scale: z.number().positive().default(30).describe("clock scale of service and clients"),
    folder: z.string().default("results/.trial/postgres-batch").describe("working folder; emptied first"),
  },
});

await main(script, async (flags, { disk: here, log, print, signal }) => {
  const { workers, seed, wire } = flags;
  const scale = String(flags.scale);
  const disk = nodeDisk(here.resolve(flags.folder));
  await disk.remove(".");
  await using server = await trial.startPostgres();
  const faulty = ["--state", disk.resolve("state"), "--scale", scale, "--faults", String(seed)];
  await using service = await trial.startServing(faulty);
  await using calm = await trial.startServing(["--state", disk.resolve("calm-state"), "--scale", "1000"]);
  const store = await server.database("trial");
  const client = (folder: string, url: string, pace: string): string[] => [
    ...["scripts/trial/batch-client.ts", "r1", "--results", disk.resolve(folder), "--base-url", url],
    ...["--wire", wire, "--scale", pace, "--chunk", String(flags.chunk)],
  ];
  await trial.startMember(client("calm", calm.url, "1000"), process.env).ended();
  const started = realClock.now();
  const seconds = (): number => Math.round((realClock.now() - started) / 1000);
  const tell = (what: string): void => log.info(`${seconds()} s: ${what}`);
  const { disturbances: times, everyMs } = flags;
  const rng = keyedRng(seed, "disturbances");
  const work = { server, store, workers, coordinator: client("lives", service.url, scale), env: process.env };
  const done = await trial.disturbWorkers(work, { kinds: flags.kinds, times, everyMs, rng, signal, tell });
  const shared = await openShared(store, "offline");
  const [billed, kept] = [nodeDisk(disk.resolve("state")), nodeDisk(disk.resolve("lives"))];
  const audit = await auditBatches(billed, kept, shared.store).finally(() => shared.close());
  const texts = ["lives", "calm"].map((life) => readText(disk, `${life}/trial/r1/collect/collect.jsonl`));
  const [disturbed, undisturbed] = await Promise.all(texts);
  const tablesThatDiffer = disturbed === undisturbed ? 0 : 1;
  print(table([{ wire, seconds: seconds(), ...Object.fromEntries(done), ...audit, tablesThatDiffer }]));
  if (audit.lost + audit.createdTwice + audit.paidTwice + tablesThatDiffer > 0)
    throw new StudyError("stage", `the trial failed; seed ${seed}`);
  print(
    `no batch created twice, no request paid twice, no reply lost, the table as undisturbed with files (seed ${seed})`,
  );
});
