import { isStudyError, type StudyError } from "corrigenda/error";
import type { Disk, Lock } from "corrigenda/files";
import type { Clock } from "corrigenda/time";

export interface TurnOptions {
  readonly disk: Disk;
  /** The lock file. */
  readonly path: string;
  readonly clock: Clock;
  /** Between two looks at a lock that another kernel holds. */
  readonly pauseMs: number;
  /** Looks, before StudyError "locked" is thrown. Default: as many as it takes */
  readonly tries?: number;
  /** Told at each look who holds the lock. */
  readonly onWait?: (why: StudyError) => void;
}

/** Does a piece of work when those before it are done: this desk's in order, other kernels' by the lock. */
export type Turns = <T>(work: () => Promise<T>) => Promise<T>;

export function openTurns(options: TurnOptions): Turns {
  let last: Promise<void> = Promise.resolve();
  // Awaits all the way: a refusal then names the line of the cell.
  return async (work) => {
    const before = last;
    const { promise, resolve } = Promise.withResolvers<void>();
    last = promise;
    await before;
    try {
      return await locked(options, work);
    } finally {
      resolve();
    }
  };
}

async function locked<T>(options: TurnOptions, work: () => Promise<T>): Promise<T> {
  const { disk, path, clock, pauseMs, tries = Number.POSITIVE_INFINITY, onWait } = options;
  let lock: Lock | undefined;
  for (let looks = 1; lock === undefined; looks++) {
    try {
      lock = await disk.lock(path);
    } catch (error) {
      if (!isStudyError(error, "locked") || looks >= tries) throw error;
      onWait?.(error);
      await clock.sleep(pauseMs);
    }
  }
  try {
    return await work();
  } finally {
    await lock.release();
  }
}
