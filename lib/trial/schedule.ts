import { keyedRng, type Rng } from "corrigenda/rng";
import type { Fate } from "./mortal.ts";
import type { ToyRow } from "./toy.ts";
import { noToyFaults, type ToyFaults } from "./toy-service.ts";

/** Mistakes that can be planted in the client, to see that the simulation notices them. */
export const PLANTED = ["no-fsync", "no-intents", "no-find", "no-grace", "no-call-intent", "early-reply"] as const;
export type Planted = (typeof PLANTED)[number];

/** All that a seed decides before anything runs. */
export interface Schedule {
  readonly seed: number;
  /** Stages in order; they share the store. */
  readonly stages: readonly ("batch" | "online")[];
  readonly rows: readonly ToyRow[];
  /** Requests of a batch file. */
  readonly limitRequests: number;
  readonly concurrency: number;
  readonly faults: ToyFaults;
  /** Lives before those that nothing troubles. */
  readonly fates: readonly Fate[];
  /** Probability that what lies behind the last fsync is spoilt between two lives, or an index anywhere. */
  readonly spoil: number;
  /** The finished run is asked for once more. */
  readonly again: boolean;
}

const STAGES: readonly Schedule["stages"][] = [
  ["batch"],
  ["batch"],
  ["online"],
  ["online", "batch"],
  ["batch", "online"],
];
const JUMPS_MS = [-86_400_000, -3_600_000, -60_000, 60_000, 130_000, 3_600_000, 86_400_000];

export function scheduleOf(seed: number): Schedule {
  const rng = keyedRng(seed, "schedule");
  const most = 1 + rng.int(12);
  return {
    seed,
    stages: rng.pick(STAGES),
    rows: Array.from({ length: 1 + rng.int(12) }, () => ({ n: 1 + rng.int(most) })),
    limitRequests: 1 + rng.int(5),
    concurrency: 1 + rng.int(4),
    faults: Object.fromEntries(
      Object.keys(noToyFaults).map((fault) => [fault, rng.next() < 0.5 ? 0 : rng.next() * 0.3]),
    ) as unknown as ToyFaults,
    fates: Array.from({ length: rng.int(5) }, () => fateOf(rng)),
    spoil: rng.next() < 0.3 ? 0.5 : 0,
    again: rng.next() < 0.25,
  };
}

function fateOf(rng: Rng): Fate {
  const at = rng.int(rng.pick([20, 60, 150]));
  const end = rng.pick(["kill", "kill", "power", "power", "none"] as const);
  const jumps = new Map<number, number>();
  if (rng.next() < 0.25) jumps.set(rng.int(100), rng.pick(JUMPS_MS));
  if (end !== "none" && rng.next() < 0.8) return { end, at, jumps };
  const from = rng.int(60);
  const disk = { from, to: from + 1 + rng.int(20), code: rng.pick(["ENOSPC", "EIO"] as const), sync: rng.next() < 0.3 };
  return { end, at, jumps, disk };
}
