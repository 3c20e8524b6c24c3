import { eventQueue } from "./event-queue.ts";

/** Requests that go to a Batch API. */
export interface BatchFleet {
  readonly requests: number;
  readonly inputTokensEach: number;
  readonly bytesEach: number;
  /** Of one file. */
  readonly limits: { readonly requests: number; readonly bytes: number };
  /** What may wait in open batches: input tokens of one model (OpenAI, Azure), or requests (Anthropic). */
  readonly queue: { readonly unit: "tokens" | "requests"; readonly size: number };
  /** From a batch's create to its results, seconds. */
  readonly turnaroundSeconds: number;
  /** Between two creates, at least, seconds. */
  readonly createSeconds: number;
  /** Of the one process that reads results into the store, for a request, seconds. */
  readonly ingestSeconds: number;
}

export interface BatchFleetRun {
  readonly seconds: number;
  readonly batches: number;
  readonly requestsEach: number;
  /** Batches open at the same time, at most. */
  readonly open: number;
  readonly binds: "queue" | "turnaround" | "creates" | "ingest";
}

/** Hands in files as long as the queue has room, and reads their results one after the other. */
export function simulateBatches(fleet: BatchFleet): BatchFleetRun {
  const { requests, inputTokensEach, bytesEach, limits, queue, turnaroundSeconds } = fleet;
  const each = queue.unit === "tokens" ? inputTokensEach : 1;
  const byQueue = Math.floor(queue.size / each);
  const perFile = Math.min(limits.requests, Math.floor(limits.bytes / bytesEach), byQueue, requests);
  if (perFile < 1) throw new RangeError("one request alone is above a limit");
  const batches = Math.ceil(requests / perFile);
  const together = Math.min(batches, Math.floor(byQueue / perFile));
  const perTurn = fleet.createSeconds > 0 ? Math.floor(turnaroundSeconds / fleet.createSeconds) + 1 : batches;
  const open = Math.min(together, perTurn);
  const events = eventQueue();
  let [made, created, ingested] = [0, 0, 0];
  const create = (at: number): void => {
    created = made === 0 ? at : Math.max(at, created + fleet.createSeconds);
    made += 1;
    events.add(created + turnaroundSeconds, Math.min(perFile, requests - (made - 1) * perFile));
  };
  while (made < together) create(0);
  for (let event = events.take(); event; event = events.take()) {
    ingested = Math.max(ingested, event.at) + event.value * fleet.ingestSeconds;
    if (made < batches) create(event.at);
  }
  const bounds = {
    queue: together < batches ? Math.ceil(batches / together) * turnaroundSeconds : 0,
    turnaround: turnaroundSeconds,
    creates: batches * fleet.createSeconds,
    ingest: requests * fleet.ingestSeconds,
  };
  const names = ["queue", "turnaround", "creates", "ingest"] as const;
  const binds = names.reduce((a, b) => (bounds[b] > bounds[a] ? b : a));
  return { seconds: ingested, batches, requestsEach: perFile, open, binds };
}
