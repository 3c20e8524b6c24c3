import { type BatchEvent, type HeldChunk, keysPath, linesPath, openHeldChunk } from "corrigenda/batch";
import { isStudyError, StudyError } from "corrigenda/error";
import type { Disk } from "corrigenda/files";
import { type Provider, priceUsd } from "corrigenda/provider";
import { keyedRng } from "corrigenda/rng";
import type { Lease, Leases, SharedJournal } from "corrigenda/store";
import { type Clock, scaledClock } from "corrigenda/time";
import { queueOf } from "./calls.ts";
import type { Held } from "./desk.ts";
import { Holding, IDLE_MS } from "./holding.ts";
import { decodeChunk, type SharedChunk } from "./shared-chunk.ts";
import { otherBase, readLease, type WorkerOptions, whileBeating } from "./worker.ts";

export interface BatchWorkerOptions extends WorkerOptions {
  /** Where a run's request files lie while its chunks are worked on. */
  readonly disk: (run: string) => Disk;
  /** Whether what lies there stays when a chunk is done. */
  readonly keeps: (run: string) => boolean;
  /** One look at each chunk that nobody holds. */
  readonly once?: boolean;
}

/** What was given back can be taken again after some 2 s. */
const ONCE_MS = 4_000;
const POLL = { pollMs: 5_000, maxPollMs: 60_000 };

/** Takes chunks of batches and brings them to their end, until the signal ends it. Throws what ends the run of `stopsWith`. */
export async function workBatches(options: BatchWorkerOptions): Promise<void> {
  await whileBeating(new BatchWorker(options, await options.shared.leases("batches")));
}

/** A lease under way, with all it takes. */
interface Work extends Held {
  readonly run: string;
  readonly chunk: SharedChunk;
  readonly clock: Clock;
  readonly held: HeldChunk;
  readonly journal: SharedJournal<BatchEvent>;
}

class BatchWorker {
  readonly #options: BatchWorkerOptions;
  readonly #holding: Holding;
  /** Chunks whose service does not know their batch. */
  readonly #unknown = new Set<string>();
  /** By run: one chunk at a time sends or reads, so that memory holds one block of results. */
  readonly #turns = new Map<string, Promise<unknown>>();
  /** Ends the rest where one chunk failed. */
  readonly #stop = new AbortController();
  readonly #signal: AbortSignal;

  constructor(options: BatchWorkerOptions, leases: Leases) {
    this.#options = options;
    this.#holding = new Holding(options.shared, leases);
    this.#signal = AbortSignal.any([options.signal, this.#stop.signal]);
  }

