import type { Rng } from "corrigenda/rng";
import { eventQueue } from "./event-queue.ts";

/** Something that one request uses up, of which there is so much a second. */
export interface Quota {
  readonly name: string;
  readonly perSecond: number;
  readonly eachRequest: number;
  /** How much may be used at once after a pause. Default: that of one second. */
  readonly burst?: number;
}

/** Workers that ask a service and keep the replies in one store. */
export interface Fleet {
  readonly requests: number;
  /** Processes. */
  readonly workers: number;
  /** Calls that each has in flight. */
  readonly inFlight: number;
  /** Of a worker's one thread for a request, seconds. */
  readonly cpuSeconds: number;
  /** Of a call, seconds; drawn where an Rng is given (exponential with this mean), else always the same. */
  readonly latencySeconds: number;
  readonly rng?: Rng;
  /** Of the service, for all workers together. */
  readonly quotas: readonly Quota[];
  /** Of the one store for a reply, seconds; a call ends when its reply is kept. */
  readonly storeSeconds: number;
  /** Requests that one event stands for: a call of n requests takes n times as long. Default 1. */
  readonly step?: number;
}

export interface FleetRun {
  readonly seconds: number;
  /** Requests a second, over the whole run. */
  readonly rate: number;
  /** Calls in flight at the service, mean over the run. */
  readonly meanInFlight: number;
  /** Shares of the time in which each was at work, and quotas' use of what there was; [0, 1]. */
  readonly use: Readonly<Record<string, number>>;
  /** What was used most. */
  readonly binds: string;
}

// Where a group of requests stands; an event's value is slot * 3 + stage.
const STAGES = 3;
const [THINK, SEND, KEEP] = [0, 1, 2] as const;

/**
 * Runs a fleet, event by event: a slot waits for its worker's thread, then for the quotas (first come, first served), then for
 * the service, then for the store. With `step` 1 and no Rng it is exact; a step above 1 is off by at most one round of
 * all slots (step × workers × inFlight / requests of the time).
 */
export function simulateFleet(fleet: Fleet): FleetRun {
  const { requests, workers, inFlight, cpuSeconds, latencySeconds, rng, quotas, storeSeconds, step = 1 } = fleet;
  const queue = eventQueue();
  const slots = workers * inFlight;
  const threadFree = new Float64Array(workers);
  const due = quotas.map(({ perSecond, eachRequest, burst = perSecond }) => ({ perSecond, eachRequest, burst, at: 0 }));
  const carried = new Float64Array(slots);
  let [left, storeFree, flown, end] = [requests, 0, 0, 0];
  const begin = (slot: number, at: number): void => {
    const n = Math.min(step, left);
    if (n === 0) return;
    left -= n;
    carried[slot] = n;
    const worker = slot % workers;
    const free = Math.max(at, threadFree[worker] as number) + n * cpuSeconds;
    threadFree[worker] = free;
    queue.add(free, slot * STAGES + SEND);
  };
  const send = (slot: number, at: number, n: number): void => {
    let start = at;
    for (const one of due) start = Math.max(start, one.at - one.burst / one.perSecond);
    for (const one of due) one.at = Math.max(one.at, start) + (n * one.eachRequest) / one.perSecond;
    const took = n * latencySeconds * (rng ? gammaMean(rng, n) : 1);
    flown += took;
    queue.add(start + took, slot * STAGES + KEEP);
  };
  for (let slot = 0; slot < slots; slot++) queue.add(0, slot * STAGES + THINK);
  for (let event = queue.take(); event; event = queue.take()) {
    const [slot, stage] = [Math.floor(event.value / STAGES), event.value % STAGES];
    const n = carried[slot] as number;
    if (stage === THINK) begin(slot, event.at);
    else if (stage === SEND) send(slot, event.at, n);
    else {
      storeFree = Math.max(storeFree, event.at) + n * storeSeconds;
      end = Math.max(end, storeFree);
      queue.add(storeFree, slot * STAGES + THINK);
    }
  }
  return resultOf(fleet, end, flown);
}

function resultOf(fleet: Fleet, seconds: number, flown: number): FleetRun {
  const { requests, workers, inFlight, cpuSeconds, quotas, storeSeconds } = fleet;
  const use: Record<string, number> = {
    workers: (requests * cpuSeconds) / workers / seconds,
    store: (requests * storeSeconds) / seconds,
    latency: flown / (workers * inFlight) / seconds,
  };
  for (const { name, perSecond, eachRequest } of quotas) use[name] = (requests * eachRequest) / perSecond / seconds;
  const binds = Object.entries(use).reduce((most, one) => (one[1] > most[1] ? one : most))[0];
  return { seconds, rate: requests / seconds, meanInFlight: flown / seconds, use, binds };
}

/** The mean of n exponential draws of mean 1. */
function gammaMean(rng: Rng, n: number): number {
  let sum = 0;
  for (let draw = 0; draw < n; draw++) sum -= Math.log(1 - rng.next());
  return sum / n;
}
