import type { Rng } from "corrigenda/rng";
import { pauseMs } from "./backoff.ts";

// Five failures in a row are an outage, not bad luck; ten pauses in a row last about four minutes.
const FAILURES = 5;
const MAX_TRIPS = 10;

/**
 * Stops sending while a service is down. Closed: all may go. Open: none, for a pause that doubles. Half open: one probe,
 * whose fate closes or opens it again. Any answer from a living service closes it.
 */
export class Breaker {
  readonly #rng: Rng;
  #failures = 0;
  #trips = 0;
  #openUntil = 0;
  #probing = false;

  constructor(rng: Rng) {
    this.#rng = rng;
  }

  /** 0: a call may go now; Infinity: not before the probe is back. */
  waitMs(now: number): number {
    if (this.#trips === 0) return 0;
    return this.#probing ? Number.POSITIVE_INFINITY : Math.max(0, this.#openUntil - now);
  }

  /** A call goes out; true where it is the probe. */
  sent(): boolean {
    if (this.#trips === 0) return false;
    this.#probing = true;
    return true;
  }

  /** The service answered, if only to refuse. */
  answered(): void {
    this.#failures = 0;
    this.#trips = 0;
    this.#probing = false;
  }

  /** No answer, or a 5xx. Returns the pause that begins with it, 0 where none does. */
  failed(now: number, probe: boolean): number {
    this.#failures++;
    if (this.#trips === 0 ? this.#failures < FAILURES : !probe) return 0;
    this.#trips++;
    this.#probing = false;
    const pause = pauseMs(this.#trips + 1, this.#rng);
    this.#openUntil = now + pause;
    return pause;
  }

  /** Pauses in a row without an answer. */
  get trips(): number {
    return this.#trips;
  }

  /** Waiting on makes no sense: the run should stop and be resumed later. */
  get exhausted(): boolean {
    return this.#trips > MAX_TRIPS;
  }
}
