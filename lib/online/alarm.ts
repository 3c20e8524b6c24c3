import type { Clock } from "corrigenda/time";

// setTimeout takes 31 bits of milliseconds; a longer Retry-After is slept in parts.
const MAX_SLEEP_MS = 2 ** 31 - 1;

/** One sleep at a time for all that a run waits for: back-off, rate limits, time-outs. Whoever rings looks what is due. */
export class Alarm {
  readonly #clock: Clock;
  readonly #ring: () => void;
  #at = Number.POSITIVE_INFINITY;
  #sleep: AbortController | undefined;

  constructor(clock: Clock, ring: () => void) {
    this.#clock = clock;
    this.#ring = ring;
  }

  /** Rings at this time or earlier; a ring forgets all later times. @param at ms since 1970 */
  set(at: number): void {
    if (at >= this.#at) return;
    this.clear();
    const sleep = new AbortController();
    const ms = Math.min(MAX_SLEEP_MS, Math.max(1, Math.ceil(at - this.#clock.now())));
    this.#at = at;
    this.#sleep = sleep;
    this.#clock.sleep(ms, sleep.signal).then(
      () => {
        if (sleep.signal.aborted) return;
        this.#at = Number.POSITIVE_INFINITY;
        this.#ring();
      },
      () => {}, // cleared: a sleep fails in no other way
    );
  }

  clear(): void {
    this.#at = Number.POSITIVE_INFINITY;
    this.#sleep?.abort();
  }
}
