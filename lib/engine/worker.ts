import { isStudyError, StudyError } from "corrigenda/error";
import type { Json } from "corrigenda/json";
import type { Provider } from "corrigenda/provider";
import type { Failures, Lease, Leases, Shared } from "corrigenda/store";
import { type Clock, scaledClock } from "corrigenda/time";
import { type Desk, type Held, openDesk } from "./desk.ts";
import { Holding, IDLE_MS } from "./holding.ts";
import { decodeCalls, type SharedCalls, type SharedSettings } from "./shared-call.ts";
import type { ProviderSettings } from "./workplace.ts";

export interface WorkerOptions {
  readonly shared: Shared;
  /** Ends the work softly: nothing more is taken or sent, what is in flight is kept, the rest is given back. */
  readonly signal: AbortSignal;
  /** Opens the provider of a lease with this machine's own key. */
  readonly provider: (settings: ProviderSettings, clock: Clock) => Provider;
  /** Names the account whose key this machine has for a provider: limits and batches belong to accounts. No key. */
  readonly account: (provider: Provider) => string;
  /** Calls in flight at most; default: as the run says. */
  readonly concurrency?: number | undefined;
  /** Ends the work with the first reason to stop, instead of leaving that run alone: for the run's own process. */
  readonly stopsWith?: string;
  readonly log: { info(text: string): void; warn(text: string): void };
}

/** Takes leases and answers their requests until the signal ends it. Throws what ends the run of `stopsWith`. */
export async function work(options: WorkerOptions): Promise<void> {
  await whileBeating(new Worker(options, await options.shared.leases()));
}

/** Runs a worker, and says all the while that what it holds is worked on. */
export async function whileBeating(worker: Pick<Worker, "run" | "beat" | "close">): Promise<void> {
  const beating = new AbortController();
  const beats = worker.beat(beating.signal);
  try {
    await worker.run();
  } finally {
    await worker.close();
    beating.abort();
    await beats;
  }
}

/** Beats, of some seconds, without work. */
const IDLE_BEATS = 3;

class Worker {
  readonly #options: WorkerOptions;
  readonly #holding: Holding;
  readonly #desks = new Map<string, Desk>();

  constructor(options: WorkerOptions, leases: Leases) {
    this.#options = options;
    this.#holding = new Holding(options.shared, leases);
  }

  /** The next lease is taken when the last one's requests wait for their turn: a run has one desk, however many leases it has. */
  async run(): Promise<void> {
    const { signal } = this.#options;
    while (!signal.aborted) {
      this.#holding.throwFailure();
      const lease = this.#isBusy() ? undefined : await this.#holding.leases.take(this.#holding.shunnedRuns());
      if (lease) await this.#begin(lease);
      await this.#holding.pause(lease !== undefined, this.#isBusy() ? IDLE_MS / 10 : IDLE_MS, signal);
    }
  }

  beat(stop: AbortSignal): Promise<void> {
    return this.#holding.beat(stop, () => {
      for (const [name, desk] of this.#desks) this.#beatDesk(name, desk);
    });
  }

  /** A desk without work gives back what it has reserved of the run's money and rates: others may wait for it. */
  #beatDesk(name: string, desk: Desk): void {
    if (desk.beat() < IDLE_BEATS) return;
    this.#desks.delete(name);
    void this.#holding.begin(desk.close());
  }

  /** Replies to what is in flight are kept; leases that are not done go back. */
  async close(): Promise<void> {
    await Promise.all([...this.#desks.values()].map((desk) => desk.close()));
    await this.#holding.ended();
  }

  /** The next lease is taken a little before this one's last request goes out, so that no call waits for it. */
  #isBusy(): boolean {
    let [waiting, concurrency] = [0, 1];
    for (const desk of this.#desks.values()) {
      waiting += desk.waiting;
      concurrency = Math.max(concurrency, desk.concurrency);
    }
    return waiting >= 2 * concurrency;
  }

  /** Returns when the lease's requests wait at their desk, or when it has gone back. */
  #begin(lease: Lease): Promise<void> {
    return new Promise((asked) => void this.#holding.begin(this.#serve(lease, asked)).then(asked));
  }

  async #serve(lease: Lease, asked: () => void): Promise<void> {
    const held = this.#holding.add(lease);
    const { leases } = this.#holding;
    try {
      const calls = readLease(decodeCalls, lease);
      const desk = await this.#desk(lease.run, calls);
      const failed = desk && (await this.#ask(desk, calls, held, asked));
      if (failed) await leases.complete(held, (sql) => this.#options.shared.failures.add(sql, lease.run, failed));
      else await leases.giveBack(held);
    } catch (error) {
      if (!isStudyError(error, "config")) throw error;
      this.#shun(lease.run, error);
      await leases.giveBack(held);
    } finally {
      this.#holding.delete(held);
    }
  }

  /** Asks what the store has not; the requests that failed for good, or undefined where some were not asked to the end. */
  async #ask(desk: Desk, { questions }: SharedCalls, held: Held, asked: () => void): Promise<Failures | undefined> {
    const kept = await this.#options.shared.store.has(questions.map(({ key }) => key));
    const missing = questions.filter((_, place) => !kept[place]);
    const ends = missing.map((question) => desk.ask(question, held));
    asked();
    const settled = await Promise.all(ends);
    const failed = new Map<string, StudyError>();
    for (const [place, end] of settled.entries()) {
      if (end.t === "stopped") return undefined;
      if (end.t === "failed") failed.set(missing[place]?.key ?? "", end.error);
    }
    return failed;
  }

  /** The desk of a run; undefined where this process cannot work for it now. */
  async #desk(run: string, { settings, base, maxCostUsd, scale = 1 }: SharedSettings): Promise<Desk | undefined> {
    const { shared, log, concurrency } = this.#options;
    const clock = scaledClock(scale);
    const name = JSON.stringify([run, settings, base, maxCostUsd ?? null]);
    const open = this.#desks.get(name);
    if (open && !open.stopped) return open;
    if (open) {
      this.#desks.delete(name);
      this.#shun(run, open.stopped?.error);
      await open.close();
      return undefined;
    }
    const provider = this.#options.provider(settings, clock);
    if (provider.base !== base) throw otherBase(provider, base);
    const own = concurrency === undefined ? settings : { ...settings, concurrency };
    const account = this.#options.account(provider);
    const limits = maxCostUsd === undefined ? {} : { maxCostUsd };
    const desk = await openDesk({
      ...{ shared, provider, run, clock, settings: own, base, account, ...limits, warn: log.warn },
    });
    this.#desks.set(name, desk);
    return desk;
  }

  /** Leaves a run to others for a while; its own process ends. */
  #shun(run: string, error: unknown): void {
    const { stopsWith, log, signal } = this.#options;
    if (stopsWith === run || !isStudyError(error)) this.#holding.fail(error);
    else {
      if (!signal.aborted) log.warn(`${run}: ${error.message}. Its requests are left to others for a while`);
      this.#holding.shunRun(run);
    }
  }
}

/** Throws StudyError "config" for a lease that another version of this code has made. */
export function readLease<Read>(decode: (data: Json) => Read, { data }: Lease): Read {
  try {
    return decode(data);
  } catch (cause) {
    const sentence = "its leases were made by another version of this code; bring all machines to one version";
    throw new StudyError("config", sentence, { cause });
  }
}

/** A key must not go to an address that somebody else wrote into the database: a worker's own environment says where. */
export function otherBase({ name, base }: Provider, wanted: string): StudyError {
  return new StudyError(
    "config",
    `this machine's ${name} is at ${base}, the run asks ${wanted}; set the address in .env`,
  );
}
