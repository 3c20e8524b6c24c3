import type { Rng } from "corrigenda/rng";

const BASE_MS = 500;
const CAP_MS = 60_000;

/**
 * How long to wait after the nth failure in a row where the service does not say: uniform in [0, min(60 s, 0.5 s · 2^(n-1))).
 * @param nth [1, inf) @see Brooker 2015, "Exponential Backoff and Jitter" (full jitter)
 */
export function backoffMs(nth: number, rng: Rng): number {
  return rng.next() * ceilingMs(nth);
}

/** The same with at least half of the ceiling: a pause of the whole run must be one. */
export function pauseMs(nth: number, rng: Rng): number {
  return (0.5 + rng.next() / 2) * ceilingMs(nth);
}

function ceilingMs(nth: number): number {
  return Math.min(CAP_MS, BASE_MS * 2 ** (nth - 1));
}
