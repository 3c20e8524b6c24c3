import { StudyError } from "corrigenda/error";
import type { BatchApi, BatchLine, BatchState, Chunk, HttpReply, WireRequest } from "corrigenda/provider";
import type { Rng } from "corrigenda/rng";
import type { Mortal } from "./mortal.ts";
import { isBad, isGarbled, keyOf } from "./toy.ts";

/** Rates in [0, 1] of what can go wrong at the simulated service. */
export interface ToyFaults {
  /** A connection breaks before the service has acted. */
  readonly cut: number;
  /** The service has acted, and its answer is lost. */
  readonly lostAnswer: number;
  /** 429 or 5xx. */
  readonly status: number;
  /** Batches that end as failed, expired or cancelled. */
  readonly failedBatch: number;
  readonly expired: number;
  readonly cancelled: number;
  /** Batches listed late, results that appear late. */
  readonly late: number;
  /** Result lines that ask for another try, come twice, are torn, or belong to nobody. */
  readonly badLines: number;
  /** A synchronous call that hangs until its time-out. */
  readonly hang: number;
}

export const noToyFaults: ToyFaults = {
  ...{ cut: 0, lostAnswer: 0, status: 0, failedBatch: 0, expired: 0, cancelled: 0, late: 0, badLines: 0, hang: 0 },
};

interface ToyBatch {
  readonly id: string;
  readonly chunk: string;
  readonly file: string | undefined;
  readonly total: number;
  readonly end: Exclude<BatchState["status"], "waiting">;
  readonly code: string;
  readonly results: string;
  readonly createdAt: number;
  readonly visibleAt: number;
  readonly endedAt: number;
  readonly readyAt: number;
}

const MINUTE = 60_000;
/** How far back a batch is looked for, by its mark and by its file: as the OpenAI wire does. */
const SKEW_MS = 5 * MINUTE;
const WRONG_CLOCK_MS = 26 * 60 * MINUTE;
/** Later than this a batch or its results would pass for lost. */
const LATEST_MS = 100_000;

/** A service with batches and synchronous calls that outlives its clients, and its bill. */
export class ToyService {
  /** Billed requests, by key. */
  readonly batchBill = new Map<string, string[]>();
  readonly onlineBill = new Map<string, number>();
  /** Answers to synchronous calls that were lost on the way, whether or not they were billed. */
  lostAnswers = 0;
  faults: ToyFaults;
  readonly #rng: Rng;
  readonly #now: () => number;
  readonly #files = new Map<string, string>();
  readonly #batches: ToyBatch[] = [];

  /** @param now the service's own clock, ms */
  constructor(rng: Rng, faults: ToyFaults, now: () => number) {
    this.#rng = rng;
    this.faults = faults;
    this.#now = now;
  }

