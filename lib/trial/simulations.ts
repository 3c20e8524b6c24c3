import { Worker } from "node:worker_threads";
import { StudyError } from "corrigenda/error";
import type { Planted } from "./schedule.ts";
import type { Problem, Simulated } from "./simulation.ts";

/** A thread's part of the schedules: from `seed` on, every nth. */
export interface Share {
  readonly seed: number;
  /** Seeds from the first to behind the last. */
  readonly count: number;
  readonly every: number;
  readonly planted: Planted | undefined;
}

/** What many schedules came to. */
export interface Tally {
  schedules: number;
  lives: number;
  steps: number;
  billed: number;
  kills: number;
  powerCuts: number;
  failures: number;
  /** Schedules with a problem of each kind. */
  lost: number;
  repeated: number;
  leaked: number;
  wrong: number;
  /** The first that went wrong. */
  readonly bad: { readonly seed: number; readonly problems: readonly Problem[] }[];
}

const MOST_SHOWN = 10;
const YOUNG_MB = 64;

export function newTally(): Tally {
  const ends = { kills: 0, powerCuts: 0, failures: 0, lost: 0, repeated: 0, leaked: 0, wrong: 0 };
  return { schedules: 0, lives: 0, steps: 0, billed: 0, ...ends, bad: [] };
}

const SUMS = ["lives", "steps", "billed", "kills", "powerCuts", "failures"] as const;

export function addSimulated(tally: Tally, seed: number, simulated: Simulated): void {
  tally.schedules += 1;
  for (const name of SUMS) tally[name] += simulated[name];
  const { problems } = simulated;
  for (const kind of new Set(problems.map((problem) => problem.kind))) tally[kind] += 1;
  if (problems.length > 0 && tally.bad.length < MOST_SHOWN) tally.bad.push({ seed, problems });
}

function addTally(tally: Tally, more: Tally): void {
  for (const name of ["schedules", ...SUMS, "lost", "repeated", "leaked", "wrong"] as const) tally[name] += more[name];
  for (const one of more.bad) if (tally.bad.length < MOST_SHOWN) tally.bad.push(one);
}

export interface SimulationsOptions {
  readonly seed: number;
  readonly count: number;
  readonly threads: number;
  readonly planted?: Planted | undefined;
  readonly signal?: AbortSignal;
  readonly onProgress?: (sum: Tally) => void;
}

/** Simulates the schedules of `count` seeds from `seed` on, in threads. */
export async function simulateMany(options: SimulationsOptions): Promise<Tally> {
  const { seed, count, threads, planted, signal, onProgress } = options;
  const sum = newTally();
  const runThread = (place: number): Promise<void> => {
    const workerData: Share = { seed: seed + place, count: count - place, every: threads, planted };
    const limits = { maxYoungGenerationSizeMb: YOUNG_MB };
    const worker = new Worker(new URL("./simulation-thread.ts", import.meta.url), {
      workerData,
      resourceLimits: limits,
    });
    const stop = (): void => void worker.terminate();
    signal?.addEventListener("abort", stop, { once: true });
    worker.on("message", (tally: Tally) => {
      addTally(sum, tally);
      onProgress?.(sum);
    });
    return new Promise((resolve, reject) => {
      worker.on("error", reject);
      worker.on("exit", () => resolve());
    });
  };
  await Promise.all(Array.from({ length: threads }, (_, place) => runThread(place)));
  signal?.throwIfAborted();
  if (sum.schedules < count) throw new StudyError("stage", `only ${sum.schedules} of ${count} schedules were run`);
  return sum;
}
