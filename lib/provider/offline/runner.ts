import type { Usage } from "corrigenda/provider";
import { batchBill } from "./bill.ts";
import { type Check, checkInput, whole } from "./check.ts";
import type { Context } from "./context.ts";
import { dueAt } from "./life.ts";
import { type Produced, produce, type Stop } from "./produce.ts";
import type { BatchProblem, BatchRecord } from "./state.ts";

/** Takes batches through their lives. */
export interface Runner {
  /** Begins or takes up again a batch that has not ended. */
  start(batch: BatchRecord): void;
  /** Tells a batch that it was cancelled. */
  wake(id: string): void;
  /** Waits until nothing runs any more; the service is closing. */
  settled(): Promise<void>;
}

const NO_USAGE: Usage = { input: 0, cached: 0, cacheWrite: 0, output: 0, reasoning: 0 };
const NONE = { total: 0, done: 0, failed: 0, gone: 0, usage: NO_USAGE };

export function batchRunner(context: Context): Runner {
  const sleepers = new Map<string, AbortController>();
  const running = new Set<Promise<void>>();
  const live = async (id: string): Promise<void> => {
    const batch = context.state.batches.get(id);
    if (!batch) return;
    await sleepUntil(context, batch, sleepers);
    if (!batch.accepted && !batch.cancelled && !context.closing.aborted) {
      await validate(context, batch);
      if (!batch.ended) await sleepUntil(context, batch, sleepers);
    }
    if (batch.ended || context.closing.aborted) return;
    const { ended, files, struck } = await outcome(context, batch);
    context.faults.afflict(struck);
    await context.state.record({ type: "ended", id, ended, files, struck });
  };
  const run = (id: string): Promise<void> =>
    live(id)
      .catch(async (error: unknown) => {
        if (context.closing.aborted) return; // the next service over this folder takes the batch up again
        // The service's own failure: the client sees a failed batch instead of waiting for ever, and pays nothing for it.
        await fail(context, id, [whole("offline_service_error", sentenceOf(error))], []);
        await context.disk.remove(batchBill(id));
      })
      .catch((error: unknown) => {
        context.health.broken = sentenceOf(error);
      });
  return {
    start: (batch) => {
      const task = run(batch.id).finally(() => running.delete(task));
      running.add(task);
    },
    wake: (id) => sleepers.get(id)?.abort(),
    settled: async () => {
      await Promise.allSettled(running);
    },
  };
}

function sentenceOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Sleeps until the batch's next step is due, it is cancelled, or the service closes. */
async function sleepUntil(context: Context, batch: BatchRecord, sleepers: Map<string, AbortController>): Promise<void> {
  const sleeper = new AbortController();
  sleepers.set(batch.id, sleeper);
  const wait = dueAt(batch, context.pace) - context.clock.now();
  const either = AbortSignal.any([sleeper.signal, context.closing]);
  if (wait > 0 && !batch.cancelled) {
    await context.clock.sleep(wait, either).catch((error: unknown) => {
      if (!either.aborted) throw error;
    });
  }
  sleepers.delete(batch.id);
}

async function validate(context: Context, batch: BatchRecord): Promise<void> {
  const { faults, state, clock } = context;
  const check = await checkInput(context, batch);
  if (check.problems.length > 0) return fail(context, batch.id, check.problems, []);
  const before = check.keys.reduce((most, key) => Math.max(most, faults.suffered(key)), 0);
  const refused = faults.strikesBatch("batchQuota", batch.input.sha256, before);
  if (refused || overQuota(context, batch, check)) {
    const struck = refused ? check.keys.map((key) => key.slice(0, 16)) : [];
    return fail(context, batch.id, [quotaProblem(context, check.model)], struck);
  }
  const { total, tokens, model } = check;
  const expires = batch.wire === "openai" && faults.strikesBatch("batchExpire", batch.input.sha256, before);
  const expireAfter = expires ? { expireAfter: Math.floor(total * faults.share(batch.input.sha256)) } : {};
  const accepted = { at: clock.now(), total, tokens, model, ...expireAfter };
  await state.record({ type: "accepted", id: batch.id, accepted });
}

/** Whether the open batches of the model, this one included, hold more input tokens than the queue takes. */
function overQuota(context: Context, batch: BatchRecord, check: Check): boolean {
  let held = check.tokens;
  for (const other of context.state.batches.values()) {
    if (other.ended || other.wire !== batch.wire || other.accepted?.model !== check.model) continue;
    held += other.accepted.tokens;
  }
  return held > context.enqueuedTokens;
}

function quotaProblem(context: Context, model: string): BatchProblem {
  const limit = Number.isFinite(context.enqueuedTokens) ? context.enqueuedTokens.toLocaleString("en-US") : "2,000,000";
  return whole(
    "token_limit_exceeded",
    `Enqueued token limit reached for ${model}. Limit: ${limit} enqueued tokens. Please try again once some in_progress batches have been completed.`,
  );
}

async function outcome(context: Context, batch: BatchRecord): Promise<Produced> {
  const { accepted, cancelled } = batch;
  if (!accepted) {
    const ended = { at: context.clock.now(), status: "cancelled" as const, ...NONE };
    return { ended: { ...ended, problems: [] }, files: [], struck: [] };
  }
  return produce(context, batch, stopOf(accepted.expireAfter, cancelled?.done));
}

function stopOf(expireAfter: number | undefined, cancelledAfter: number | undefined): Stop | undefined {
  if (cancelledAfter !== undefined) return { status: "cancelled", after: cancelledAfter };
  return expireAfter === undefined ? undefined : { status: "expired", after: expireAfter };
}

async function fail(
  context: Context,
  id: string,
  problems: readonly BatchProblem[],
  struck: readonly string[],
): Promise<void> {
  const ended = { at: context.clock.now(), status: "failed" as const, ...NONE };
  context.faults.afflict(struck);
  await context.state.record({
    type: "ended",
    id,
    ended: { ...ended, problems },
    files: [],
    struck,
  });
}
