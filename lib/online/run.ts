import type { Outcome, Prompt } from "corrigenda/provider";
import { answersTo } from "./answers.ts";
import { type CallOptions, openSchedule } from "./open-schedule.ts";
import { stoppedByUser } from "./stops.ts";
import { RowWindow } from "./window.ts";

export interface OnlineOptions<Row, Out> extends CallOptions {
  readonly rows: AsyncIterable<Row> | Iterable<Row>;
  readonly prompt: Prompt<Row, Out>;
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
