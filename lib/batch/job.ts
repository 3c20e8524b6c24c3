import { StudyError } from "corrigenda/error";
import type { BatchApi, BatchState, Outcome } from "corrigenda/provider";
import type { Clock } from "corrigenda/time";
import {
  applyEvent,
  type BatchEvent,
  type ChunkState,
  foldEvents,
  isEnqueued,
  type JobState,
  type PlanSummary,
} from "./events.ts";
import {
  type BatchOptions,
  type BatchPolicy,
  type BatchProgress,
  type ChunkOptions,
  defaultPolicy,
} from "./options.ts";
import { readOutcomes } from "./outcomes.ts";
import { patiently } from "./patience.ts";
import { writePlan } from "./plan.ts";
import { settleChunk, unknownBatches } from "./settle.ts";
import { resolveCreate, startUploaded, submitChunk } from "./submit.ts";

/** How far `advance` goes: all handed in, all done, or one look. */
export type Until = "submitted" | "done" | "once";

/** A job of one stage: plan, advance until done, read the outcomes. Every step can be repeated after a kill. */
export interface BatchJob<Row, Out> {
  /** What is open and done, from the journal. */
  progress(): BatchProgress;
  /** Plans once; later calls return what was planned. Nothing is sent. Stops here where the plan passes the budget. */
  plan(rows: () => AsyncIterable<Row> | Iterable<Row>): Promise<PlanSummary>;
  advance(until: Until): Promise<"done" | "open">;
  /** Each row once, in order. Call when done. */
  outcomes(rows: AsyncIterable<Row> | Iterable<Row>): AsyncGenerator<Outcome<Row, Out>>;
  /** Takes over what other processes have done: all events of the journal, again. */
  reload(events: readonly BatchEvent[]): void;
  /** All submissions by key, and those whose results are not kept yet. */
  chunks(): ReadonlyMap<string, ChunkState>;
  open(): readonly ChunkState[];
  /** Asks the service to cancel every open batch; finished parts are still ingested by `advance`. Returns how many. */
  cancel(): Promise<number>;
}

/** What the parts of a job share. */
export interface JobContext {
  readonly options: ChunkOptions;
  readonly policy: BatchPolicy;
  readonly api: BatchApi;
  readonly state: JobState;
  /** By the chunk's key; refusals of a full queue by the file's stem. */
  readonly waiting: Map<string, Waiting>;
  /** Time as this process has slept it through: what has to wait does so however the machine's clock is set meanwhile. */
  readonly steady: Clock;
  readonly tokens: { input: number; output: number };
  /** The last counts of open batches. */
  readonly counts: Map<string, BatchState["counts"]>;
  record(...events: readonly BatchEvent[]): Promise<void>;
  patient<T>(call: () => Promise<T>): Promise<T>;
  note(level: "info" | "warn", text: string): void;
}

/** What a chunk waits for, in this process only; times are of the steady clock. */
export interface Waiting {
  /** When `find` or `state` first missed its batch. */
  missedAt?: number;
  /** Missed for longer than the grace time. */
  isUnknown?: boolean;
  /** When its finished batch was first seen without output. */
  readyAt?: number;
  notBefore?: number;
  refusals: number;
}

export function openBatchJob<Row, Out>(options: BatchOptions<Row, Out>): BatchJob<Row, Out> {
  const context = openContext(options);
  const { state } = context;
  return {
    progress: () => progressOf(context),
    plan: async (rows) => {
      if (state.plan) return state.plan;
      const { summary, chunks } = await writePlan(rows(), options);
      options.approve?.(summary);
      await checkBudget(context, summary);
      await context.record({ t: "planned", at: options.clock.now(), summary, chunks });
      return summary;
    },
    advance: (until) => advance(context, until).catch((error: unknown) => Promise.reject(stopped(context, error))),
    outcomes: (rows) => readOutcomes(rows, options, state.failed),
    reload: (events) => void Object.assign(state, foldEvents(events)),
    chunks: () => state.chunks,
    open: () => openChunks(context),
    cancel: async () => {
      const open = openChunks(context).filter((chunk) => chunk.phase === "created");
      for (const chunk of open) await context.patient(() => context.api.cancel(chunk.batch ?? ""));
      return open.length;
    },
  };
}

export function openContext(options: ChunkOptions): JobContext {
  const { provider, journal, clock, rng, signal } = options;
  if (!provider.batch) {
    throw new StudyError(
      "config",
      `provider ${provider.name} has no batch API; use online calls (--online) or another provider`,
    );
  }
  const policy = { ...defaultPolicy, ...options.policy };
  const state = foldEvents(journal.past);
  const note: JobContext["note"] = (level, text) => options.onEvent?.({ type: "note", level, text });
  const steady = sleptThrough(clock);
  return {
    options,
    policy,
    api: provider.batch,
    state,
    waiting: new Map(),
    steady,
    tokens: { input: 0, output: 0 },
    counts: new Map(),
    record: async (...events) => {
      await Promise.all(events.map((event) => journal.append(event)));
      for (const event of events) applyEvent(state, event);
    },
    patient: (call) =>
      patiently(call, { clock: steady, rng, tries: policy.patience, signal, note: (text) => note("warn", text) }),
    note,
  };
}

