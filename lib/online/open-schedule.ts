import type { Rng } from "corrigenda/rng";
import type { AnswerSources } from "./answers.ts";
import { Budget, type Purse } from "./budget.ts";
import type { CallContext } from "./call.ts";
import { unknownCallsOf } from "./ledger.ts";
import type { Rates } from "./limiter.ts";
import type { OnlineNotice } from "./notice.ts";
import { Schedule } from "./schedule.ts";

/** How calls are sent. */
export interface CallOptions extends CallContext, Pick<AnswerSources, "failed"> {
  readonly rng: Rng;
  /** Calls in flight at most, and so the most that a kill can leave unknown. [1, inf) */
  readonly concurrency: number;
  /** US dollars that `run` may have spent in all; a call that could pass it is not made. Default: no limit. */
  readonly maxCostUsd?: number;
  /** US dollars of those that other stages have spent. Default 0. */
  readonly spentElsewhereUsd?: number;
  /** What several processes that work on one run have agreed on: rates, and money in place of `maxCostUsd`. */
  readonly rates?: Rates;
  readonly purse?: Purse;
  /** Failed calls after which a row fails; "too many requests" does not count. Default 6. */
  readonly maxAttempts?: number;
  /** For one call; it may be cut up to 1/64 earlier. */
  readonly timeoutMs: number;
  /** Ends the run softly: nothing more is sent, replies to calls in flight are kept, then StudyError "stopped". */
  readonly signal?: AbortSignal;
  readonly onEvent?: (notice: OnlineNotice) => void;
}

export async function openSchedule(options: CallOptions): Promise<Schedule> {
  const { rng, concurrency, maxAttempts = 6, timeoutMs, maxCostUsd, rates, onEvent = () => {} } = options;
  const own = maxCostUsd === undefined || options.purse ? undefined : new Budget(maxCostUsd, await spentUsd(options));
  const limits = { concurrency, maxAttempts, timeoutMs, rates, budget: options.purse ?? own };
  return new Schedule({ context: options, rng, ...limits, notice: onEvent });
}

/** What has been paid, and what may have been paid for calls without an answer. */
async function spentUsd(options: CallOptions): Promise<number> {
  const { store, journal, run, spentElsewhereUsd = 0 } = options;
  const unknown = await unknownCallsOf(journal.past, store, run);
  return unknown.reduce((sum, { estimateUsd }) => sum + estimateUsd, spentElsewhereUsd + (await store.spentUsd(run)));
}
