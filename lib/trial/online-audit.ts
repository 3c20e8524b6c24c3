import type { Disk } from "corrigenda/files";
import { type OnlineEvent, unknownCalls } from "corrigenda/online";
import { readBill } from "corrigenda/provider/offline";
import { listStages } from "corrigenda/results";
import { openLocalStore, readJournal } from "corrigenda/store";
import { realClock } from "corrigenda/time";

/** All synchronous calls of a folder of runs against the service's bill. */
export interface OnlineAudit {
  readonly billed: number;
  readonly kept: number;
  /** Calls of unknown fate, by the journals. */
  readonly unknown: number;
  /** Billed calls that are neither kept nor of unknown fate. */
  readonly leaked: number;
}

/** @param state the service's folder @param root the clients' results/ */
export async function auditOnline(state: Disk, root: Disk, storeDisk: Disk): Promise<OnlineAudit> {
  let [billed, kept, unknown] = [0, 0, 0];
  for await (const { kind } of readBill(state)) if (kind === "online") billed += 1;
  const store = await openLocalStore(storeDisk, realClock);
  for await (const { study, run, stage } of listStages(root)) {
    const folder = `${study}/${run}/${stage}`;
    const own = new Set<string>();
    for await (const { key, via } of store.paidBy(folder)) if (via === "online") own.add(key);
    kept += own.size;
    const events = (await readJournal<OnlineEvent>(root, `${folder}/journal.jsonl`)).filter(({ t }) => CALLS.has(t));
    for (const { calls } of unknownCalls(events, (key) => own.has(key))) unknown += calls;
  }
  await store.close();
  return { billed, kept, unknown, leaked: Math.max(0, billed - kept - unknown) };
}

/** A journal of batches has other events. */
const CALLS: ReadonlySet<string> = new Set(["call", "refused", "lost"]);
