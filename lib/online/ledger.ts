import { keyTable, type Store } from "corrigenda/store";

/** What a run writes down about its calls. The replies themselves are in the store. */
export type OnlineEvent =
  /** Durable before the call goes out. */
  | {
      readonly t: "call";
      readonly key: string;
      readonly attempt: number;
      readonly at: number;
      readonly estimateUsd?: number;
    }
  /** The service refused it, or it never left: not paid. `status` 0: no connection came about. */
  | { readonly t: "refused"; readonly key: string; readonly attempt: number; readonly status: number }
  /** No answer came: whether it was paid is unknown. */
  | { readonly t: "lost"; readonly key: string; readonly attempt: number };

/** Calls of one request of which nobody knows whether they were paid. */
export interface UnknownCalls {
  readonly key: string;
  readonly calls: number;
  /** What they cost at most, as estimated before they went out. */
  readonly estimateUsd: number;
}

/**
 * The calls that went out without an answer: timed out, cut off, or in flight when the process was killed. What a
 * service bills beyond the ledger is among these. @param hasKey whether the run has paid for a kept reply to this key
 */
export function unknownCalls(events: readonly OnlineEvent[], hasKey: (key: string) => boolean): UnknownCalls[] {
  const open = new Map<string, { calls: number; usd: number }>();
  for (const event of events) {
    const one = open.get(event.key) ?? { calls: 0, usd: 0 };
    if (event.t === "call") {
      one.calls++;
      one.usd = Math.max(one.usd, event.estimateUsd ?? 0);
    } else if (event.t === "refused") one.calls--;
    open.set(event.key, one);
  }
  const unknown: UnknownCalls[] = [];
  for (const [key, { calls, usd }] of open) {
    const left = calls > 0 && hasKey(key) ? calls - 1 : calls;
    if (left > 0) unknown.push({ key, calls: left, estimateUsd: left * usd });
  }
  return unknown;
}

/** The same, with what the store says of the run. */
export async function unknownCallsOf(
  events: readonly OnlineEvent[],
  store: Pick<Store, "paidBy">,
  run: string,
): Promise<UnknownCalls[]> {
  if (events.length === 0) return [];
  const paid = keyTable();
  for await (const { key, via } of store.paidBy(run)) if (via === "online") paid.add(key);
  return unknownCalls(events, (key) => paid.find(key) >= 0);
}
