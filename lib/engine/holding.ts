import type { Leases, Shared } from "corrigenda/store";
import type { Held } from "./desk.ts";

/** How often it is said that what is held is worked on. */
const BEAT_MS = 4_000;
/** What this process cannot serve is looked at again after so long. */
const SHUN_MS = 20_000;
/** How long a worker with nothing to take waits. */
export const IDLE_MS = 300;

/** What a worker holds and works on, what it leaves to others for a while, and why it has to end. */
export class Holding {
  readonly leases: Leases;
  readonly #clock: Shared["clock"];
  readonly #held = new Set<Held>();
  readonly #underWay = new Set<Promise<void>>();
  /** Runs, and chunks of runs, by the time until which they are left alone. */
  readonly #shunnedRuns = new Map<string, number>();
  readonly #shunnedChunks = new Map<string, number>();
  #failure: { readonly error: unknown } | undefined;

  constructor({ clock }: Pick<Shared, "clock">, leases: Leases) {
    this.leases = leases;
    this.#clock = clock;
  }

  get size(): number {
    return this.#held.size;
  }

  add({ id, token }: Pick<Held, "id" | "token">): Held {
    const held: Held = { id, token, isLost: false };
    this.#held.add(held);
    return held;
  }

  delete(held: Held): void {
    this.#held.delete(held);
  }

  /** Until `stop`, says that what is held is worked on, and learns what has passed to others. */
  async beat(stop: AbortSignal, also: () => void = () => undefined): Promise<void> {
    while (!stop.aborted) {
      await this.#clock.sleep(BEAT_MS, stop).catch(() => undefined);
      if (stop.aborted) return;
      also();
      const lost = await this.leases.beat([...this.#held]).catch(() => new Set());
      for (const held of this.#held) if (lost.has(held)) held.isLost = true;
    }
  }

  /** Work that goes on by itself; its failure ends the worker. Resolves with it. */
  begin(deed: Promise<void>): Promise<void> {
    const ended = deed.catch((error: unknown) => this.fail(error));
    this.#underWay.add(ended);
    return ended.finally(() => this.#underWay.delete(ended));
  }

  async ended(): Promise<void> {
    await Promise.all(this.#underWay);
  }

  fail(error: unknown): void {
    this.#failure ??= { error };
  }

  throwFailure(): void {
    if (this.#failure) throw this.#failure.error;
  }

  /** Nothing of this run can be served here: its leases are passed over for a while. */
  shunRun(run: string): void {
    this.#shunnedRuns.set(run, this.#clock.now() + SHUN_MS);
  }

  shunChunk(chunk: string): void {
    this.#shunnedChunks.set(chunk, this.#clock.now() + SHUN_MS);
  }

  /** Runs of which nothing is taken now. */
  shunnedRuns(): string[] {
    return this.#now(this.#shunnedRuns);
  }

  isChunkShunned(chunk: string): boolean {
    return this.#now(this.#shunnedChunks).includes(chunk);
  }

  wasChunkShunned(chunk: string): boolean {
    return this.#shunnedChunks.has(chunk);
  }

  #now(shunned: ReadonlyMap<string, number>): string[] {
    const now = this.#clock.now();
    return [...shunned].flatMap(([name, until]) => (until > now ? [name] : []));
  }

  /** Waits where nothing was taken, and also where what was taken may be what has just been left. */
  async pause(took: boolean, ms: number, signal: AbortSignal): Promise<void> {
    if (took && this.#now(this.#shunnedChunks).length === 0) return;
    await this.#clock.sleep(ms, signal).catch(() => undefined);
  }
}
