// npx zx scripts/bench/ingest.ts
// Keeps the results of 500,000 requests (about 1 GB of result lines in ten batches): split, parsed, priced, wrapped,
// appended, fsynced, indexed, by a process that resumes the job. Beside it, bare: the same lines split and JSON.parsed.
import { type Ingested, inChild, ingestJob, openClaims, parseBare } from "corrigenda/bench";
import { defineScript, main } from "corrigenda/cli";
import { nodeDisk } from "corrigenda/files";
import { z } from "zod";

const script = defineScript({
  name: "scripts/bench/ingest.ts",
  summary: "Ingesting a batch's results: MB/s, its ratio to bare JSON.parse, and peak memory.",
  flags: {
    requests: z.number().int().positive().default(500_000).describe("requests, about 2 kB of result each"),
    folder: z.string().default("results/.bench/ingest").describe("working folder; emptied"),
    step: z.enum(["all", "prepare", "ingest", "bare"]).default("all").describe("what this process does"),
  },
});

await main(script, async ({ requests, folder, step }, { disk: here, print }) => {
  const disk = nodeDisk(here.resolve(folder));
  if (step === "bare") return print(JSON.stringify(await parseBare(disk)));
  if (step !== "all") {
    const until = step === "prepare" ? "submitted" : "done";
    return print(JSON.stringify(await ingestJob(disk, requests, until)));
  }
  const child = (name: string): Promise<Ingested> =>
    inChild(script.name, "--step", name, "--folder", folder, "--requests", String(requests));
  await disk.remove(".");
  await child("prepare");
  const [ours, bare] = [await child("ingest"), await child("bare")];
  const claims = openClaims(print);
  const [rate, floor] = [ours.mb / ours.seconds, bare.mb / bare.seconds];
  const size = Math.round(ours.mb);
  const at = { wanted: "at least", binding: false } as const;
  claims.add({ name: `ingest, ${size} MB of results`, value: rate, unit: "MB/s", limit: 100, ...at });
  const beside = `of bare split + JSON.parse (${Math.round(floor)} MB/s)`;
  claims.add({ name: "ingest, ratio", value: rate / floor, unit: beside, limit: 0.25, ...at });
  claims.add({ name: "ingest, peak", value: ours.peak, unit: "MB", limit: 250, wanted: "at most", binding: true });
  await disk.remove(".");
  claims.end();
});
