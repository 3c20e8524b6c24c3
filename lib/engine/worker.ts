import { isStudyError, StudyError } from "corrigenda/error";
import type { Provider } from "corrigenda/provider";
import type { Failures, Lease, Leases, Shared } from "corrigenda/store";
import { type Clock, scaledClock } from "corrigenda/time";
import { type Desk, type Held, openDesk } from "./desk.ts";
import { decodeCalls, type SharedCalls, type SharedSettings } from "./shared-call.ts";
import type { ProviderSettings } from "./workplace.ts";

export interface WorkerOptions {
  readonly shared: Shared;
  /** Ends the work softly: nothing more is taken or sent, what is in flight is kept, the rest is given back. */
  readonly signal: AbortSignal;
  /** Opens the provider of a lease with this machine's own key. */
  readonly provider: (settings: ProviderSettings, clock: Clock) => Provider;
  /** Which account's limits hold for a provider here; no key. */
  readonly account: (provider: string) => string;
  /** Calls in flight at most; default: as the run says. */
  readonly concurrency?: number | undefined;
  /** Ends the work with the first reason to stop, instead of leaving that run alone: for the run's own process. */
  readonly stopsWith?: string;
  readonly log: { info(text: string): void; warn(text: string): void };
}

const IDLE_MS = 300;
const BEAT_MS = 4_000;
/** A run that this process cannot serve is looked at again after so long. */
const SHUN_MS = 20_000;

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

class Worker {
  readonly #options: WorkerOptions;
  readonly #leases: Leases;
  readonly #desks = new Map<string, Desk>();
  readonly #held = new Set<Held>();
  readonly #underWay = new Set<Promise<void>>();
  readonly #shunned = new Map<string, number>();
  #failure: { readonly error: unknown } | undefined;

  constructor(options: WorkerOptions, leases: Leases) {
    this.#options = options;
    this.#leases = leases;
  }

  async run(): Promise<void> {
    const { signal, shared } = this.#options;
    while (!signal.aborted) {
      if (this.#failure) throw this.#failure.error;
      const lease = this.#isBusy() ? undefined : await this.#leases.take();
      if (lease) this.#begin(lease);
      if (!lease || this.#isShunning())
        await shared.clock.sleep(this.#isBusy() ? IDLE_MS / 10 : IDLE_MS, signal).catch(() => undefined);
    }
  }

  /** Until `stop`, says that what is held is worked on. */
  async beat(stop: AbortSignal): Promise<void> {
    while (!stop.aborted) {
      await this.#options.shared.clock.sleep(BEAT_MS, stop).catch(() => undefined);
      if (stop.aborted) return;
      for (const desk of this.#desks.values()) desk.beat();
      const lost = await this.#leases.beat([...this.#held]).catch(() => new Set<string>());
      for (const held of this.#held) if (lost.has(held.id)) held.isLost = true;
    }
  }

  /** Replies to what is in flight are kept; leases that are not done go back. */
  async close(): Promise<void> {
    await Promise.all([...this.#desks.values()].map((desk) => desk.close()));
    await Promise.all(this.#underWay);
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

  #isShunning(): boolean {
    const now = this.#options.shared.clock.now();
    return [...this.#shunned.values()].some((until) => until > now);
  }

  #begin(lease: Lease): void {
    const deed = this.#serve(lease).catch((error: unknown) => {
      this.#failure ??= { error };
    });
    this.#underWay.add(deed);
    deed.then(() => this.#underWay.delete(deed));
  }

  async #serve(lease: Lease): Promise<void> {
    const held: Held = { id: lease.id, token: lease.token, isLost: false };
    this.#held.add(held);
    try {
      const calls = decodeCalls(lease.data);
      const desk = await this.#desk(lease.run, calls);
      const failed = desk && (await this.#ask(desk, calls, held));
      if (failed) await this.#leases.complete(held, (sql) => this.#options.shared.failures.add(sql, lease.run, failed));
      else await this.#leases.giveBack(held);
    } finally {
      this.#held.delete(held);
    }
  }

  /** Asks what the store has not; the requests that failed for good, or undefined where some were not asked to the end. */
  async #ask(desk: Desk, { questions }: SharedCalls, held: Held): Promise<Failures | undefined> {
    const kept = await this.#options.shared.store.has(questions.map(({ key }) => key));
    const missing = questions.filter((_, place) => !kept[place]);
    const settled = await Promise.all(missing.map((question) => desk.ask(question, held)));
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
    if ((this.#shunned.get(name) ?? 0) > shared.clock.now()) return undefined;
    const open = this.#desks.get(name);
    if (open && !open.stopped) return open;
    if (open) {
      this.#desks.delete(name);
      await open.close();
      this.#shun(name, run, open.stopped?.error);
      return undefined;
    }
    try {
      const provider = this.#options.provider(settings, clock);
      if (provider.base !== base) throw otherBase(provider, base);
      const own = concurrency === undefined ? settings : { ...settings, concurrency };
      const account = this.#options.account(settings.name);
      const limits = maxCostUsd === undefined ? {} : { maxCostUsd };
      const desk = await openDesk({
        ...{ shared, provider, run, clock, settings: own, base, account, ...limits, warn: log.warn },
      });
      this.#desks.set(name, desk);
      return desk;
    } catch (error) {
      if (!isStudyError(error, "config")) throw error;
      this.#shun(name, run, error);
      return undefined;
    }
  }

  #shun(name: string, run: string, error: unknown): void {
    const { stopsWith, log, shared, signal } = this.#options;
    if (stopsWith === run || !isStudyError(error)) this.#failure ??= { error };
    else if (!signal.aborted) log.warn(`${run}: ${error.message}. Its requests are left to others for a while`);
    this.#shunned.set(name, shared.clock.now() + SHUN_MS);
  }
}

/** A key must not go to an address that somebody else wrote into the database: a worker's own environment says where. */
export function otherBase({ name, base }: Provider, wanted: string): StudyError {
  return new StudyError(
    "config",
    `this machine's ${name} is at ${base}, the run asks ${wanted}; set the address in .env`,
  );
}
