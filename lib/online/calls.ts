import type { StudyError } from "corrigenda/error";
import type { ModelReply, ModelRequest } from "corrigenda/provider";
import { asking } from "./answers.ts";
import { type CallOptions, openSchedule } from "./open-schedule.ts";
import { stoppedByUser } from "./stops.ts";

/** How a request ended. `usd`: what its reply cost, whoever paid it and when. */
export type Answered =
  | { readonly ok: true; readonly key: string; readonly reply: ModelReply; readonly usd: number }
  | { readonly ok: false; readonly key: string; readonly error: StudyError; readonly usd: number };

/** Calls whose requests depend on earlier replies. */
export interface Calls {
  /** Rejects only where the run ends first ("budget", "quota", "provider", "stopped", a broken disk). */
  ask(request: ModelRequest): Promise<Answered>;
  /** Sends nothing more, and returns when what is in flight is kept. */
  close(): Promise<void>;
}

/** Opens calls one request at a time, with the promises of `runOnline`: kept replies are not asked for again. */
export async function openCalls(options: CallOptions): Promise<Calls> {
  const { signal } = options;
  const schedule = await openSchedule(options);
  const ask = asking(options, schedule);
  const interrupt = (): void => schedule.stop(stoppedByUser());
  if (signal?.aborted) interrupt();
  signal?.addEventListener("abort", interrupt, { once: true });
  return {
    ask: async (request) => {
      const { key, settled } = ask(request);
      const end = await settled;
      if (end.t === "stopped") throw end.error;
      if (end.t === "failed") return { ok: false, key, error: end.error, usd: 0 };
      const { reply, usd } = end.kept;
      return reply instanceof Error ? { ok: false, key, error: reply, usd } : { ok: true, key, reply, usd };
    },
    close: async () => {
      signal?.removeEventListener("abort", interrupt);
      await schedule.close(stoppedByUser());
    },
  };
}
