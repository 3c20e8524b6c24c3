import type { BatchState } from "corrigenda/provider";

/** A batch as it is listed. */
interface ListedBatch {
  readonly id: string;
  /** The service's own word. */
  readonly status: string;
  readonly "created at": string;
  readonly done: string;
}

/** @param at when it was created, ms since 1970 @param state undefined: it could not be shown */
export function listedBatch(id: string, at: number, state: BatchState | undefined): ListedBatch {
  const done = state ? `${state.counts.done + state.counts.failed}/${state.counts.total}` : "";
  return { id, status: state?.detail ?? "not shown", "created at": new Date(at).toISOString(), done };
}
