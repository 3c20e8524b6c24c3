import { type BatchEvent, openBatchJob } from "corrigenda/batch";
import { isRemote } from "corrigenda/dataset";
import { handedIn } from "corrigenda/engine";
import { collect } from "corrigenda/files";
import { contentHash } from "corrigenda/json";
import { type Outcome, type Prompt, priceUsd, requestKey } from "corrigenda/provider";
import { keyedRng } from "corrigenda/rng";
import { openJournal } from "corrigenda/store";
import { mostUsd } from "./most.ts";
import type { DeskPlace } from "./place.ts";

/** A batch as the service sees it. */
export interface ListedBatch {
  readonly id: string;
  /** The service's own word. */
  readonly status: string;
  readonly done: number;
  readonly failed: number;
  readonly requests: number;
}

/** What was handed in. */
export interface Submitted {
  readonly rows: number;
  /** Those that travel: equal ones once, kept ones not. */
  readonly requests: number;
  /** US dollars that are held until the batch has ended. */
  readonly mostUsd: number;
}

/** A few rows on their way through the Batch API. The same rows later, also in another kernel, are the same batch. */
export interface DeskBatch<Row, Out> {
  /** Plans, holds the most that it can cost, hands in. @throws StudyError "budget" before anything is sent */
  submit(): Promise<Submitted>;
  /** How the service says it stands with each batch that was handed in. */
  list(): Promise<ListedBatch[]>;
  /** Waits until it has ended; each row once, in order, answered or with its error. */
  retrieve(): Promise<Outcome<Row, Out>[]>;
}

const LOCAL_POLICY = { pollMs: 50, maxPollMs: 200, graceMs: 3_000 };

export async function openDeskBatch<Row, Out>(
  { disk, below, provider, store, purse, clock, folder: desk }: DeskPlace,
  prompt: Prompt<Row, Out>,
  rows: readonly Row[],
): Promise<DeskBatch<Row, Out>> {
  const pricing = { provider: provider.name, batch: true, at: clock.now() };
  const most = new Map<string, number>();
  for (const row of rows) {
    const request = prompt.request(row);
    const wire = provider.encode(request);
    most.set(requestKey(provider, wire), mostUsd(request, wire, pricing));
  }
  const keys = [...most.keys()];
  const mostOf = (key: string): number => most.get(key) ?? 0;
  const folder = `${desk}/batch-${contentHash(keys).slice(0, 8)}`;
  const job = openBatchJob<Row, Out>({
    ...{ prompt, provider, store, clock, run: folder, rng: keyedRng("back-off", folder) },
    journal: await openJournal<BatchEvent>(disk, `${folder}/journal.jsonl`),
    disk: below(folder),
    estimate: (wire) => {
      const usd = mostOf(requestKey(provider, wire));
      return { tokens: Buffer.byteLength(wire.body), usd, usdLow: 0, usdHigh: usd };
    },
    price: (model, usage) => priceUsd({ ...pricing, model, usage }),
    policy: isRemote(provider) ? {} : LOCAL_POLICY,
  });
  return {
    submit: async () => {
      const kept = await store.has(keys);
      const asked = keys.filter((_, at) => !kept[at]);
      await purse.hold(
        asked.reduce((sum, key) => sum + mostOf(key), 0),
        folder,
      );
      const plan = await job.plan(() => rows);
      await job.advance("submitted");
      return { rows: plan.rows, requests: plan.requests, mostUsd: plan.usdHigh };
    },
    list: async () => {
      const listed: ListedBatch[] = [];
      for (const { id } of (await handedIn(disk, folder)).batches) {
        const state = await provider.batch?.state(id);
        const { total = 0, done = 0, failed = 0 } = state?.counts ?? {};
        listed.push({ id, status: state?.detail ?? "", done, failed, requests: total });
      }
      return listed;
    },
    retrieve: async () => {
      await job.advance("done");
      await purse.settle(folder, job.progress().usd);
      return collect(job.outcomes(rows));
    },
  };
}
