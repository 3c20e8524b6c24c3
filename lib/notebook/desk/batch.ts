import {
  type BatchEvent,
  type BatchJob,
  type BatchOptions,
  type ChunkState,
  foldEvents,
  openBatchJob,
  type PlanSummary,
} from "corrigenda/batch";
import { isRemote } from "corrigenda/dataset";
import { type guardPrompt, handedIn } from "corrigenda/engine";
import { StudyError } from "corrigenda/error";
import { collect } from "corrigenda/files";
import { contentHash } from "corrigenda/json";
import { type Outcome, type Prompt, priceUsd, requestKey } from "corrigenda/provider";
import { keyedRng } from "corrigenda/rng";
import { openJournal, readJournal } from "corrigenda/store";
import { mostUsd } from "./most.ts";
import type { DeskPlace } from "./place.ts";
import { openTurns, type Turns } from "./turns.ts";

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
  /** Waits until it has ended; each row once, in order, answered or with its error. @throws StudyError "config" before a submit */
  retrieve(): Promise<Outcome<Row, Out>[]>;
}

const LOCAL_POLICY = { pollMs: 50, maxPollMs: 200, graceMs: 3_000 };
const PAUSE_MS = 250;

type Guarded<Row, Out> = ReturnType<typeof guardPrompt<Row, Out>>;

/** The batches of one desk. @param tell takes warnings, and who is waited for */
export function openDeskBatches(place: DeskPlace, tell: (warning: string) => void) {
  const { disk, clock } = place;
  const folders = new Map<string, Turns>();
  const turnsOf = (folder: string): Turns => {
    const onWait = ({ message }: StudyError): void => tell(message);
    const turns = folders.get(folder) ?? openTurns({ disk, path: `${folder}/.lock`, clock, pauseMs: PAUSE_MS, onWait });
    folders.set(folder, turns);
    return turns;
  };
  return async <Row, Out>(
    { checked, prompt, verdict }: Guarded<Row, Out>,
    rows: readonly Row[],
  ): Promise<DeskBatch<Row, Out>> => {
    const prices = pricesOf(place, checked, rows);
    for (const warning of verdict()) tell(warning);
    const folder = `${place.folder}/batch-${contentHash([...prices.most.keys()]).slice(0, 8)}`;
    return deskBatch({ ...prices, place, prompt, rows, folder, inTurn: turnsOf(folder) });
  };
}

interface Parts<Row, Out> extends Prices {
  readonly place: DeskPlace;
  readonly prompt: Prompt<Row, Out>;
  readonly rows: readonly Row[];
  readonly folder: string;
  readonly inTurn: Turns;
}

function deskBatch<Row, Out>(parts: Parts<Row, Out>): DeskBatch<Row, Out> {
  const { rows, folder } = parts;
  const { disk, purse, provider } = parts.place;
  const journalled = async () => foldEvents(await readJournal<BatchEvent>(disk, `${folder}/journal.jsonl`));
  return {
    submit: async () => {
      // What is handed in needs no turn: it would come after a retrieve that goes on for hours.
      const before = await journalled();
      if (before.plan && [...before.chunks.values()].every(isHandedIn)) return submitted(before.plan);
      return await withJob(parts, async (job, planned) => {
        const summary = planned ?? (await planHeld(parts, job));
        await job.advance("submitted");
        return submitted(summary);
      });
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
    retrieve: () =>
      withJob(parts, async (job, planned) => {
        if (!planned) throw new StudyError("config", "these rows were not handed in: call submit() first");
        await job.advance("done");
        await purse.settle(folder, job.progress().usd);
        return collect(job.outcomes(rows));
      }),
  };
}

/** Holds the most that it can cost before it is planned: what a refused plan would leave could not see later replies. */
async function planHeld<Row, Out>(
  { place: { store, purse }, rows, folder, most }: Parts<Row, Out>,
  job: BatchJob<Row, Out>,
): Promise<PlanSummary> {
  const keys = [...most.keys()];
  const kept = await store.has(keys);
  const asked = keys.filter((_, at) => !kept[at]);
  await purse.hold(
    asked.reduce((sum, key) => sum + (most.get(key) ?? 0), 0),
    folder,
  );
  try {
    return await job.plan(() => rows);
  } catch (error) {
    await purse.settle(folder, 0);
    throw error;
  }
}

const isHandedIn = ({ phase }: ChunkState): boolean => phase === "created" || phase === "ingested";

function submitted({ rows, requests, usdHigh }: PlanSummary): Submitted {
  return { rows, requests, mostUsd: usdHigh };
}

/** Takes a turn, and only then reads how far the batch is: another cell or kernel may have brought it on meanwhile. */
async function withJob<Row, Out, T>(
  { place, prompt, folder, inTurn, estimate, price }: Parts<Row, Out>,
  work: (job: BatchJob<Row, Out>, planned: PlanSummary | undefined) => Promise<T>,
): Promise<T> {
  const { disk, below, provider, store, clock } = place;
  return await inTurn(async () => {
    const journal = await openJournal<BatchEvent>(disk, `${folder}/journal.jsonl`);
    try {
      const job = openBatchJob<Row, Out>({
        ...{ prompt, provider, store, clock, journal, estimate, price, run: folder, rng: keyedRng("back-off", folder) },
        disk: below(folder),
        policy: isRemote(provider) ? {} : LOCAL_POLICY,
      });
      return await work(job, foldEvents(journal.past).plan);
    } finally {
      await journal.close();
    }
  });
}

interface Prices extends Pick<BatchOptions<unknown, unknown>, "estimate" | "price"> {
  /** US dollars at most, by key. */
  readonly most: ReadonlyMap<string, number>;
}

function pricesOf<Row, Out>({ provider, clock }: DeskPlace, prompt: Prompt<Row, Out>, rows: readonly Row[]): Prices {
  const pricing = { provider: provider.name, batch: true, at: clock.now() };
  const most = new Map<string, number>();
  for (const row of rows) {
    const request = prompt.request(row);
    const wire = provider.encode(request);
    most.set(requestKey(provider, wire), mostUsd(request, wire, pricing));
  }
  return {
    most,
    estimate: (wire) => {
      const usd = most.get(requestKey(provider, wire)) ?? 0;
      return { tokens: Buffer.byteLength(wire.body), usd, usdLow: 0, usdHigh: usd };
    },
    price: (model, usage) => priceUsd({ ...pricing, model, usage }),
  };
}
