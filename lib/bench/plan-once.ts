import { type Estimate, openBatchJob, type PlanSummary } from "corrigenda/batch";
import { type Disk, nodeDisk } from "corrigenda/files";
import type { Prompt, Provider, WireRequest } from "corrigenda/provider";
import { keyedRng } from "corrigenda/rng";
import { openJournal, openLocalStore } from "corrigenda/store";
import { realClock } from "corrigenda/time";

export interface Planned<Row> {
  readonly prompt: Prompt<Row, unknown>;
  readonly provider: Provider;
  readonly estimate: (wire: WireRequest) => Estimate;
  readonly rows: Iterable<Row>;
}

/** Plans rows as a job of an empty store does, in a folder that is emptied afterwards. */
export async function planOnce<Row>(folder: Disk, { rows, ...what }: Planned<Row>): Promise<PlanSummary> {
  const disk = nodeDisk(folder.resolve("job"));
  const store = await openLocalStore(nodeDisk(folder.resolve("store")), realClock);
  const journal = await openJournal<never>(disk, "journal.jsonl");
  const run = "bench/plan/once";
  const job = openBatchJob({
    ...{ ...what, disk, store, journal, run },
    ...{ price: () => 0, clock: realClock, rng: keyedRng(1) },
  });
  const summary = await job.plan(() => rows);
  await journal.close();
  await store.close();
  await folder.remove(".");
  return summary;
}