function sleptThrough(clock: Clock): Clock {
  let slept = 0;
  return {
    now: () => slept,
    sleep: async (ms, signal) => {
      await clock.sleep(ms, signal);
      slept += ms;
    },
  };
}

async function advance(context: JobContext, until: Until): Promise<"done" | "open"> {
  const { options, policy } = context;
  let waitMs = policy.pollMs;
  for (;;) {
    const moved = await advanceOnce(context);
    options.onEvent?.({ type: "progress", ...progressOf(context) });
    const open = openChunks(context);
    if (open.length === 0) return "done";
    if (open.every(({ meta }) => context.waiting.get(meta.key)?.isUnknown)) throw unknownBatches(context, open);
    if (until === "once" || (until === "submitted" && !open.some(isRunnable(context)))) return "open";
    waitMs = moved ? policy.pollMs : Math.min(waitMs * 1.5, policy.maxPollMs);
    await context.steady.sleep(waitMs, options.signal);
  }
}

/** What the user's Ctrl-C interrupted, as one sentence; any other error as it is. */
function stopped(context: JobContext, error: unknown): unknown {
  if (!context.options.signal?.aborted) return error;
  const open = openChunks(context).filter((chunk) => chunk.phase === "created").length;
  return new StudyError(
    "stopped",
    `stopped; ${open} open batches go on at the service: run the same command to go on`,
    {
      cause: error,
      facts: { open },
    },
  );
}

/** One round over all open chunks. True where anything moved on. */
async function advanceOnce(context: JobContext): Promise<boolean> {
  let moved = false;
  for (const chunk of openChunks(context)) {
    context.options.signal?.throwIfAborted();
    if (await step(context, chunk)) moved = true;
  }
  return moved;
}

/** Brings one chunk on, as far as it goes now. True where it moved. */
export async function step(context: JobContext, chunk: ChunkState): Promise<boolean> {
  switch (chunk.phase) {
    case "planned":
    case "uploading":
      return (await mayGo(context, chunk)) && submitChunk(context, chunk);
    case "uploaded":
      return (await mayGo(context, chunk)) && startUploaded(context, chunk);
    case "creating":
      return resolveCreate(context, chunk);
    case "created":
      return settleChunk(context, chunk);
    case "ingested":
      return false;
  }
}

function openChunks(context: JobContext): ChunkState[] {
  return [...context.state.chunks.values()].filter((chunk) => chunk.phase !== "ingested");
}

/** Where others work on the job too, the queue of the service is counted for all of them. */
async function mayGo(context: JobContext, chunk: ChunkState): Promise<boolean> {
  const { others } = context.options;
  if (!others) return isRunnable(context)(chunk);
  const { notBefore = 0 } = context.waiting.get(chunk.meta.key) ?? {};
  return notBefore <= context.steady.now() && others.reserve(chunk.meta);
}

/** Whether a chunk can be handed in now: its wait is over, and the service's queue has room for its tokens. */
function isRunnable(context: JobContext): (chunk: ChunkState) => boolean {
  const { api, state, waiting } = context;
  return (chunk) => {
    const { meta } = chunk;
    if (isEnqueued(chunk)) return false;
    if ((waiting.get(meta.key)?.notBefore ?? 0) > context.steady.now()) return false;
    const limit = api.limits.enqueuedTokens ?? Number.POSITIVE_INFINITY;
    let queued = 0;
    for (const other of state.chunks.values()) {
      if (other.meta.model === meta.model && isEnqueued(other)) queued += other.meta.tokens;
    }
    return queued === 0 || queued + meta.tokens <= limit;
  };
}

async function checkBudget({ options, policy }: JobContext, summary: PlanSummary): Promise<void> {
  const spent = policy.spentElsewhereUsd + (await options.store.spentUsd(options.run));
  if (spent + summary.usd <= policy.maxCostUsd) return;
  const [usd, low, high] = [summary.usd, summary.usdLow, summary.usdHigh].map((value) => value.toFixed(4));
  throw new StudyError(
    "budget",
    `the plan costs an estimated $${usd} ($${low} to $${high}), more than --max-cost ${policy.maxCostUsd}; nothing was sent. Raise --max-cost or plan fewer requests`,
    { facts: { requests: summary.requests, usd: summary.usd } },
  );
}

function progressOf({ state, tokens, counts }: JobContext): BatchProgress {
  const sum = {
    requests: state.plan?.requests ?? 0,
    done: 0,
    failed: state.failed.size,
    batches: 0,
    handed: 0,
    waiting: 0,
    usd: 0,
  };
  for (const chunk of state.chunks.values()) {
    if (chunk.phase === "created") sum.batches += 1;
    if (chunk.batch === undefined) sum.waiting += 1;
    else sum.handed += 1;
    const running = chunk.phase === "created" ? counts.get(chunk.meta.key) : undefined;
    sum.done += running?.done ?? chunk.ok;
    sum.usd += chunk.usd;
  }
  return { ...sum, inputTokens: tokens.input, outputTokens: tokens.output };
}
