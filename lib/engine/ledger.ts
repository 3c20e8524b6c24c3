import { type OnlineEvent, unknownCalls } from "corrigenda/online";
import { type ModelReply, type ModelRequest, type Provider, requestKey } from "corrigenda/provider";
import { bodyOf, exactUsd, keyTable, type Store, type StoredReply } from "corrigenda/store";
import { writeLines } from "./tables.ts";
import type { Workplace } from "./workplace.ts";

export interface LedgerPlace {
  /** Who paid: the folder of the stage that handed in. */
  readonly folder: string;
  /** Where the ledger goes, relative to results/. */
  readonly path: string;
}

/** What a stage paid for. */
export interface LedgerSum {
  /** The same whatever the order in which the replies came. */
  usd: number;
  readonly tokens: { input: number; cached: number; output: number; reasoning: number };
}

/**
 * Writes what a stage paid, a line per reply, then the calls of which nobody knows, and returns the sum of the paid.
 * @param events what its calls wrote down
 */
export async function writeLedger(
  workplace: Workplace,
  { folder, path }: LedgerPlace,
  events: readonly OnlineEvent[],
): Promise<LedgerSum> {
  const { root, store, provider } = workplace;
  const sum: LedgerSum = { usd: 0, tokens: { input: 0, cached: 0, output: 0, reasoning: 0 } };
  await writeLines(root, path, async function* () {
    const answered = keyTable();
    for await (const stored of store.paidBy(folder)) {
      if (stored.via === "online") answered.add(stored.key);
      yield JSON.stringify(entryOf(stored, provider, sum));
    }
    for (const { key, calls, estimateUsd } of unknownCalls(events, (key) => answered.find(key) >= 0))
      yield JSON.stringify({ key, state: "unknown", calls, usdAtMost: estimateUsd });
  });
  return { ...sum, usd: exactUsd(sum.usd) };
}

function entryOf(stored: StoredReply, provider: Provider, sum: LedgerSum): object {
  const { key, via, at, usd } = stored;
  const reply = replyOf(stored, provider);
  sum.usd += usd;
  if (reply)
    for (const kind of ["input", "cached", "output", "reasoning"] as const) sum.tokens[kind] += reply.usage[kind];
  const usage = reply ? { model: reply.model, ...reply.usage } : { unreadable: true };
  return { key, via, at: new Date(at).toISOString(), provider: provider.name, ...usage, usd };
}

/** A kept reply as studies read it; undefined where it is not one. */
export function replyOf(stored: StoredReply, provider: Provider): ModelReply | undefined {
  try {
    return provider.decode(bodyOf(stored, provider));
  } catch {
    return undefined; // the row's outcome says why
  }
}

/** What is kept of a request's reply; nothing is asked. */
export async function keptReply(
  { provider, store }: { readonly provider: Provider; readonly store: Store },
  request: ModelRequest,
): Promise<ModelReply | undefined> {
  const stored = await store.get(requestKey(provider, provider.encode(request)));
  return stored && replyOf(stored, provider);
}
