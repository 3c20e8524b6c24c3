import { isStudyError, StudyError } from "corrigenda/error";
import { type ChunkState, isEnqueued } from "./events.ts";
import type { JobContext, Waiting } from "./job.ts";
import { backoffMs, isAmbiguous, isPassing, retryAfterMs } from "./patience.ts";
import { chunkOf } from "./requests.ts";

/** Clocks of two machines may differ by this much. */
const SKEW_MS = 5 * 60_000;
/** Services keep a file for weeks, or until someone cleans up: after a day it is uploaded again, which costs nothing. */
const FILE_LIFE_MS = 24 * 3_600_000;

/** Uploads a chunk and starts its batch. False where it has to wait. */
export async function submitChunk(context: JobContext, chunk: ChunkState): Promise<boolean> {
  const { options, api } = context;
  await checkChunkBudget(context, chunk);
  const key = chunk.meta.key;
  const account = options.others && { account: options.others.account };
  await context.record({ t: "upload", at: options.clock.now(), chunk: key, ...account });
  const file = await context.patient(() => api.upload(chunkOf(options.disk, chunk.meta)));
  await context.record({ t: "uploaded", at: options.clock.now(), chunk: key, ...(file === undefined ? {} : { file }) });
  return createBatch(context, context.state.chunks.get(key) ?? chunk);
}

/** Starts an uploaded chunk's batch, from a new upload where the file is so old that it may be gone. */
export async function startUploaded(context: JobContext, chunk: ChunkState): Promise<boolean> {
  // An earlier process uploaded it: the line that said it would start the batch may be the one that a disk has spoilt.
  const isOurs = waitingOf(context, chunk.meta.key).refusals > 0;
  const found = isOurs ? undefined : await findBatch(context, chunk, chunk.uploadedAt);
  if (found !== undefined && found !== "wait") return adopt(context, chunk, found);
  const isOld = context.options.clock.now() - (chunk.uploadedAt ?? 0) > FILE_LIFE_MS;
  return isOld ? submitChunk(context, chunk) : createBatch(context, chunk);
}

/** Starts the batch of an uploaded chunk: the call that spends money, journalled first and never repeated blindly. */
async function createBatch(context: JobContext, chunk: ChunkState): Promise<boolean> {
  const { options, api, policy } = context;
  const key = chunk.meta.key;
  await checkChunkBudget(context, chunk);
  await context.record({ t: "create", at: options.clock.now(), chunk: key });
  await options.others?.mayCreate();
  try {
    const batch = await api.create(chunkOf(options.disk, chunk.meta), chunk.file);
    await context.record({ t: "created", at: options.clock.now(), chunk: key, batch });
    return true;
  } catch (error) {
    if (isAmbiguous(error)) {
      context.note("warn", `whether batch ${key.slice(0, 12)} was created is unknown; looking for it`);
      return stillHopeful(context, key, error);
    }
    if (!isStudyError(error)) throw error;
    await context.record({ t: "refused", at: options.clock.now(), chunk: key, reason: error.message });
    const waiting = waitingOf(context, key);
    waiting.refusals += 1;
    if (waiting.refusals > policy.patience || !isWorthWaiting(error)) throw error;
    const waitMs = retryAfterMs(error) ?? backoffMs(waiting.refusals, options.rng);
    waiting.notBefore = context.steady.now() + waitMs;
    context.note("warn", `${error.message}; trying again in ${Math.ceil(waitMs / 1000)} s`);
    return false;
  }
}

/** A create that is lost again and again is the service's trouble. False, or the end of the run. */
function stillHopeful(context: JobContext, key: string, error: unknown): false {
  const { policy, options } = context;
  const waiting = waitingOf(context, key);
  waiting.refusals += 1;
  if (waiting.refusals <= policy.patience) return false;
  const what = `${(error as Error).message} (${waiting.refusals} times, and no batch was found afterwards)`;
  throw new StudyError(
    "network",
    `${what}: look at ${options.provider.name}'s status page, then run the same command`,
    {
      cause: error,
    },
  );
}

/** Finds out whether a lost create was carried out: adopts the batch, waits, or starts it after two misses a grace time apart. */
export async function resolveCreate(context: JobContext, chunk: ChunkState): Promise<boolean> {
  const { policy } = context;
  const { key } = chunk.meta;
  const found = await findBatch(context, chunk, chunk.createAt);
  const waiting = waitingOf(context, key);
  if (found === "wait") {
    delete waiting.missedAt;
    return false;
  }
  if (found !== undefined) return adopt(context, chunk, found);
  const now = context.steady.now();
  waiting.missedAt ??= now;
  if (now - waiting.missedAt < policy.graceMs) return false;
  delete waiting.missedAt;
  return createBatch(context, chunk);
}

function findBatch(context: JobContext, { meta, file }: ChunkState, since: number | undefined) {
  const { options, api, state } = context;
  const known = new Set([...state.chunks.values()].flatMap(({ batch }) => (batch === undefined ? [] : [batch])));
  const oldest = (since ?? options.clock.now()) - SKEW_MS;
  return context.patient(() => api.find(chunkOf(options.disk, meta), oldest, file, known));
}

async function adopt(context: JobContext, { meta }: ChunkState, batch: string): Promise<true> {
  await context.record({ t: "created", at: context.options.clock.now(), chunk: meta.key, batch, adopted: true });
  context.note("info", `adopted batch ${batch}, whose creation was interrupted`);
  return true;
}

export function waitingOf(context: JobContext, key: string): Waiting {
  const waiting = context.waiting.get(key) ?? { refusals: 0 };
  context.waiting.set(key, waiting);
  return waiting;
}

/** A 400 or 404 right after an upload can mean that the file is not visible yet. */
function isWorthWaiting(error: StudyError): boolean {
  const status = Number(error.facts.status);
  return isPassing(error) || (error.code === "provider" && (status === 400 || status === 404));
}

async function checkChunkBudget({ options, policy, state }: JobContext, chunk: ChunkState): Promise<void> {
  if (policy.maxCostUsd === Number.POSITIVE_INFINITY) return;
  if (chunk.meta.usd === 0) {
    throw new StudyError(
      "config",
      `no price is known for ${chunk.meta.model}, so --max-cost cannot be kept; leave it out to go on`,
    );
  }
  const spent = policy.spentElsewhereUsd + (await options.store.spentUsd(options.run));
  let open = 0;
  for (const other of state.chunks.values()) {
    if (other.meta.key !== chunk.meta.key && isEnqueued(other)) open += other.meta.usd;
  }
  if (spent + open + chunk.meta.usd <= policy.maxCostUsd) return;
  throw new StudyError(
    "budget",
    `$${spent.toFixed(4)} is spent and up to $${open.toFixed(4)} in open batches; the next ${chunk.meta.requests} requests (up to $${chunk.meta.usd.toFixed(4)}) could pass --max-cost ${policy.maxCostUsd}. Raise it and run the same command to go on`,
    { facts: { spentUsd: spent, openUsd: open } },
  );
}
