import { type BatchEvent, foldEvents } from "corrigenda/batch";
import type { Disk } from "corrigenda/files";
import { readBill } from "corrigenda/provider/offline";
import { listStages } from "corrigenda/results";
import { openLocalStore, readJournal, type Store } from "corrigenda/store";
import { realClock } from "corrigenda/time";

/** What the offline service's bill says against what clients know. All but the first two should be 0. */
export interface Audit {
  /** Batches created, and requests billed. */
  readonly batches: number;
  readonly billed: number;
  /** Billed replies that no store holds. */
  readonly lost: number;
  /** Batches that no journal knows: created once more than the client meant to. */
  readonly createdTwice: number;
  /** Requests billed more than once within a run. */
  readonly paidTwice: number;
}

/** @param state the service's folder @param root the clients' results/ @param kept their store, or its folder */
export async function auditBatches(state: Disk, root: Disk, kept: Disk | Pick<Store, "paidBy">): Promise<Audit> {
  const runOf = await batchesByRun(root);
  const repliesOf = await keptByBatch(root, kept);
  const billedBy = new Map<string, number>();
  const seen = new Set<string>();
  const sum = { batches: 0, billed: 0, lost: 0, createdTwice: 0, paidTwice: 0 };
  for await (const line of readBill(state)) {
    if (line.kind === "batch_created") {
      sum.batches += 1;
      if (!runOf.has(line.batch)) sum.createdTwice += 1;
    }
    if (line.kind !== "batch") continue;
    sum.billed += 1;
    billedBy.set(line.batch, (billedBy.get(line.batch) ?? 0) + 1);
    const request = `${runOf.get(line.batch)} ${line.key}`;
    if (seen.has(request)) sum.paidTwice += 1;
    seen.add(request);
  }
  for (const [batch, billed] of billedBy) sum.lost += Math.max(0, billed - (repliesOf.get(batch) ?? 0));
  return sum;
}

async function batchesByRun(root: Disk): Promise<Map<string, string>> {
  const runs = new Map<string, string>();
  for await (const { study, run, stage } of listStages(root)) {
    const folder = `${study}/${run}/${stage}`;
    const { chunks } = foldEvents(await readJournal<BatchEvent>(root, `${folder}/journal.jsonl`));
    for (const { batch } of chunks.values()) if (batch !== undefined) runs.set(batch, folder);
  }
  return runs;
}

async function keptByBatch(root: Disk, given: Disk | Pick<Store, "paidBy">): Promise<Map<string, number>> {
  const store = "paidBy" in given ? { ...given, close: async () => undefined } : await openLocalStore(given, realClock);
  const kept = new Map<string, number>();
  for await (const { study, run, stage } of listStages(root)) {
    for await (const { via } of store.paidBy(`${study}/${run}/${stage}`)) kept.set(via, (kept.get(via) ?? 0) + 1);
  }
  await store.close();
  return kept;
}
