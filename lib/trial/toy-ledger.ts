import { type BatchEvent, foldEvents } from "corrigenda/batch";
import type { Disk } from "corrigenda/files";
import { type OnlineEvent, unknownCalls } from "corrigenda/online";
import { openLocalStore, readJournal } from "corrigenda/store";
import type { Clock } from "corrigenda/time";
import type { Schedule } from "./schedule.ts";
import { inFolder, journalOf, payer } from "./toy-client.ts";

/** What store and journals say was paid. */
export interface ToyLedger {
  /** "online" or the batch's id, by key. */
  readonly paid: ReadonlyMap<string, readonly string[]>;
  /** Calls of unknown fate, by key. */
  readonly unknown: ReadonlyMap<string, number>;
  /** Batches that a journal knows. */
  readonly batches: ReadonlySet<string>;
  /** US dollars. */
  readonly usd: number;
}

export async function readLedger(disk: Disk, { stages }: Schedule, clock: Clock): Promise<ToyLedger> {
  const store = await openLocalStore(inFolder(disk, "store"), clock);
  const [paid, unknown, batches] = [new Map<string, string[]>(), new Map<string, number>(), new Set<string>()];
  let usd = 0;
  for (const [stage, kind] of stages.entries()) {
    const own = new Set<string>();
    for await (const { key, via } of store.paidBy(payer(stage))) {
      paid.set(key, [...(paid.get(key) ?? []), via]);
      own.add(key);
    }
    usd += await store.spentUsd(payer(stage));
    if (kind === "batch") {
      const { chunks } = foldEvents(await readJournal<BatchEvent>(disk, journalOf(stage)));
      for (const { batch } of chunks.values()) if (batch !== undefined) batches.add(batch);
    } else {
      const events = await readJournal<OnlineEvent>(disk, journalOf(stage));
      for (const { key, calls } of unknownCalls(events, (one) => own.has(one)))
        unknown.set(key, (unknown.get(key) ?? 0) + calls);
    }
  }
  await store.close();
  return { paid, unknown, batches, usd };
}
