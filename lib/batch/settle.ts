import { isStudyError, StudyError } from "corrigenda/error";
import type { BatchState } from "corrigenda/provider";
import { type BatchEvent, type ChunkMeta, type ChunkState, isEnqueued } from "./events.ts";
import { fates, ingestResults, isQuotaRefusal, newTally, settle, type Tally } from "./ingest.ts";
import type { JobContext } from "./job.ts";
import { backoffMs } from "./patience.ts";
import { loadRequests } from "./request-table.ts";
import { copyRequests, readKeys, submissionKey } from "./requests.ts";
import { waitingOf } from "./submit.ts";

const MAX_QUOTA_REFUSALS = 40;
/** Codes that say: nothing will do before someone pays. */
const NO_CREDIT = /\b(insufficient_quota|billing_hard_limit_reached|billing_not_active)\b/;

/** Looks at a running batch; once it has ended, keeps its replies and plans what is missing. True when it was settled. */
export async function settleChunk(context: JobContext, chunk: ChunkState): Promise<boolean> {
  const { api, options } = context;
  const { meta, batch = "" } = chunk;
  const state = await context.patient(() => api.state(batch)).catch(unlessNotFound);
  if (!isKnown(context, meta, state)) return false;
  context.counts.set(meta.key, state.counts);
  if (state.status === "waiting" || !isReadable(context, meta.key, state)) return false;
  if (isQuotaRefusal(state)) return handInLater(context, chunk, state);
  const requests = await loadRequests(options.disk, api, meta);
  const tally = newTally(requests.count);
  const ingest = (): Promise<true> => ingestResults({ ...options, api, meta, batch, requests }, tally).then(() => true);
  const isGone = (await context.patient(ingest).catch(unlessNotFound)) === undefined;
  if (isGone && !isReadable(context, meta.key, { ...state, ready: false })) return false;
  checkReadable(context, batch, tally);
  if (isGone) tellGone(context, batch, tally);
  settle(tally, state, isGone);
  context.tokens.input += tally.inputTokens;
  context.tokens.output += tally.outputTokens;
  await recordTally(context, chunk, tally, state.status);
  return true;
}

/** The service has no such batch or file; anything else is thrown on. */
function unlessNotFound(error: unknown): undefined {
  if (isStudyError(error, "provider") && Number(error.facts.status) === 404) return undefined;
  throw error;
}

/**
 * A new batch may be shown a while after its creation. One that stays unknown is not started anew: with the key of
 * another project every batch looks like that, and its replies would be paid twice.
 */
function isKnown(context: JobContext, { key }: ChunkMeta, state: BatchState | undefined): state is BatchState {
  const waiting = waitingOf(context, key);
  if (state) {
    delete waiting.missedAt;
    return true;
  }
  const now = context.steady.now();
  waiting.missedAt ??= now;
  waiting.isUnknown = now - waiting.missedAt >= context.policy.graceMs;
  return false;
}

/** When nothing is left but batches that the service does not know. */
export function unknownBatches(context: JobContext, [first, ...more]: readonly ChunkState[]): StudyError {
  const { name } = context.options.provider;
  const others = more.length === 0 ? "" : ` and ${more.length} more batches`;
  return new StudyError(
    "provider",
    `${name} does not know ${first?.batch} (${first?.meta.requests} requests)${others}: use the key of the project that ` +
      "started it. If it was deleted there, its replies are lost: start a run under another name, which asks only for what " +
      "is not kept",
    { facts: { batch: first?.batch, batches: more.length + 1 } },
  );
}

/** Lines, but none that can be read: a changed format or a proxy's page, which no further submission would mend. */
function checkReadable({ options }: JobContext, batch: string, { fate, odd }: Tally): void {
  if (odd.length === 0 || fate.some((one) => one !== fates.unseen)) return;
  throw new StudyError(
    "reply",
    `none of the ${odd.length} result lines of ${batch} belongs to one of its requests; nothing was handed in again. Look ` +
      `at the batch at ${options.provider.name}, then run the same command`,
    { facts: { batch, lines: odd.length } },
  );
}

function tellGone(context: JobContext, batch: string, { fate }: Tally): void {
  const lost = fate.filter((one) => one === fates.unseen).length;
  const { name } = context.options.provider;
  context.note(
    "warn",
    `${name} no longer has the results of ${batch}: ${lost} of ${fate.length} requests have no reply and go in again`,
  );
}

