import { StudyError } from "corrigenda/error";
import { keyedRng } from "corrigenda/rng";

/** How the learning rate changes. */
export interface Schedule {
  readonly rate: number;
  /** Steps over which it rises from 0. */
  readonly warmup: number;
  /** "constant" after that, or "linear" down to 0 after the last step. */
  readonly decay: "constant" | "linear";
}

/** The learning rate of a step. @param step [1, steps] */
export function rateAt({ rate, warmup, decay }: Schedule, step: number, steps: number): number {
  if (step <= warmup) return (rate * step) / warmup;
  return decay === "constant" ? rate : (rate * (steps + 1 - step)) / (steps + 1 - warmup);
}

/**
 * Which document stands at a place of the endless sequence of documents: every epoch is shuffled anew, by seed and epoch
 * alone, so that a resumed run goes on where it was. Keeps one epoch in memory.
 */
export function documentOrder(size: number, seed: number): (place: number) => { document: number; epoch: number } {
  if (size < 1) throw new StudyError("dataset", "there are no training examples; make them first");
  let order = new Int32Array(0);
  let known = -1;
  return (place) => {
    const epoch = Math.floor(place / size);
    if (epoch !== known) [order, known] = [shuffled(size, seed, epoch), epoch];
    return { document: order[place % size] as number, epoch };
  };
}

/** Fisher and Yates, in place. */
function shuffled(size: number, seed: number, epoch: number): Int32Array<ArrayBuffer> {
  const rng = keyedRng(seed, "order", epoch);
  const order = Int32Array.from({ length: size }, (_, at) => at);
  for (let last = size - 1; last > 0; last--) {
    const other = rng.int(last + 1);
    [order[last], order[other]] = [order[other] as number, order[last] as number];
  }
  return order;
}
