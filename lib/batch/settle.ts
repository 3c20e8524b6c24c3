import { StudyError } from "corrigenda/error";
import type { BatchState } from "corrigenda/provider";
import type { BatchEvent, ChunkMeta, ChunkState } from "./events.ts";
import { fates, ingestResults, isQuotaRefusal, newTally, settle, type Tally } from "./ingest.ts";
import type { JobContext } from "./job.ts";
import { backoffMs } from "./patience.ts";
import { copyRequests, readKeys, submissionKey } from "./requests.ts";
import { waitingOf } from "./submit.ts";

const MAX_QUOTA_REFUSALS = 40;

/** Looks at a running batch; once it has ended, keeps its replies and plans what is missing. True when it was settled. */
export async function settleChunk(context: JobContext, chunk: ChunkState): Promise<boolean> {
  const { api } = context;
  const { meta, batch = "" } = chunk;
  const state = await context.patient(() => api.state(batch));
  context.counts.set(meta.key, state.counts);
  if (state.status === "waiting" || !isReadable(context, meta.key, state)) return false;
  if (isQuotaRefusal(state)) return handInLater(context, chunk, state);
  const { options } = context;
  const keys = await readKeys(options.disk, meta.stem);
  const tally = newTally(keys.length);
  await context.patient(() => ingestResults({ ...options, api, meta, batch, keys }, tally));
  settle(tally, state);
  context.tokens.input += tally.inputTokens;
  context.tokens.output += tally.outputTokens;
  await recordTally(context, chunk, { keys, tally, status: state.status });
  return true;
}

/** An output file may appear a while after its batch has completed; after the grace time what is there is taken. */
function isReadable(context: JobContext, key: string, state: BatchState): boolean {
  if (state.ready) return true;
  const now = context.options.clock.now();
  const waiting = waitingOf(context, key);
  waiting.readyAt ??= now;
  return now - waiting.readyAt >= context.policy.graceMs;
}

/** The service's queue is full: the same file goes in again later, as a new submission of the same attempt. */
async function handInLater(context: JobContext, { meta, batch = "" }: ChunkState, state: BatchState): Promise<boolean> {
  const [refusal] = state.errors;
  if (meta.serial > MAX_QUOTA_REFUSALS) {
    throw new StudyError(
      "quota",
      `batches of ${meta.model} were refused ${meta.serial} times (${refusal?.message ?? "enqueued token limit"}); wait for other batches to end, then run the same command`,
    );
  }
  const serial = meta.serial + 1;
  const retry: ChunkMeta = { ...meta, key: submissionKey(meta.stem, serial), serial };
  const at = context.options.clock.now();
  const waitMs = backoffMs(meta.serial + 3, context.options.rng);
  await context.record({ t: "ingested", at, chunk: meta.key, batch, status: "quota", ok: 0, failed: 0, usd: 0, retry });
  waitingOf(context, retry.key).notBefore = at + waitMs;
  context.note("warn", `${refusal?.message ?? "the queue is full"}; handing in again in ${Math.ceil(waitMs / 1000)} s`);
  return true;
}

interface Settled {
  readonly keys: readonly { readonly id: string; readonly key: string }[];
  readonly tally: Tally;
  readonly status: string;
}

/** Journals, in one group: rows that will not be tried again, stray lines, and the chunk's end with its successor. */
async function recordTally(
  context: JobContext,
  { meta, batch = "" }: ChunkState,
  { keys, tally, status }: Settled,
): Promise<void> {
  const { options, policy } = context;
  const at = options.clock.now();
  const isLast = meta.attempt >= policy.maxAttempts;
  const events: BatchEvent[] = tally.odd.map((line) => ({ t: "odd", at, batch, line }));
  let again = 0;
  let failed = 0;
  for (const [place, { id, key }] of keys.entries()) {
    const fate = tally.fate[place];
    if (fate === fates.again && !isLast) again += 1;
    if (fate === fates.ok || (fate === fates.again && !isLast)) continue;
    failed += 1;
    const why = tally.reasons.get(place) ?? "no reply";
    events.push({
      t: "failed",
      at,
      id,
      key,
      reason: fate === fates.again ? `${why} (tried ${meta.attempt} times)` : why,
    });
  }
  const retry = again === 0 ? undefined : await successor(context, meta, (place) => tally.fate[place] === fates.again);
  const ended = { t: "ingested", at, chunk: meta.key, batch, status, ok: tally.ok, failed, usd: tally.usd } as const;
  events.push(retry ? { ...ended, retry } : ended);
  await context.record(...events);
  if (again > 0)
    context.note("warn", `batch ${batch} ended as ${status}: ${again} of ${keys.length} requests go in again`);
}

async function successor(context: JobContext, meta: ChunkMeta, keep: (place: number) => boolean): Promise<ChunkMeta> {
  const copy = await copyRequests(context.options.disk, meta, keep);
  const serial = copy.stem === meta.stem ? meta.serial + 1 : 1;
  return { ...copy, key: submissionKey(copy.stem, serial), serial, attempt: meta.attempt + 1 };
}