/** An output file may appear a while after its batch has completed; after the grace time what is there is taken. */
function isReadable(context: JobContext, key: string, state: BatchState): boolean {
  if (state.ready) return true;
  const now = context.steady.now();
  const waiting = waitingOf(context, key);
  waiting.readyAt ??= now;
  return now - waiting.readyAt >= context.policy.graceMs;
}

/** The service's queue is full: the same file goes in again later, as a new submission of the same attempt. */
async function handInLater(context: JobContext, { meta, batch = "" }: ChunkState, state: BatchState): Promise<boolean> {
  const why = state.errors[0]?.message ?? "enqueued token limit";
  const serial = meta.serial + 1;
  const retry: ChunkMeta = { ...meta, key: submissionKey(meta.stem, serial), serial };
  const at = context.options.clock.now();
  const waitMs = backoffMs(meta.serial + 3, context.options.rng);
  await context.record({ t: "ingested", at, chunk: meta.key, batch, status: "quota", ok: 0, failed: 0, usd: 0, retry });
  waitingOf(context, retry.key).notBefore = context.steady.now() + waitMs;
  const refused = waitingOf(context, meta.stem);
  // What the run itself has in the queue will make room; only somebody else's batches may never.
  if (![...context.state.chunks.values()].some((other) => other.meta.model === meta.model && isEnqueued(other)))
    refused.refusals += 1;
  if (refused.refusals > MAX_QUOTA_REFUSALS) {
    throw new StudyError(
      "quota",
      `batches of ${meta.model} were refused ${refused.refusals} times (${why}); wait for other batches to end, then run the same command`,
    );
  }
  context.note("warn", `${why}; handing in again in ${Math.ceil(waitMs / 1000)} s`);
  return true;
}

/** Journals, in one group: rows that will not be tried again, stray lines, and the chunk's end with its successor. */
async function recordTally(
  context: JobContext,
  { meta, batch = "" }: ChunkState,
  tally: Tally,
  status: BatchState["status"],
): Promise<void> {
  const { options, policy } = context;
  const at = options.clock.now();
  const broke = [...tally.reasons.values()].find((reason) => NO_CREDIT.test(reason));
  const isLast = broke === undefined && meta.attempt >= policy.maxAttempts;
  const events: BatchEvent[] = tally.odd.map((line) => ({ t: "odd", at, batch, line }));
  const again = isLast ? 0 : tally.fate.filter((fate) => fate === fates.again).length;
  const failed = tally.fate.filter((fate) => fate !== fates.ok).length - again;
  let place = 0;
  if (failed > 0) {
    for await (const { id, key } of readKeys(options.disk, meta.stem)) {
      const fate = tally.fate[place];
      const why = tally.reasons.get(place) ?? "no reply";
      place += 1;
      if (fate === fates.ok || (fate === fates.again && !isLast)) continue;
      const reason = fate === fates.again ? `${why} (tried ${meta.attempt} times)` : why;
      events.push({ t: "failed", at, id, key, reason });
    }
  }
  const copy = again === 0 ? undefined : await successor(context, meta, (place) => tally.fate[place] === fates.again);
  const retry = copy && broke !== undefined ? { ...copy, attempt: meta.attempt } : copy;
  const ended = { t: "ingested", at, chunk: meta.key, batch, status, ok: tally.ok, failed, usd: tally.usd } as const;
  events.push(retry ? { ...ended, retry } : ended);
  await context.record(...events);
  if (broke !== undefined && again > 0) {
    throw new StudyError(
      "quota",
      `${options.provider.name} has no credit or quota left (${batch}: ${broke}); ${again} requests wait: add credit, then run the same command`,
      { facts: { batch, requests: again } },
    );
  }
  if (again > 0)
    context.note("warn", `batch ${batch} ended as ${status}: ${again} of ${tally.fate.length} requests go in again`);
}

async function successor(context: JobContext, meta: ChunkMeta, keep: (place: number) => boolean): Promise<ChunkMeta> {
  const copy = await copyRequests(context.options.disk, meta, keep);
  const serial = copy.stem === meta.stem ? meta.serial + 1 : 1;
  return { ...copy, key: submissionKey(copy.stem, serial), serial, attempt: meta.attempt + 1 };
}
