import { type BatchEvent, type BatchNews, type BatchPolicy, openBatchJob } from "corrigenda/batch";
import { StudyError } from "corrigenda/error";
import { collect, type MemoryDisk, memoryDisk } from "corrigenda/files";
import type { BatchApi, BatchLine, BatchState, Chunk, Prompt, Provider } from "corrigenda/provider";
import { keyedRng } from "corrigenda/rng";
import { openJournal, openLocalStore } from "corrigenda/store";
import type { Clock } from "corrigenda/time";

/** A batch at the desk: the ids of its requests. */
export interface DeskBatch {
  readonly chunk: Chunk;
  readonly ids: readonly string[];
}

/** A service in memory whose answers a test replaces one by one; without that every batch ends at once, all answered. */
export interface Desk {
  readonly batches: DeskBatch[];
  readonly uploads: Chunk[];
  /** Milliseconds since 1970; sleeping moves it. */
  now: number;
  api: BatchApi;
}

export const done: BatchState = {
  ...{ status: "completed", detail: "completed", counts: { total: 1, done: 1, failed: 0 } },
  ...{ ready: true, errors: [] },
};

export function desk(requests = 2): Desk {
  const [batches, uploads]: [DeskBatch[], Chunk[]] = [[], []];
  const api: BatchApi = {
    limits: { requests, bytes: 10_000 },
    line: (id, wire) => JSON.stringify({ id, body: JSON.parse(wire.body) }),
    wireId: (id) => id,
    upload: async (chunk) => `file-${uploads.push(chunk)}`,
    create: async (chunk) => {
      const lines = (await (await chunk.blob()).text()).trim().split("\n");
      return `batch-${batches.push({ chunk, ids: lines.map((line) => (JSON.parse(line) as { id: string }).id) })}`;
    },
    find: async () => undefined,
    state: async () => done,
    results: (id) => bytes(idsOf(id).map((one) => answer(one))),
    cancel: async () => undefined,
    read: (line) => ("ok" in (line as object) ? (line as unknown as BatchLine) : undefined),
  };
  const idsOf = (id: string): readonly string[] => batches[Number(id.slice(6)) - 1]?.ids ?? [];
  return { batches, uploads, now: Date.UTC(2026, 0, 1), api };
}

/** A good result line: the square of the row. */
export function answer(id: string): string {
  return JSON.stringify({ id, ok: true, body: { n: Number(id.slice(4)) } });
}

/** A failed result line that is worth another try. */
export function trouble(id: string, reason: string): string {
  return JSON.stringify({ id, ok: false, again: true, reason });
}

export async function* bytes(lines: readonly string[]): AsyncGenerator<Uint8Array> {
  for (const line of lines) yield Buffer.from(`${line}\n`);
}

export function refusal(status: number, code: "provider" | "quota" = "provider"): StudyError {
  return new StudyError(code, `status ${status}`, { facts: { status } });
}

export interface Client {
  readonly job: ReturnType<typeof openBatchJob<number, number>>;
  readonly news: BatchNews[];
  readonly events: readonly BatchEvent[];
  spentUsd(): Promise<number>;
  /** Each row's value, or why there is none. */
  values(rows: readonly number[]): Promise<(number | string)[]>;
}

/**
 * A client process on a disk: open another one on the same disk to resume. Every reply costs $0.01.
 * @param usd the estimate of a request @param recorded may throw, as a kill would
 */
export async function client(
  at: Desk,
  disk: MemoryDisk = memoryDisk(),
  policy: Partial<BatchPolicy> = {},
  usd = 0.01,
  recorded: (event: BatchEvent) => void = () => undefined,
): Promise<Client> {
  const clock: Clock = {
    now: () => at.now,
    sleep: async (ms, signal) => {
      signal?.throwIfAborted();
      at.now += ms;
    },
  };
  const store = await openLocalStore(disk, clock);
  const journal = await openJournal<BatchEvent>(disk, "journal.jsonl");
  const news: BatchNews[] = [];
  const events: BatchEvent[] = [];
  const provider: Provider = { ...toy, batch: at.api };
  const job = openBatchJob<number, number>({
    ...{ prompt, provider, store, disk, clock, policy, run: "toy/run/stage", rng: keyedRng(1) },
    journal: {
      ...journal,
      append: async (event) => {
        events.push(event);
        await journal.append(event);
        recorded(event);
      },
    },
    estimate: () => ({ tokens: 10, usd, usdLow: usd, usdHigh: usd }),
    price: () => 0.01,
    onEvent: (one) => news.push(one),
  });
  return {
    ...{ job, news, events },
    spentUsd: () => store.spentUsd("toy/run/stage"),
    values: async (rows) => (await collect(job.outcomes(rows))).map((one) => (one.ok ? one.value : one.error.message)),
  };
}

const prompt: Prompt<number, number> = {
  name: "square",
  id: (n) => `row_${n}`,
  request: (n) => ({ model: "m", messages: [{ role: "user", content: `${n}` }] }),
  parse: ({ text }) => Number(text),
};

const toy: Provider = {
  ...{ name: "toy", base: "toy", limits: {} },
  encode: ({ model, messages }) => ({ endpoint: "/x", model, body: `{"n":${messages[0]?.content}}`, sample: 0 }),
  decode: (body) => ({
    ...{ text: String((body as { n: number }).n ** 2), model: "m", finish: "stop" },
    usage: { input: 1, cached: 0, cacheWrite: 0, output: 1, reasoning: 0 },
  }),
  complete: () => Promise.reject(new Error("not used")),
};
