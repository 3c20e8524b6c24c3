import { type Interval, type RatioStream, ratioStream, wilson } from "corrigenda/stats";

/** How traces are counted. */
export interface Counting {
  /** Of the resamples that give intervals. */
  readonly seed: number | string;
  /** Several traces may share a question: their intervals are then those of questions drawn whole. */
  readonly repeated: boolean;
}

/** Resamples of the streams behind intervals. */
const RESAMPLES = 400;

/** A stream of means or ratios, drawn by question. */
export function meanStream({ seed }: Counting): RatioStream {
  return ratioStream(seed, RESAMPLES);
}

/** A share of all traces, turn by turn. A trace that has ended keeps its last value. */
export interface TurnShares {
  /** @param values of one trace, from its first turn [1, ...) */
  add(question: string, values: readonly boolean[]): void;
  /** One interval for each turn that any trace had. */
  shares(): Interval[];
}

export function turnShares(counting: Counting): TurnShares {
  const [hits, carried]: [number[], number[]] = [[], []];
  const streams: RatioStream[] = [];
  let n = 0;
  const grow = (turns: number): void => {
    while (hits.length < turns) {
      hits.push(0);
      carried.push(0);
      // All traces so far had ended before this turn: their values here are those of the turn before.
      if (counting.repeated) streams.push(meanStream(counting).merged(streams.at(-1) ?? meanStream(counting)));
    }
  };
  return {
    add: (question, values) => {
      grow(values.length);
      n += 1;
      for (const [turn, value] of values.entries()) if (value) hits[turn] = (hits[turn] as number) + 1;
      const last = values.at(-1) === true;
      if (last) carried[values.length - 1] = (carried[values.length - 1] as number) + 1;
      for (const [turn, stream] of streams.entries()) stream.add(question, Number(values[turn] ?? last));
    },
    shares: () => {
      let kept = 0;
      return hits.map((count, turn) => {
        const share = wilson(count + kept, n);
        kept += carried[turn] as number;
        return counting.repeated ? clustered(streams[turn] as RatioStream) : share;
      });
    },
  };
}

/** A stream's estimate without what a reader does not need. */
export function clustered(stream: RatioStream): Interval {
  const { value, low, high } = stream.estimate();
  return { value, low, high };
}
