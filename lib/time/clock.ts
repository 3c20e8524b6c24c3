import { setTimeout as wait } from "node:timers/promises";

/** Milliseconds since 1970, and a sleep that an AbortSignal ends early by rejecting. */
export interface Clock {
  now(): number;
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** The machine's own time. */
export const realClock: Clock = {
  now: () => Date.now(),
  sleep: (ms, signal) => wait(ms, undefined, signal ? { signal } : {}),
};

/** Time that runs `scale` times as fast as the machine's, from a fixed origin: processes with one scale agree on it. */
export function scaledClock(scale: number): Clock {
  if (scale === 1) return realClock;
  return {
    now: () => ORIGIN + (Date.now() - ORIGIN) * scale,
    sleep: (ms, signal) => wait(ms / scale, undefined, signal ? { signal } : {}),
  };
}

const ORIGIN = Date.UTC(2026, 10, 1);
