import { type FleetRun, type Quota, simulateFleet } from "./fleet.ts";
import { simulateBatches } from "./fleet-batches.ts";
import { costOf, fileLimits, quotasOf, type RequestShape, type Tier, tiers } from "./tiers.ts";

/** Mean requests of the sample runs (whyfix step 2, sample-fce; labeling extraction): tokens, and bytes of a batch's line. */
export const shapes: readonly RequestShape[] = [
  { name: "short", input: 225, output: 113, bytes: 1_300 },
  { name: "long", input: 1_787, output: 341, bytes: 9_000 },
];

/** What this engine can do, as its benches and a trial of pg-boss measured it (LOG.md, 2026-11-21). */
export const measured = {
  /** Lean transport, one process. */
  requestsPerCpuSecond: 23_781,
  /** Into lanes of the local store. */
  localBytesPerSecond: 182e6,
  /** One reply with its ledger entry. */
  replyBytes: 2_841,
  /** Postgres 15, four processes. */
  insertsPerSecond: 20_000,
  jobsPerSecond: 3_621,
  requestsPerLease: 200,
} as const;

/** An assumption: half a second, and a second for each hundred tokens written. */
export function latencyOf({ output }: RequestShape): number {
  return 0.5 + output / 100;
}

export interface ScaleRow extends FleetRun {
  /** Of the store, a second. */
  readonly leases: number;
  readonly megabytes: number;
}

const LARGEST_ERROR = 0.01;

/** Synchronous calls: one worker keeps replies in files, several share a Postgres. */
export function scaleOnline(
  requests: number,
  shape: RequestShape,
  {
    workers,
    inFlight,
    quotas,
  }: { readonly workers: number; readonly inFlight: number; readonly quotas: readonly Quota[] },
): ScaleRow {
  const shared = 1 / measured.insertsPerSecond + 1 / measured.requestsPerLease / measured.jobsPerSecond;
  const run = simulateFleet({
    ...{ requests, workers, inFlight, quotas, latencySeconds: latencyOf(shape) },
    cpuSeconds: 1 / measured.requestsPerCpuSecond,
    storeSeconds: workers === 1 ? measured.replyBytes / measured.localBytesPerSecond : shared,
    step: Math.max(1, Math.floor((LARGEST_ERROR * requests) / (workers * inFlight))),
  });
  const leases = workers === 1 ? 0 : run.rate / measured.requestsPerLease;
  return { ...run, leases, megabytes: (run.rate * measured.replyBytes) / 1e6 };
}

/** Batches of a tier, created at most 2,000 an hour. */
export function scaleBatches(requests: number, shape: RequestShape, tier: Tier, turnaroundHours: number) {
  return simulateBatches({
    ...{
      requests,
      inputTokensEach: shape.input,
      bytesEach: shape.bytes,
      limits: fileLimits(tier),
      queue: tier.batchQueue,
    },
    ...{ turnaroundSeconds: turnaroundHours * 3_600, createSeconds: 3_600 / 2_000 },
    ingestSeconds: measured.replyBytes / measured.localBytesPerSecond,
  });
}

const WORKERS = [1, 4, 16, 100];

/** A row for each tier and number of workers, and for workers whom no quota holds. */
export function onlineRows(requests: number, shape: RequestShape, inFlight: number) {
  const limited = tiers.map((tier) => ({ tier: tier.name, quotas: quotasOf(tier, shape) }));
  return [...limited, { tier: "no quota", quotas: [] }].flatMap(({ tier, quotas }) =>
    WORKERS.map((workers) => {
      const run = scaleOnline(requests, shape, { workers, inFlight, quotas });
      return {
        ...{
          tier,
          workers,
          hours: rounded(run.seconds / 3_600),
          "requests/s": rounded(run.rate),
          binds: run.binds,
        },
        ...{ "in flight": rounded(run.meanInFlight), "leases/s": rounded(run.leases), "MB/s": rounded(run.megabytes) },
        "store in use": `${rounded(100 * (run.use.store ?? 0))} %`,
      };
    }),
  );
}

/** A row for each tier: its batches, and what they cost beside synchronous calls. @param at ms since 1970 */
export function batchRows(requests: number, shape: RequestShape, at: number) {
  return tiers.map((tier) => {
    const [soon, late] = [scaleBatches(requests, shape, tier, 1), scaleBatches(requests, shape, tier, 24)];
    const cost = costOf(tier, shape, requests, at);
    return {
      ...{ tier: tier.name, batches: soon.batches, "of requests": soon.requestsEach, "open at once": soon.open },
      ...{
        "hours, 1 each": rounded(soon.seconds / 3_600),
        binds: soon.binds,
        "hours, 24 each": rounded(late.seconds / 3_600),
      },
      ...{ "list $": Math.round(cost.list), "batch $": Math.round(cost.batch) },
    };
  });
}

function rounded(value: number): number {
  return Number(value.toPrecision(3));
}
