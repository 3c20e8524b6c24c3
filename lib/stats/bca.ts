import { normalCdf, normalQuantile } from "./distributions.ts";
import type { PositionStatistic, Units } from "./resample.ts";

/** Beyond this many units the jackknife leaves out interleaved groups: as good for the skewness, and not quadratic. */
const JACKKNIFE_GROUPS = 1000;

/** The probabilities at which the sorted replicates are read. */
export interface Tails {
  readonly low: number;
  readonly high: number;
}

/** @param level (0, 1) */
export function percentileTails(level: number): Tails {
  return { low: (1 - level) / 2, high: (1 + level) / 2 };
}

/**
 * Bias-corrected and accelerated tails. Replicates equal to the estimate count half below it.
 * @param sorted replicates in ascending order @see Efron & Tibshirani 1993, formulas 14.10 and 14.14
 */
export function bcaTails(value: number, sorted: Float64Array, acceleration: number, level: number): Tails {
  const bias = normalQuantile(shareBelow(value, sorted));
  const tail = (p: number): number => {
    const z = bias + normalQuantile(p);
    return normalCdf(bias + z / (1 - acceleration * z));
  };
  const { low, high } = percentileTails(level);
  return { low: tail(low), high: tail(high) };
}

/** Kept off 0 and 1, where the bias would be infinite: by half a replicate. */
function shareBelow(value: number, sorted: Float64Array): number {
  let twice = 0;
  for (const replicate of sorted) twice += replicate < value ? 2 : replicate === value ? 1 : 0;
  const n = sorted.length;
  return Math.min(Math.max(twice / (2 * n), 0.5 / n), 1 - 0.5 / n);
}

/** The acceleration by the jackknife over units; 0 where the statistic does not change. @see ibid., formula 14.15 */
export function accelerationOf(n: number, units: Units, statistic: PositionStatistic): number {
  if (units.count < 2) return 0;
  const values = jackknife(n, units, statistic).filter((value) => !Number.isNaN(value));
  const middle = values.reduce((sum, value) => sum + value, 0) / values.length;
  let squares = 0;
  let cubes = 0;
  for (const value of values) {
    squares += (middle - value) ** 2;
    cubes += (middle - value) ** 3;
  }
  return squares === 0 || values.length === 0 ? 0 : cubes / (6 * squares ** 1.5);
}

function jackknife(n: number, units: Units, statistic: PositionStatistic): Float64Array {
  const groups = Math.min(units.count, JACKKNIFE_GROUPS);
  const groupOf = new Uint32Array(n);
  for (let unit = 0; unit < units.count; unit++)
    for (const item of units.members?.[unit] ?? [unit]) groupOf[item] = unit % groups;
  const kept = new Uint32Array(n);
  return Float64Array.from({ length: groups }, (_, group) => {
    let used = 0;
    for (let item = 0; item < n; item++) if (groupOf[item] !== group) kept[used++] = item;
    return statistic(kept.subarray(0, used));
  });
}
