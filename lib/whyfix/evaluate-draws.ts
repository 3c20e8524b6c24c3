import { type Interval, quantile, replicates } from "corrigenda/stats";

/** Something measured of every competitor, and the same of resamples of the learner errors. */
export interface Drawn {
  readonly values: ReadonlyMap<string, Interval>;
  readonly draws: readonly ReadonlyMap<string, number>[];
}

export const NOTHING: Drawn = { values: new Map(), draws: [] };

const RESAMPLES = 1_000;

/** Percentile intervals over the learner errors: each item is one, or belongs to the one that `clusters` names. */
export function drawnOf(
  n: number,
  of: (positions: Uint32Array) => Map<string, number>,
  seed: string,
  clusters?: readonly number[],
): Drawn {
  const draws: Map<string, number>[] = [];
  const keep = (positions: Uint32Array): number => draws.push(of(positions));
  replicates(n, keep, { seed, clusters, to: RESAMPLES });
  const whole = of(Uint32Array.from({ length: n }, (_, at) => at));
  const values = [...whole].map(([system, value]) => [system, percentiles(value, own(draws, system))] as const);
  return { values: new Map(values), draws };
}

const own = (draws: Drawn["draws"], system: string): number[] => draws.flatMap((draw) => draw.get(system) ?? []);

function percentiles(value: number, drawn: readonly number[]): Interval {
  const some = drawn.length > 0 ? drawn : [value];
  return { value, low: quantile(some, 0.025), high: quantile(some, 0.975) };
}

/** How far the first is before the second, with the same resamples for both; 0 or more. Null where one was not measured. */
export function leadOf(
  { values, draws }: Drawn,
  first: string | undefined,
  second: string | undefined,
): Interval | null {
  const [a, b] = [values.get(first ?? ""), values.get(second ?? "")];
  if (first === undefined || second === undefined || !a || !b) return null;
  const gap = a.value - b.value;
  const gaps = draws.flatMap((draw) => {
    const [x, y] = [draw.get(first), draw.get(second)];
    return x === undefined || y === undefined ? [] : [gap < 0 ? y - x : x - y];
  });
  return percentiles(Math.abs(gap), gaps);
}
