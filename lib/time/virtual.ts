import { setImmediate as turn, setTimeout as wait } from "node:timers/promises";
import type { Clock } from "./clock.ts";

/** A clock that stands still until everything waits for it: a day of polling passes in milliseconds, always the same way. */
export interface VirtualClock extends Clock {
  /**
   * Awaits a promise; whenever nothing else can go on, jumps to the next due sleep. Sleeps due together end in the order
   * in which they began, each after the one before has had its effect. One `run` at a time.
   */
  run<T>(promise: Promise<T>): Promise<T>;
}

interface Sleeper {
  readonly due: number;
  readonly wake: () => void;
}

// Work between two sleeps may need several turns of the event loop. Disk and network are not seen: what runs under
// this clock keeps its files in memory.
const IDLE_TURNS = 3;
/** Rounds without a sleeper: of turns, which take no time, then of milliseconds, for what the event loop alone cannot end. */
const TURN_ROUNDS = 100;
const STUCK_AFTER = 300;

/** @param start ms since 1970 */
export function virtualClock(start = 0): VirtualClock {
  const sleepers: Sleeper[] = [];
  let now = start;
  let activity = 0;
  let running = false;

  const sleep = (ms: number, signal?: AbortSignal): Promise<void> =>
    new Promise((resolve, reject) => {
      activity++;
      const abort = (): void => {
        sleepers.splice(sleepers.indexOf(sleeper), 1);
        activity++;
        reject(new DOMException("The sleep was ended by its signal", { name: "AbortError", cause: signal?.reason }));
      };
      const wake = (): void => {
        signal?.removeEventListener("abort", abort);
        resolve();
      };
      const sleeper = { due: now + Math.max(0, ms), wake };
      sleepers.splice(placeOf(sleepers, sleeper.due), 0, sleeper);
      if (signal?.aborted) abort();
      else signal?.addEventListener("abort", abort, { once: true });
    });

  const idle = async (done: () => boolean): Promise<void> => {
    let seen = activity;
    for (let quiet = 0; quiet < IDLE_TURNS && !done(); quiet++) {
      await turn();
      if (seen !== activity) quiet = -1;
      seen = activity;
    }
  };

  const advance = async (done: () => boolean): Promise<void> => {
    for (let stuck = 0; !done(); stuck++) {
      await idle(done);
      if (done()) return;
      const next = sleepers.shift();
      if (next) {
        now = Math.max(now, next.due);
        next.wake();
        stuck = 0;
      } else if (stuck < STUCK_AFTER) await (stuck < TURN_ROUNDS ? turn() : wait(1));
      else throw new Error("virtual clock: the promise waits, but nobody sleeps; it would never settle");
    }
  };

  const run = async <T>(promise: Promise<T>): Promise<T> => {
    if (running) throw new Error("virtual clock: run() inside run(); await the inner promise itself");
    running = true;
    let settled = false;
    const settle = (): void => {
      settled = true;
    };
    promise.then(settle, settle);
    try {
      await advance(() => settled);
      return await promise;
    } finally {
      running = false;
    }
  };

  return { now: () => now, sleep, run };
}

/** Where a sleeper belongs: after all that are due no later. */
function placeOf(sleepers: readonly Sleeper[], due: number): number {
  let [low, high] = [0, sleepers.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sleepers[middle]?.due ?? 0) <= due) low = middle + 1;
    else high = middle;
  }
  return low;
}
