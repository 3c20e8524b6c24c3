import { setTimeout as wait } from "node:timers/promises";

/** Milliseconds since 1970, and a sleep that an AbortSignal ends early by rejecting. */
export interface Clock {
  now(): number;
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** How many times as fast as the machine's it goes, where that is not 1 (trials). */
  readonly scale?: number;
}

/** The machine's own time. */
export const realClock: Clock = { now: () => Date.now(), sleep };

/** Time that runs `scale` times as fast as the machine's, from a fixed origin: processes with one scale agree on it. */
export function scaledClock(scale: number): Clock {
  if (scale === 1) return realClock;
  return {
    now: () => ORIGIN + (Date.now() - ORIGIN) * scale,
    sleep: (ms, signal) => sleep(ms / scale, signal),
    scale,
  };
}

// A timer holds 31 bits of milliseconds and rings at once for more: longer sleeps come in parts.
const LONGEST_MS = 2 ** 31 - 1;

async function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  for (let left = ms; ; left -= LONGEST_MS) {
    await wait(Math.min(left, LONGEST_MS), undefined, signal ? { signal } : {});
    if (left <= LONGEST_MS) return;
  }
}

const ORIGIN = Date.UTC(2026, 10, 1);