  /** The next chunk is taken when the last one was looked at, so that all workers get some. */
  async run(): Promise<void> {
    const { signal, shared, once = false } = this.#options;
    const { leases } = this.#holding;
    const until = shared.clock.now() + ONCE_MS;
    const taken = new Set<string>();
    while (!signal.aborted) {
      this.#holding.throwFailure();
      const lease = await leases.take(this.#holding.shunnedRuns());
      if (once && (lease ? taken.has(lease.id) : taken.size > 0 || shared.clock.now() > until)) {
        if (lease) await leases.giveBack(lease);
        break;
      }
      if (lease) {
        taken.add(lease.id);
        await this.#begin(lease);
      }
      await this.#holding.pause(lease !== undefined, IDLE_MS, signal);
    }
    if (once) await this.#holding.ended();
    if (!signal.aborted) this.#holding.throwFailure();
  }

  beat(stop: AbortSignal): Promise<void> {
    return this.#holding.beat(stop);
  }

  /** What is under way ends softly, and goes back. */
  async close(): Promise<void> {
    this.#stop.abort();
    await this.#holding.ended();
  }

  /** Returns after the first look. */
  #begin(lease: Lease): Promise<void> {
    return new Promise((looked) => void this.#holding.begin(this.#serve(lease, looked)).then(looked));
  }

  async #serve(lease: Lease, looked: () => void): Promise<void> {
    const { run } = lease;
    const held = this.#holding.add(lease);
    let isDone = false;
    try {
      const chunk = readLease(decodeChunk, lease);
      if (!this.#holding.isChunkShunned(chunk.chunk)) isDone = await this.#bring(held, { run, chunk }, looked);
    } catch (error) {
      this.#shun(error, held, run);
    } finally {
      this.#holding.delete(held);
      if (!isDone) await this.#holding.leases.giveBack(held);
    }
  }

  /** True where the chunk is done and its lease ended. */
  async #bring(lease: Held, { run, chunk }: Pick<Work, "run" | "chunk">, looked: () => void): Promise<boolean> {
    const { shared, once, disk, keeps } = this.#options;
    const clock = scaledClock(chunk.scale ?? 1);
    const provider = this.#options.provider(chunk.settings, clock);
    if (provider.base !== chunk.base) throw otherBase(provider, chunk.base);
    const journal = await shared.journal<BatchEvent>(run, "unread");
    const held = this.#open({ lease, run, chunk, clock, provider, journal });
    const { pollMs, maxPollMs } = { ...POLL, ...chunk.policy };
    try {
      for (let waitMs = pollMs; ; ) {
        this.#signal.throwIfAborted();
        const look = await this.#inTurn(run, async () => (lease.isLost ? "lost" : held.look()));
        looked();
        if (look === "unknown") this.#unknownHere(run, chunk.chunk, held);
        else this.#unknown.delete(chunk.chunk);
        if (look === "done") break;
        if (look === "elsewhere") this.#elsewhere(run, chunk.chunk);
        if (once || look === "lost" || look === "elsewhere") return false;
        waitMs = look === "moved" ? pollMs : Math.min(waitMs * 1.5, maxPollMs);
        await held.rest(waitMs);
      }
    } finally {
      this.#unknown.delete(chunk.chunk);
      await journal.close();
    }
    const paths = held.stems().flatMap((stem) => [linesPath(stem), keysPath(stem)]);
    if (!keeps(run)) for (const path of paths) await disk(run).remove(path);
    return this.#holding.leases.complete(lease, async (sql) => {
      await shared.queue.release(sql, run, chunk.chunk);
      await shared.files.remove(sql, run, paths);
    });
  }

  #open(work: { lease: Held; provider: Provider } & Pick<Work, "run" | "chunk" | "clock" | "journal">): HeldChunk {
    const { lease, run, chunk, clock, provider, journal } = work;
    const { shared, log } = this.#options;
    const account = this.#options.account(provider);
    const disk = this.#options.disk(run);
    const pricing = { provider: provider.name, batch: true, at: clock.now() };
    const limit = provider.batch?.limits.enqueuedTokens;
    return openHeldChunk({
      ...{
        provider,
        store: shared.store,
        disk,
        run,
        clock,
        signal: this.#signal,
        policy: chunk.policy,
        chunk: chunk.chunk,
      },
      journal: { past: [], append: (event) => this.#append(work, event), close: journal.close },
      price: (model, usage) => priceUsd({ ...pricing, model, usage }),
      rng: keyedRng("back-off", run, chunk.chunk, lease.id),
      onEvent: (news) => {
        if (news.type === "note") log[news.level](`${run}: ${news.text}`);
      },
      others: {
        account,
        reserve: async ({ tokens, model }) =>
          limit === undefined ||
          shared.queue.reserve({ run, chunk: chunk.chunk, queue: queueOf(provider, account, model), tokens, limit }),
        mayCreate: async () => {
          if (lease.isLost || !(await this.#holding.leases.holds(lease))) throw lost(lease);
        },
      },
      events: () => shared.events<BatchEvent>(run),
      fetch: async (stem) => {
        for (const path of [linesPath(stem), keysPath(stem)]) await fetchFile(shared.files.get(run, path), disk, path);
      },
    });
  }

  /** Written only while the lease is held; the files of what takes a chunk's place first. */
  async #append({ lease, run, journal }: Pick<Work, "run" | "journal"> & { lease: Held }, event: BatchEvent) {
    const { shared, disk } = this.#options;
    if (event.t === "ingested" && event.retry)
      for (const path of [linesPath(event.retry.stem), keysPath(event.retry.stem)])
        await shared.files.put(run, path, disk(run).read(path));
    if (lease.isLost || !(await journal.append(event, lease))) throw lost(lease);
  }

  /** One look at a time for a run. */
  #inTurn<T>(run: string, deed: () => Promise<T>): Promise<T> {
    const turn = (this.#turns.get(run) ?? Promise.resolve()).then(deed);
    this.#turns.set(
      run,
      turn.catch(() => undefined),
    );
    return turn;
  }

  /** A batch that its service does not know is left to others; the run's own process ends when it has nothing else. */
  #unknownHere(run: string, chunk: string, held: HeldChunk): void {
    this.#unknown.add(chunk);
    if (this.#options.stopsWith !== run || this.#unknown.size >= this.#holding.size) throw held.unknown();
  }

  #elsewhere(run: string, chunk: string): void {
    const { stopsWith, log } = this.#options;
    if (stopsWith === run && !this.#holding.wasChunkShunned(chunk))
      log.warn(`${run}: a batch was created with another key; a worker with that key has to go on with it`);
    this.#holding.shunChunk(chunk);
  }

  /** Leaves a run to others for a while; its own process ends. */
  #shun(error: unknown, held: Held, run: string): void {
    const { stopsWith, log } = this.#options;
    if (this.#signal.aborted || held.isLost) return;
    if (stopsWith === run || !isStudyError(error)) throw error;
    log.warn(`${run}: ${error.message}. Its batches are left to others for a while`);
    this.#holding.shunRun(run);
  }
}

function lost(lease: Held): StudyError {
  lease.isLost = true;
  return new StudyError("locked", "the lease of this batch has passed to another process");
}

async function fetchFile(content: AsyncIterable<Uint8Array>, disk: Disk, path: string): Promise<void> {
  if ((await disk.size(path)) !== undefined) return;
  const draft = await disk.draft();
  try {
    for await (const bytes of content) await draft.write(bytes);
    await draft.commit(path);
  } catch (error) {
    await draft.discard();
    throw error;
  }
}
