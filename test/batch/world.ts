import { type BatchEvent, type BatchPolicy, openBatchJob } from "corrigenda/batch";
import { StudyError } from "corrigenda/error";
import { collect, type Disk, type MemoryDisk, memoryDisk } from "corrigenda/files";
import type { BatchApi, BatchLine, Chunk, Outcome, Prompt, Provider } from "corrigenda/provider";
import { keyedRng, type Rng } from "corrigenda/rng";
import { openJournal, openLocalStore } from "corrigenda/store";
import type { Clock } from "corrigenda/time";

export interface Row {
  readonly n: number;
}

/** Rates in [0, 1] of what can go wrong at the simulated service. */
export interface Faults {
  readonly cutBefore: number;
  readonly cutAfter: number;
  readonly status: number;
  readonly quota: number;
  readonly expire: number;
  readonly lateOutput: number;
  readonly badLines: number;
}

export const calm: Faults = { cutBefore: 0, cutAfter: 0, status: 0, quota: 0, expire: 0, lateOutput: 0, badLines: 0 };
export const rough: Faults = {
  cutBefore: 0.1,
  cutAfter: 0.1,
  status: 0.1,
  quota: 0.15,
  expire: 0.3,
  lateOutput: 0.3,
  badLines: 0.3,
};

export class Crash extends Error {}

interface Batch {
  readonly id: string;
  readonly chunk: string;
  readonly lines: readonly { id: string; n: number }[];
  readonly createdAt: number;
  readonly visibleAt: number;
  readonly end: "completed" | "expired" | "failed";
  readonly results: string;
  readonly done: number;
  readonly outputAt: number;
}

const RUN_MS = 600_000;
const LISTING_MS = 30_000;

/** A service, a disk and a clock in memory; any effect can be the one at which the client is killed. */
export class World {
  readonly disk: MemoryDisk = memoryDisk();
  readonly batches: Batch[] = [];
  readonly billed = new Map<string, number>();
  readonly problems: string[] = [];
  /** Effects so far; the client is killed at effect `killAt` (before it when even, after it when odd). */
  effects = 0;
  killAt = Number.POSITIVE_INFINITY;
  private nowMs = Date.UTC(2026, 0, 1);
  private dead = false;
  private readonly files = new Map<string, string>();
  private readonly rng: Rng;
  private readonly faults: Faults;

  constructor(seed: number, faults: Faults = calm) {
    this.rng = keyedRng(seed, "world");
    this.faults = faults;
  }

  readonly clock: Clock = {
    now: () => this.nowMs,
    sleep: async (ms) => {
      this.nowMs += ms;
    },
  };

  /** Runs a client until it is done or killed. After a kill the disk has lost what was not synced. */
  async client(rows: readonly Row[], limitRequests = 3): Promise<Outcome<Row, number>[] | "killed"> {
    this.dead = false;
    try {
      return await this.runClient(rows, limitRequests);
    } catch (error) {
      if (!this.dead) throw error;
      this.disk.crash(this.rng.int(40));
      this.killAt = Number.POSITIVE_INFINITY;
      return "killed";
    }
  }

  private async runClient(rows: readonly Row[], limitRequests: number): Promise<Outcome<Row, number>[]> {
    const disk = this.guarded(this.disk);
    const journal = await openJournal<BatchEvent>(disk, "journal.jsonl");
    const store = await openLocalStore(scoped(disk, "store"), this.clock);
    const policy: Partial<BatchPolicy> = { graceMs: 120_000, patience: 30, maxAttempts: 60 };
    const job = openBatchJob<Row, number>({
      prompt,
      provider: { ...toy, batch: this.api(limitRequests) },
      store,
      journal,
      disk,
      run: "toy/run/stage",
      estimate: () => ({ tokens: 10, usd: 0.001, usdLow: 0.001, usdHigh: 0.001 }),
      price: () => 0.001,
      clock: this.clock,
      rng: keyedRng(1, "client"),
      policy,
    });
    await job.plan(() => rows);
    await job.advance("done");
    return collect(job.outcomes(rows));
  }

  /** Every method of a disk or service counts as an effect, with a kill point before and after it. */
  private async effect<T>(act: () => Promise<T>): Promise<T> {
    this.mayDie();
    const value = await act();
    this.mayDie();
    return value;
  }

  private mayDie(): void {
    if (this.effects++ === this.killAt) this.dead = true;
    if (this.dead) throw new Crash("killed");
  }

  private guarded(disk: Disk): Disk {
    const effect = <T>(act: () => Promise<T>): Promise<T> => this.effect(act);
    return {
      ...disk,
      append: async (path, content) => {
        const file = await effect(() => disk.append(path, content));
        return {
          get size() {
            return file.size;
          },
          write: (bytes) => effect(() => file.write(bytes)),
          sync: () => effect(() => file.sync()),
          close: () => file.close(),
        };
      },
      draft: async () => {
        const draft = await disk.draft();
        return { ...draft, commit: (path) => effect(() => draft.commit(path)) };
      },
      write: (path, content) => effect(() => disk.write(path, content)),
    };
  }

