// npx zx scripts/bench/scale.ts
// Ten million requests and 1 to 100 workers, simulated event by event under the quotas of real tiers: wall time, what binds, cost,
// load of the store. Before that the simulation foretells 2,000 calls of this engine to the offline service, which are then made.
import * as bench from "corrigenda/bench";
import { defineScript, main, table } from "corrigenda/cli";
import { type Disk, nodeDisk } from "corrigenda/files";
import { offlineProvider } from "corrigenda/provider";
import { realClock } from "corrigenda/time";
import { startServing } from "corrigenda/trial";
import { z } from "zod";

const script = defineScript({
  name: "scripts/bench/scale.ts",
  summary:
    "What ten million requests take, by tier and number of workers (simulated), and how near the simulation comes.",
  flags: {
    requests: z.number().int().positive().default(10_000_000).describe("that are simulated"),
    inFlight: z.number().int().positive().default(64).describe("calls that each worker has in flight"),
    calls: z.number().int().positive().default(2_000).describe("of the measurement"),
    latency: z.number().positive().default(200).describe("of each of them, ms"),
    folder: z.string().default("results/.bench/scale").describe("working folder; emptied"),
  },
});

await main(script, async ({ requests, folder, ...measured }, { disk, print }) => {
  const { foretold, took } = await foretell(nodeDisk(disk.resolve(folder)), measured);
  const { calls, inFlight, latency } = measured;
  print(
    `${calls} calls of ${latency} ms, ${inFlight} in flight: foretold ${foretold.toFixed(2)} s, took ${took.toFixed(2)} s`,
  );
  const claims = bench.openClaims(print);
  const value = 100 * Math.abs(foretold / took - 1);
  claims.add({ name: "error of the simulation", value, unit: "%", limit: 10, wanted: "at most", binding: false });
  for (const shape of bench.shapes) {
    const about = `${requests.toLocaleString("en-US")} requests of ${shape.input} tokens in, ${shape.output} out`;
    print(`\n${about}; ${inFlight} calls in flight a worker, ${bench.latencyOf(shape).toFixed(1)} s each\n`);
    print(table(bench.onlineRows(requests, shape, inFlight)));
    print(`\n${about}, as batches that are done within an hour, or only at the end of their window\n`);
    print(table(bench.batchRows(requests, shape, realClock.now())));
  }
  print(`\nTiers as of ${bench.tiersAsOf}: ${bench.tierSources.join("; ")}`);
  claims.end();
});

/**
 * Calls are measured alone (what one takes beside the service's own time) and without latency (what a worker's thread can do);
 * from both the simulation says how long slow calls take.
 */
async function foretell(disk: Disk, asked: { calls: number; inFlight: number; latency: number }) {
  const { calls, inFlight, latency } = asked;
  await disk.remove(".");
  try {
    await using service = await startServing(["--state", disk.resolve("service")]);
    const common = { disk, provider: offlineProvider(service.url, "openai", { transport: "lean" }), latencyMs: 0 };
    await bench.slowCalls({ ...common, name: "warm", calls, inFlight });
    const alone = (await bench.slowCalls({ ...common, name: "alone", calls: 200, inFlight: 1 })) / 200;
    const cpuSeconds = (await bench.slowCalls({ ...common, name: "busy", calls, inFlight })) / calls;
    const fleet = { requests: calls, workers: 1, inFlight, cpuSeconds, quotas: [], storeSeconds: 0 };
    const foretold = bench.simulateFleet({ ...fleet, latencySeconds: alone + latency / 1_000 }).seconds;
    return { foretold, took: await bench.slowCalls({ ...common, name: "slow", calls, inFlight, latencyMs: latency }) };
  } finally {
    await disk.remove(".");
  }
}
