import type { ModelReply, Provider } from "corrigenda/provider";
import { bodyOf, type StoredReply } from "corrigenda/store";
import { writeLines } from "./tables.ts";
import type { Workplace } from "./workplace.ts";

export interface LedgerPlace {
  /** Who paid: the folder of the stage that handed in. */
  readonly folder: string;
  /** Where the ledger goes, relative to results/. */
  readonly path: string;
}

/** Writes what a stage paid, a line per reply, and returns the sum in US dollars. */
export async function writeLedger(
  { root, store, provider }: Workplace,
  { folder, path }: LedgerPlace,
): Promise<number> {
  let sum = 0;
  await writeLines(root, path, async function* () {
    for await (const stored of store.paidBy(folder)) {
      sum += stored.usd;
      yield JSON.stringify(entryOf(stored, provider));
    }
  });
  return sum;
}

function entryOf(stored: StoredReply, provider: Provider): object {
  const { key, via, at, usd } = stored;
  const reply = replyOf(stored, provider);
  const usage = reply ? { model: reply.model, ...reply.usage } : { unreadable: true };
  return { key, via, at: new Date(at).toISOString(), provider: provider.name, ...usage, usd };
}

function replyOf(stored: StoredReply, provider: Provider): ModelReply | undefined {
  try {
    return provider.decode(bodyOf(stored, provider));
  } catch {
    return undefined; // marked as unreadable; the row's outcome says why
  }
}
