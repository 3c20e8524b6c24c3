import { StudyError } from "corrigenda/error";
import { accelerationOf, bcaTails, percentileTails } from "./bca.ts";
import { ABOVE_ZERO, BELOW_ONE, needCount, needNumber, needPairs } from "./input.ts";
import { mean } from "./moments.ts";
import { sortedQuantile } from "./quantile.ts";
import { type PositionStatistic, replicates, unitsOf } from "./resample.ts";
import type { Interval } from "./wilson.ts";

export interface BootstrapOptions {
  /** The same seed gives the same interval, on any machine. */
  readonly seed: number | string;
  /** [100, ...) default 10,000. */
  readonly resamples?: number;
  /** (0, 1) default 0.95. */
  readonly level?: number;
  /** "bca" (default) corrects bias and skewness; "percentile" saves its jackknife. */
  readonly method?: "bca" | "percentile";
  /** One label an item: whole documents or authors are drawn, not items. */
  readonly clusters?: ArrayLike<string | number>;
}

/** An estimate, its interval and how it came about. */
export interface Estimate extends Interval {
  /** Bootstrap standard error: the standard deviation of the replicates. */
  readonly error: number;
  readonly resamples: number;
  /** Resamples in which the statistic was not defined (NaN); they are left out. */
  readonly undefinedResamples: number;
}

/**
 * Bootstrap interval of any statistic over items.
 * @param items [n >= 1] @param statistic of a resample of them; it must not keep the array, which is reused
 * @throws StudyError for no items, labels of another length, or a statistic that is NaN for the items or most resamples
 * @see Efron & Tibshirani 1993, ch. 13 (percentile), 14 (BCa)
 */
export function bootstrap<T>(
  items: ArrayLike<T>,
  statistic: (sample: readonly T[]) => number,
  options: BootstrapOptions,
): Estimate {
  const sample = gather(items);
  return bootstrapAt(items.length, (positions) => statistic(sample(positions)), options);
}

/** {@link bootstrap} of a statistic of two lists about the same items: kappa, a correlation, a difference of two F1. */
export function bootstrapPairs<A, B>(
  a: ArrayLike<A>,
  b: ArrayLike<B>,
  statistic: (a: readonly A[], b: readonly B[]) => number,
  options: BootstrapOptions,
): Estimate {
  needPairs(a, b, "bootstrap of pairs");
  const [left, right] = [gather(a), gather(b)];
  return bootstrapAt(a.length, (positions) => statistic(left(positions), right(positions)), options);
}

/** {@link bootstrap} of mean(a) - mean(b), both about the same items. */
export function bootstrapDifference(a: ArrayLike<number>, b: ArrayLike<number>, options: BootstrapOptions): Estimate {
  needPairs(a, b, "bootstrap of a difference");
  return bootstrap(
    Array.from(a, (x, i) => x - (b[i] as number)),
    mean,
    options,
  );
}

/** {@link bootstrap} for statistics that read columns by position, without a copy of the items. @param n [n >= 1] */
export function bootstrapAt(n: number, statistic: PositionStatistic, options: BootstrapOptions): Estimate {
  const { seed, resamples = 10_000, level = 0.95, method = "bca", clusters } = options;
  needCount(resamples, "bootstrap, resamples", 100);
  needNumber(level, "bootstrap, level", ABOVE_ZERO, BELOW_ONE);
  const units = unitsOf(n, clusters);
  const value = statistic(Uint32Array.from({ length: n }, (_, i) => i));
  const sorted = replicates(n, statistic, { seed, clusters, to: resamples })
    .filter((replicate) => !Number.isNaN(replicate))
    .sort();
  if (Number.isNaN(value) || sorted.length * 2 < resamples)
    throw new StudyError("dataset", "bootstrap: the statistic is not defined (NaN) for these items; give more rows", {
      facts: { n, resamples, defined: sorted.length },
    });
  const tails =
    method === "percentile"
      ? percentileTails(level)
      : bcaTails(value, sorted, accelerationOf(n, units, statistic), level);
  return { value, ...summary(sorted, tails), resamples, undefinedResamples: resamples - sorted.length };
}

function summary(sorted: Float64Array, tails: { low: number; high: number }): Pick<Estimate, "low" | "high" | "error"> {
  const middle = mean(sorted);
  let squares = 0;
  for (const replicate of sorted) squares += (replicate - middle) ** 2;
  return {
    low: sortedQuantile(sorted, tails.low),
    high: sortedQuantile(sorted, tails.high),
    error: Math.sqrt(squares / (sorted.length - 1)),
  };
}

/** The items at given positions, in one array that is used again and again. */
function gather<T>(items: ArrayLike<T>): (positions: Uint32Array) => readonly T[] {
  const sample: T[] = Array.from(items);
  return (positions) => {
    if (sample.length !== positions.length) sample.length = positions.length;
    for (let i = 0; i < positions.length; i++) sample[i] = items[positions[i] as number] as T;
    return sample;
  };
}
