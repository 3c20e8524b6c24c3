import { type CallOptions, openSchedule } from "./open-schedule.ts";
import type { Question, Settled } from "./schedule.ts";
import { stoppedByUser } from "./stops.ts";

/** Calls whose requests were encoded by another process, which has looked into the store and reads the replies. */
export interface EncodedCalls {
  /** Never rejects. Equal requests must not be asked at the same time. */
  ask(question: Question): Promise<Settled>;
  /** Why no more is asked: budget, quota, Ctrl-C, a broken store. */
  readonly stopped: { readonly error: unknown } | undefined;
  /** Sends nothing more, and returns when what is in flight is kept. */
  close(): Promise<void>;
}

/** Opens calls for encoded requests, with the promises of `runOnline`. */
export async function openEncodedCalls(options: CallOptions): Promise<EncodedCalls> {
  const schedule = await openSchedule(options);
  return {
    ask: (question) => schedule.ask(question),
    get stopped() {
      return schedule.stopped;
    },
    close: () => schedule.close(stoppedByUser()),
  };
}
