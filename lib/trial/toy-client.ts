import { type BatchEvent, openBatchJob } from "corrigenda/batch";
import { collect, type Disk } from "corrigenda/files";
import { type OnlineEvent, runOnline } from "corrigenda/online";
import type { Outcome } from "corrigenda/provider";
import { keyedRng } from "corrigenda/rng";
import { type Journal, openJournal, openLocalStore, type Store } from "corrigenda/store";
import type { Clock } from "corrigenda/time";
import type { Mortal } from "./mortal.ts";
import type { Planted, Schedule } from "./schedule.ts";
import { TOY_ESTIMATE_USD, TOY_USD, type ToyRow, toyPrompt, toyProvider } from "./toy.ts";
import type { ToyService } from "./toy-service.ts";

export interface ToyClient {
  readonly schedule: Schedule;
  readonly mortal: Mortal;
  /** As this life sees it. */
  readonly disk: Disk;
  readonly service: ToyService;
  /** As this life sees it. */
  readonly clock: Clock;
  /** A request goes out. */
  readonly asked: (key: string) => void;
  /** A reply is acknowledged as durable. */
  readonly kept: (key: string) => void;
  readonly planted: Planted | undefined;
}

/** Who pays for a stage. */
export function payer(stage: number): string {
  return `toy/run/${stage}`;
}

export function tableOf(stage: number): string {
  return `${stage}/table.jsonl`;
}

export function journalOf(stage: number): string {
  return `${stage}/journal.jsonl`;
}

/** One life of the program: every stage that has no table yet, from wherever an earlier life left it. */
export async function liveOnce(client: ToyClient): Promise<void> {
  const { disk, schedule, clock } = client;
  const store = watched(await openLocalStore(inFolder(disk, "store"), clock), client);
  for (const [stage, kind] of schedule.stages.entries()) {
    if ((await disk.size(tableOf(stage))) !== undefined) continue;
    const outcomes = kind === "batch" ? await runBatch(client, store, stage) : await runCalls(client, store, stage);
    await disk.write(tableOf(stage), outcomes.map(lineOf).join(""));
  }
  await store.close();
}

async function runBatch(client: ToyClient, store: Store, stage: number): Promise<Outcome<ToyRow, number>[]> {
  const { disk, schedule, clock, service, mortal, asked, planted } = client;
  const folder = inFolder(disk, `${stage}`);
  const journal = await openJournal<BatchEvent>(folder, "journal.jsonl");
  const api = service.batchApi(mortal, schedule.limitRequests, asked);
  const batch = planted === "no-find" ? { ...api, find: async () => undefined } : api;
  const job = openBatchJob<ToyRow, number>({
    ...{ prompt: toyPrompt, provider: { ...toyProvider, batch }, store, disk: folder, run: payer(stage), clock },
    journal: planted === "no-intents" ? without(journal, "upload", "uploaded", "create") : journal,
    rng: keyedRng(1, "client"),
    policy: { maxAttempts: 60, patience: 30, ...(planted === "no-grace" && { graceMs: 0 }) },
    estimate: () => ({ tokens: 10, usd: TOY_USD, usdLow: TOY_USD, usdHigh: TOY_ESTIMATE_USD }),
    price: () => TOY_USD,
  });
  await job.plan(() => schedule.rows);
  await job.advance("done");
  const outcomes = await collect(job.outcomes(schedule.rows));
  await journal.close();
  return outcomes;
}

async function runCalls(client: ToyClient, store: Store, stage: number): Promise<Outcome<ToyRow, number>[]> {
  const { disk, schedule, clock, service, mortal, asked, planted } = client;
  const journal = await openJournal<OnlineEvent>(inFolder(disk, `${stage}`), "journal.jsonl");
  const around = { asked, wait: (ms: number) => clock.sleep(ms) };
  const outcomes = await collect(
    runOnline<ToyRow, number>({
      ...{ rows: schedule.rows, prompt: toyPrompt, store, run: payer(stage), clock, rng: keyedRng(1, "client") },
      provider: { ...toyProvider, complete: (wire, signal) => service.complete(mortal, wire, around, signal) },
      journal: planted === "no-call-intent" ? without(journal, "call") : journal,
      price: (_model, { input }) => (input === 1 ? TOY_USD : TOY_ESTIMATE_USD),
      ...{ concurrency: schedule.concurrency, timeoutMs: 60_000, maxAttempts: 60 },
    }),
  );
  await journal.close();
  return outcomes;
}

function lineOf(outcome: Outcome<ToyRow, number>): string {
  const value = outcome.ok ? outcome.value : outcome.error.message;
  return `${JSON.stringify({ id: outcome.id, n: outcome.row.n, ok: outcome.ok, value })}\n`;
}

function without<Event extends { readonly t: string }>(
  journal: Journal<Event>,
  ...kinds: Event["t"][]
): Journal<Event> {
  return { ...journal, append: async (event) => (kinds.includes(event.t) ? undefined : journal.append(event)) };
}

/** Notes which replies the store has acknowledged. */
function watched(store: Store, { kept, planted }: ToyClient): Store {
  let soon: string[] = [];
  return {
    ...store,
    put: async (replies, durable = "now") => {
      const keys = replies.map(({ key }) => key);
      if (planted === "early-reply") keys.forEach(kept);
      await store.put(replies, durable);
      soon.push(...keys);
      if (durable === "soon") return;
      soon.forEach(kept);
      soon = [];
    },
  };
}

/** A folder of a disk as a disk. */
export function inFolder(disk: Disk, folder: string): Disk {
  const at = (path: string): string => (path === "." ? folder : `${folder}/${path}`);
  return {
    ...disk,
    resolve: (path) => at(path),
    read: (path, from, to) => disk.read(at(path), from, to),
    readAt: (path, offset, length) => disk.readAt(at(path), offset, length),
    reader: (path) => disk.reader(at(path)),
    size: (path) => disk.size(at(path)),
    list: (path) => disk.list(at(path)),
    append: (path, content) => disk.append(at(path), content),
    draft: async () => {
      const draft = await disk.draft();
      return { ...draft, commit: (path) => draft.commit(at(path)) };
    },
    write: (path, content) => disk.write(at(path), content),
    blob: (path) => disk.blob(at(path)),
    remove: (path) => disk.remove(at(path)),
    lock: (path) => disk.lock(at(path)),
  };
}
