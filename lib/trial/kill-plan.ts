import type { Rng } from "corrigenda/rng";

/** When a life ends: once its journal has grown to `bytes`, plus a delay, or `afterMs` after its start at the latest. */
export interface KillPlan {
  readonly bytes: number;
  readonly delayMs: number;
  readonly afterMs: number;
}

/** Journal bytes until the kill: some events, now and then a whole plan. */
const GROWTH_BYTES = 3_000;

/** A random point: most within a few journal events, some while the process starts or reads results. @param size the journal's now, bytes */
export function killPlan(rng: Rng, size: number): KillPlan {
  const early = rng.next() < 0.15;
  return {
    bytes: size + 1 + rng.int(GROWTH_BYTES),
    delayMs: rng.int(25),
    afterMs: early ? 150 + rng.int(1_200) : 20_000,
  };
}
