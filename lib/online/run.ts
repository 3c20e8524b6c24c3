import type { Outcome, Prompt } from "corrigenda/provider";
import type { Rng } from "corrigenda/rng";
import { answersTo } from "./answers.ts";
import { Budget } from "./budget.ts";
import type { CallContext } from "./call.ts";
import { unknownCalls } from "./ledger.ts";
import type { OnlineNotice } from "./notice.ts";
import { Schedule } from "./schedule.ts";
import { stoppedByUser } from "./stops.ts";
import { RowWindow } from "./window.ts";

export interface OnlineOptions<Row, Out> extends CallContext {
  readonly rows: AsyncIterable<Row> | Iterable<Row>;
  readonly prompt: Prompt<Row, Out>;
  readonly rng: Rng;
  /** Calls in flight at most, and so the most that a kill can leave unknown. [1, inf) */
  readonly concurrency: number;
  /** US dollars that `run` may have spent in all; a call that could pass it is not made. Default: no limit. */
  readonly maxCostUsd?: number;
  /** US dollars of those that other stages have spent. Default 0. */
  readonly spentElsewhereUsd?: number;
  /** Failed calls after which a row fails; "too many requests" does not count. Default 6. */
  readonly maxAttempts?: number;
  /** For one call; it may be cut up to 1/64 earlier. */
  readonly timeoutMs: number;
  /** Ends the run softly: nothing more is sent, replies to calls in flight are kept, then StudyError "stopped". */
  readonly signal?: AbortSignal;
  readonly onEvent?: (notice: OnlineNotice) => void;
}

// Rows under way: enough that one slow call holds nobody up for long.
const MIN_WINDOW = 256;

/**
 * Rows to outcomes over synchronous calls: in row order, each row once, each request paid once. What ends the run early
 * ("budget", "quota", "provider", "stopped", a broken disk) leaves every reply kept; the same call goes on from there.
 * A row given up after a refusal has no kept reply: the next run asks again.
 */
export async function* runOnline<Row, Out>(options: OnlineOptions<Row, Out>): AsyncGenerator<Outcome<Row, Out>> {
  const { rows, signal } = options;
  const schedule = await openSchedule(options);
  const size = Math.max(MIN_WINDOW, 4 * options.concurrency);
  const fail = (error: unknown): void => schedule.stop(error);
  const window = new RowWindow({ rows, size, begin: answersTo(options, schedule), fail });
  const interrupt = (): void => {
    schedule.stop(stoppedByUser());
    window.end();
  };
  if (signal?.aborted) interrupt();
  signal?.addEventListener("abort", interrupt, { once: true });
  try {
    for (let result = await window.next(); result; result = await window.next()) {
      if (result.t === "stopped") throw result.error;
      yield result.outcome;
    }
    if (!window.exhausted) throw schedule.stopped?.error;
  } finally {
    signal?.removeEventListener("abort", interrupt);
    window.end();
    await schedule.close(stoppedByUser());
    await window.closed;
  }
}

async function openSchedule<Row, Out>(options: OnlineOptions<Row, Out>): Promise<Schedule> {
  const { rng, concurrency, maxAttempts = 6, timeoutMs, maxCostUsd, onEvent = () => {} } = options;
  const budget = maxCostUsd === undefined ? undefined : new Budget(maxCostUsd, await spentUsd(options));
  return new Schedule({ context: options, rng, concurrency, maxAttempts, timeoutMs, budget, notice: onEvent });
}

/** What has been paid, and what may have been paid for calls without an answer. */
async function spentUsd<Row, Out>(options: OnlineOptions<Row, Out>): Promise<number> {
  const { store, journal, run, spentElsewhereUsd = 0 } = options;
  const keys = unknownCalls(journal.past, () => false).map(({ key }) => key);
  const kept = new Set((await store.has(keys)).flatMap((has, place) => (has ? [keys[place]] : [])));
  const unknown = unknownCalls(journal.past, (key) => kept.has(key));
  return unknown.reduce((sum, { estimateUsd }) => sum + estimateUsd, spentElsewhereUsd + (await store.spentUsd(run)));
}