  private api(limitRequests: number): BatchApi {
    const call = <T>(act: () => T, mayFail = true): Promise<T> =>
      this.effect(async () => {
        if (mayFail && this.rng.next() < this.faults.cutBefore) throw new StudyError("network", "cut");
        if (mayFail && this.rng.next() < this.faults.status) throw status(this.rng.pick([429, 500, 503]));
        const value = act();
        if (mayFail && this.rng.next() < this.faults.cutAfter) throw new StudyError("network", "cut after the deed");
        return value;
      });
    return {
      limits: { requests: limitRequests, bytes: 100_000 },
      line: (id, wire) => JSON.stringify({ custom_id: id, body: JSON.parse(wire.body) }),
      wireId: (id) => id,
      upload: async (chunk) => {
        const text = await (await chunk.blob()).text();
        return call(() => {
          const id = `file_${this.files.size}`;
          this.files.set(id, text);
          return id;
        });
      },
      create: (chunk, file) => call(() => this.create(chunk, this.files.get(file ?? "") ?? "")),
      find: (chunk) =>
        call(() => this.batches.find((batch) => batch.chunk === chunk.key && batch.visibleAt <= this.nowMs)?.id),
      state: (id) => call(() => this.state(id)),
      results: (id) => this.results(id),
      cancel: async () => undefined,
      read: (line) => line as unknown as BatchLine,
    };
  }

  private create(chunk: Chunk, text: string): string {
    const lines = text
      .trim()
      .split("\n")
      .map((line) => {
        const { custom_id, body } = JSON.parse(line) as { custom_id: string; body: { n: number } };
        return { id: custom_id, n: body.n };
      });
    for (const { id } of lines) {
      const open = this.batches.some(
        (batch) =>
          this.nowMs < batch.createdAt + RUN_MS && batch.end !== "failed" && batch.lines.some((line) => line.id === id),
      );
      if (open || this.billed.has(id)) this.problems.push(`batch created twice over ${id}`);
    }
    const chance = this.rng.next();
    const { quota, expire } = this.faults;
    const end = chance < quota ? "failed" : chance < quota + expire ? "expired" : "completed";
    const id = `batch_${this.batches.length}`;
    const { results, done } = this.answer(lines, end);
    const late = this.rng.next() < this.faults.lateOutput ? 60_000 : 0;
    const createdAt = this.nowMs;
    const outputAt = createdAt + RUN_MS + late;
    this.batches.push({
      id,
      chunk: chunk.key,
      lines,
      createdAt,
      visibleAt: createdAt + this.rng.int(LISTING_MS),
      end,
      results,
      done,
      outputAt,
    });
    return id;
  }

  private answer(lines: readonly { id: string; n: number }[], end: Batch["end"]): { results: string; done: number } {
    if (end === "failed") return { results: "", done: 0 };
    const out: string[] = [];
    let done = 0;
    for (const { id, n } of this.rng.shuffle(lines)) {
      const isBad = this.rng.next() < this.faults.badLines;
      if (end === "expired" && this.rng.next() < 0.5)
        out.push(JSON.stringify({ id, ok: false, again: true, reason: "batch_expired" }));
      else if (isBad && this.rng.next() < 0.5)
        out.push(JSON.stringify({ id, ok: false, again: true, reason: "status 500" }));
      else {
        out.push(JSON.stringify({ id, ok: true, body: { answer: n * n } }));
        done += 1;
        this.billed.set(id, (this.billed.get(id) ?? 0) + 1);
        if (this.billed.get(id) !== 1) this.problems.push(`${id} paid twice`);
      }
      if (isBad && this.rng.next() < 0.3) out.push('{"id":"torn');
    }
    return { results: out.join("\n"), done };
  }

  private state(id: string): ReturnType<BatchApi["state"]> extends Promise<infer State> ? State : never {
    const batch = this.batches.find((one) => one.id === id);
    if (!batch) throw status(404);
    const counts = { total: batch.lines.length, done: batch.done, failed: 0 };
    if (this.nowMs < batch.createdAt + RUN_MS)
      return { status: "waiting", detail: "in_progress", counts, ready: false, errors: [] };
    const errors = batch.end === "failed" ? [{ code: "token_limit_exceeded", message: "queue full" }] : [];
    return { status: batch.end, detail: batch.end, counts, ready: this.nowMs >= batch.outputAt, errors };
  }

  private async *results(id: string): AsyncGenerator<Uint8Array> {
    const bytes = Buffer.from(this.batches.find((one) => one.id === id)?.results ?? "");
    const middle = this.rng.int(bytes.length + 1);
    this.mayDie();
    yield bytes.subarray(0, middle);
    if (this.rng.next() < this.faults.cutBefore) throw new StudyError("network", "cut in the middle");
    this.mayDie();
    yield bytes.subarray(middle);
  }
}

const prompt: Prompt<Row, number> = {
  name: "square",
  id: (row) => `row_${row.n}`,
  request: (row) => ({ model: "toy", messages: [{ role: "user", content: String(row.n) }] }),
  parse: (reply) => Number(reply.text),
};

const toy: Provider = {
  name: "toy",
  base: "memory",
  limits: {},
  encode: (request) => ({
    endpoint: "/square",
    model: request.model,
    body: `{"n":${request.messages[0]?.content}}`,
    sample: 0,
  }),
  decode: (body) => ({
    text: String((body as { answer: number }).answer),
    model: "toy",
    finish: "stop",
    usage: { input: 1, cached: 0, cacheWrite: 0, output: 1, reasoning: 0 },
  }),
  complete: () => Promise.reject(new Error("not used")),
};

function status(code: number): StudyError {
  return new StudyError("provider", `status ${code}`, { facts: { status: code } });
}

function scoped(disk: Disk, folder: string): Disk {
  const at = (path: string): string => (path === "." ? folder : `${folder}/${path}`);
  return {
    ...disk,
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
    lock: (path) => disk.lock(at(path)),
  };
}