  /** Calls as a client makes them. @param asked every request handed in, by key */
  batchApi(client: Mortal, limitRequests: number, asked: (key: string) => void): BatchApi {
    const call = <T>(name: string, act: () => T): Promise<T> =>
      client.does(name, () => {
        if (this.#hits("cut")) throw new StudyError("network", "the connection was cut");
        if (this.#hits("status")) throw refusal(this.#rng.pick([429, 500, 503]));
        const value = act();
        if (this.#hits("lostAnswer")) throw new StudyError("network", "the answer was lost");
        return value;
      });
    return {
      limits: { requests: limitRequests, bytes: 100_000 },
      line: (id, wire) => JSON.stringify({ custom_id: id, body: JSON.parse(wire.body) }),
      wireId: (id) => id,
      upload: async (chunk) => {
        const text = await (await chunk.blob()).text();
        return call("upload", () => {
          const id = `file_${this.#files.size}`;
          this.#files.set(id, text);
          return id;
        });
      },
      create: (chunk, file) => call("create a batch", () => this.#create(chunk, file, asked)),
      find: (chunk, since, file) => call("list batches", () => this.#find(chunk, since, file)),
      state: (id) => call("show a batch", () => this.#state(id)),
      results: (id) => this.#results(client, id),
      cancel: async () => undefined,
      read: (line) => (isToyLine(line) ? (line as unknown as BatchLine) : undefined),
    };
  }

  get batchIds(): readonly string[] {
    return this.#batches.map(({ id }) => id);
  }

  #hits(fault: keyof ToyFaults): boolean {
    return this.faults[fault] > 0 && this.#rng.next() < this.faults[fault];
  }

  #find(chunk: Chunk, since: number, file: string | undefined): string | undefined {
    const found = this.#batches.find(
      (batch) =>
        batch.visibleAt <= this.#now() &&
        ((batch.chunk === chunk.key && batch.createdAt >= since - SKEW_MS) ||
          (file !== undefined && batch.file === file && batch.createdAt >= since - WRONG_CLOCK_MS)),
    );
    return found?.id;
  }

  #create(chunk: Chunk, file: string | undefined, asked: (key: string) => void): string {
    const numbers = new Map<string, number>();
    for (const line of (this.#files.get(file ?? "") ?? "").trimEnd().split("\n")) {
      const { custom_id, body } = JSON.parse(line) as { custom_id: string; body: { n: number } };
      numbers.set(custom_id, body.n);
      asked(keyOf(body.n));
    }
    const id = `batch_${this.#rng.int(2 ** 32).toString(16)}_${this.#batches.length}`;
    const end = this.#hits("failedBatch")
      ? "failed"
      : this.#hits("expired")
        ? "expired"
        : this.#hits("cancelled")
          ? "cancelled"
          : "completed";
    const late = (): number => (this.#hits("late") ? this.#rng.int(LATEST_MS) : 0);
    const createdAt = this.#now();
    const endedAt = createdAt + this.#rng.int(30 * MINUTE);
    this.#batches.push({
      ...{ id, chunk: chunk.key, file, total: numbers.size, end, createdAt, endedAt },
      code: this.#rng.next() < 0.5 ? "token_limit_exceeded" : "internal_error",
      results: end === "failed" ? "" : this.#answer(id, numbers, end),
      visibleAt: createdAt + late(),
      readyAt: endedAt + late(),
    });
    return id;
  }

  /** The result lines of a batch, in any order; what is answered is billed. */
  #answer(batch: string, numbers: ReadonlyMap<string, number>, end: ToyBatch["end"]): string {
    const out: string[] = [];
    for (const [id, n] of this.#rng.shuffle([...numbers])) {
      if (end !== "completed" && this.#rng.next() < 0.5) {
        if (this.#rng.next() < 0.5) out.push(line({ id, ok: false, again: true, reason: `batch_${end}` }));
        continue;
      }
      const bad = this.#hits("badLines");
      if (isBad(n)) out.push(line({ id, ok: false, again: false, reason: "400 bad request" }));
      else if (bad && this.#rng.next() < 0.4)
        out.push(line({ id, ok: false, again: true, reason: "500 server error" }));
      else {
        const key = keyOf(n);
        this.batchBill.set(key, [...(this.batchBill.get(key) ?? []), batch]);
        const reply = line({ id, ok: true, body: isGarbled(n) ? { odd: n } : { answer: n * n } });
        out.push(reply);
        if (!bad) continue;
        const extra = ['{"id":"torn', line({ id: "nobody", ok: true, body: {} }), reply, "\u0000\u0000", "[]", "null"];
        out.push(this.#rng.pick(extra));
      }
    }
    return out.join("\n");
  }

  #state(id: string): BatchState {
    const batch = this.#batches.find((one) => one.id === id);
    const now = this.#now();
    if (!batch || now < batch.visibleAt) throw refusal(404);
    const counts = { total: batch.total, done: 0, failed: 0 };
    if (now < batch.endedAt) return { status: "waiting", detail: "in_progress", counts, ready: false, errors: [] };
    const errors = batch.end === "failed" ? [{ code: batch.code, message: "no" }] : [];
    return { status: batch.end, detail: batch.end, counts, ready: now >= batch.readyAt, errors };
  }

  async *#results(client: Mortal, id: string): AsyncGenerator<Uint8Array> {
    const batch = this.#batches.find((one) => one.id === id);
    const bytes = Buffer.from(batch && this.#now() >= batch.readyAt ? batch.results : "");
    const middle = this.#rng.int(bytes.length + 1);
    client.step("read results");
    yield bytes.subarray(0, middle);
    if (this.#hits("cut")) throw new StudyError("network", "the download was cut");
    client.step();
    yield bytes.subarray(middle);
  }

  /** One synchronous call. @param wait of the service, ms */
  async complete(
    client: Mortal,
    wire: WireRequest,
    { asked, wait }: { readonly asked: (key: string) => void; readonly wait: (ms: number) => Promise<void> },
    signal?: AbortSignal,
  ): Promise<HttpReply> {
    client.step(`ask ${wire.body}`);
    const { n } = JSON.parse(wire.body) as { n: number };
    const key = keyOf(n);
    asked(key);
    const roll = this.#rng.next();
    const bill = (): void => {
      if (!isBad(n)) this.onlineBill.set(key, (this.onlineBill.get(key) ?? 0) + 1);
    };
    const lose = (): StudyError => {
      this.lostAnswers++;
      return new StudyError("network", "no answer");
    };
    if (this.#hits("cut")) {
      if (roll < 0.3) throw new StudyError("network", "no connection", { cause: refusedConnection() });
      throw lose();
    }
    if (this.#hits("status")) {
      await wait(roll * 100);
      client.step();
      return statusReply(roll);
    }
    if (this.#hits("hang")) {
      if (roll < 0.5) bill();
      await hang(signal);
      throw lose();
    }
    bill();
    await wait(roll * 500);
    client.step();
    if (this.#hits("lostAnswer")) {
      const text = roll < 0.5 ? '{"answer":' : undefined;
      const lost = lose();
      if (text === undefined) throw lost;
      return { status: 200, headers: {}, text };
    }
    if (isBad(n)) return { status: 400, headers: {}, text: '{"error":{"code":"bad","message":"bad request"}}' };
    return { status: 200, headers: {}, text: JSON.stringify(isGarbled(n) ? { odd: n } : { answer: n * n }) };
  }
}

function line(value: object): string {
  return JSON.stringify(value);
}

function isToyLine(value: unknown): boolean {
  return typeof value === "object" && value !== null && "ok" in value && "id" in value;
}

function refusal(status: number): StudyError {
  return new StudyError("provider", `status ${status}`, { facts: { status } });
}

function refusedConnection(): Error {
  return Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" });
}

function statusReply(roll: number): HttpReply {
  const status = ([429, 429, 500, 503, 529, 408] as const)[Math.floor(roll * 6)] ?? 500;
  const headers: Record<string, string> = roll < 0.2 ? { "retry-after": "7" } : {};
  const text = '{"error":{"code":500,"message":"try again"}}';
  return roll > 0.55 && roll < 0.6 ? { status: 200, headers: {}, text } : { status, headers, text };
}

function hang(signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => signal?.addEventListener("abort", () => resolve(), { once: true }));
}
