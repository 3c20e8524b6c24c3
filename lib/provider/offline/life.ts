import type { BatchRecord } from "./state.ts";

/** How long a batch takes, in clock time. */
export interface Pace {
  readonly validateMs: number;
  readonly perRequestMs: number;
  readonly finalizeMs: number;
}

/** A batch of 500 requests takes a second. */
export const defaultPace: Pace = { validateMs: 200, perRequestMs: 1, finalizeMs: 300 };

export type Phase =
  | "validating"
  | "in_progress"
  | "finalizing"
  | "cancelling"
  | "completed"
  | "failed"
  | "expired"
  | "cancelled";

/** Where a batch stands at a time; `done` counts requests. */
export function phaseOf(batch: BatchRecord, pace: Pace, now: number): { readonly phase: Phase; readonly done: number } {
  const { accepted, cancelled, ended } = batch;
  if (ended) return { phase: ended.status, done: ended.done };
  if (cancelled) return { phase: "cancelling", done: cancelled.done };
  if (!accepted) return { phase: "validating", done: 0 };
  const done = Math.floor((now - accepted.at) / Math.max(pace.perRequestMs, 1e-6));
  const most = accepted.expireAfter ?? accepted.total;
  return done < most ? { phase: "in_progress", done: Math.max(0, done) } : { phase: "finalizing", done: most };
}

/** When an accepted batch ends, if it is let run. */
export function dueAt(batch: BatchRecord, pace: Pace): number {
  const { accepted } = batch;
  if (!accepted) return batch.created + pace.validateMs;
  return accepted.at + (accepted.expireAfter ?? accepted.total) * pace.perRequestMs + pace.finalizeMs;
}
