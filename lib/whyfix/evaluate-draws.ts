import { type Interval, quantile, replicates } from "corrigenda/stats";

/** Something measured of every competitor, and the same of resamples of the learner errors. */
export interface Drawn {
  readonly values: ReadonlyMap<string, Interval>;
  /** By competitor, a number a resample; NaN where the resample holds nothing of it. */
  readonly draws: ReadonlyMap<string, Float64Array>;
}

export const NOTHING: Drawn = { values: new Map(), draws: new Map() };

export const RESAMPLES = 1_000;

/** Percentile intervals over the learner errors: each item is one, or belongs to the one that `clusters` names. */
export function drawnOf(
  n: number,
  of: (positions: Uint32Array) => Map<string, number>,
  seed: string,
  clusters?: readonly number[],
): Drawn {
  const whole = of(Uint32Array.from({ length: n }, (_, at) => at));
  const draws = new Map([...whole.keys()].map((system) => [system, new Float64Array(RESAMPLES).fill(Number.NaN)]));
  let at = 0;
  const keep = (positions: Uint32Array): number => {
    for (const [system, value] of of(positions)) (draws.get(system) as Float64Array)[at] = value;
    return at++;
  };
  replicates(n, keep, { seed, clusters, to: RESAMPLES });
  const values = [...whole].map(([system, value]) => [system, percentiles(value, draws.get(system))] as const);
  return { values: new Map(values), draws };
}

function percentiles(value: number, drawn: Float64Array | undefined): Interval {
  const known = drawn?.filter((one) => !Number.isNaN(one)) ?? [];
  const some = known.length > 0 ? known : [value];
  return { value, low: quantile(some, 0.025), high: quantile(some, 0.975) };
}

/** How far the first is before the second, with the same resamples for both; 0 or more. Null where one was not measured. */
export function leadOf(
  { values, draws }: Drawn,
  first: string | undefined,
  second: string | undefined,
): Interval | null {
  const [a, b] = [values.get(first ?? ""), values.get(second ?? "")];
  const [xs, ys] = [draws.get(first ?? ""), draws.get(second ?? "")];
  if (!a || !b || !xs || !ys) return null;
  const sign = a.value < b.value ? -1 : 1;
  const gaps = xs.map((x, at) => sign * (x - (ys[at] as number)));
  return percentiles(sign * (a.value - b.value), gaps);
}
