import { StudyError } from "corrigenda/error";
import { keyedRng } from "corrigenda/rng";
import { percentileTails } from "./bca.ts";
import type { Estimate } from "./bootstrap.ts";
import { ABOVE_ZERO, BELOW_ONE, needCount, needNumber } from "./input.ts";
import { standardDeviation } from "./moments.ts";
import { sortedQuantile } from "./quantile.ts";

/** A mean, or a ratio of sums, over a stream too long to keep, with its bootstrap interval. */
export interface RatioStream {
  /**
   * One item. Items with the same key (a document, an author) are drawn together.
   * @param denominator >= 0, default 1: a mean
   */
  add(key: string | number, numerator: number, denominator?: number): void;
  /** Percentile interval so far. @param level (0, 1) default 0.95 */
  estimate(level?: number): Estimate;
  /** This stream and another of the same seed and resamples, as one. */
  merged(other: RatioStream): RatioStream;
  readonly seed: number | string;
  /** Sums of numerators and denominators: of the items, then of each resample. */
  readonly sums: { readonly numerators: Float64Array; readonly denominators: Float64Array };
}

/**
 * Poisson bootstrap: every resample takes each key Poisson(1) times, drawn from the seed and the key alone. Memory does
 * not grow with the stream, and neither order nor chunks matter beyond rounding. For 100 keys or more.
 * @param resamples [100, ...) default 1,000
 * @see Chamandy, Muralidharan, Najmi & Naidu 2012, "Estimating Uncertainty for Massive Data Streams"
 */
export function ratioStream(seed: number | string, resamples = 1000): RatioStream {
  needCount(resamples, "ratio stream, resamples", 100);
  return streamOf(seed, new Float64Array(resamples + 1), new Float64Array(resamples + 1));
}

function streamOf(seed: number | string, numerators: Float64Array, denominators: Float64Array): RatioStream {
  const resamples = numerators.length - 1;
  return {
    seed,
    sums: { numerators, denominators },
    add(key, numerator, denominator = 1) {
      needNumber(numerator, "ratio stream, numerator");
      needNumber(denominator, "ratio stream, denominator", 0);
      const rng = keyedRng(seed, "poisson", key);
      for (let i = 0; i <= resamples; i++) {
        const times = i === 0 ? 1 : poisson(rng.next());
        numerators[i] = (numerators[i] as number) + times * numerator;
        denominators[i] = (denominators[i] as number) + times * denominator;
      }
    },
    estimate: (level = 0.95) => estimateOf(numerators, denominators, level),
    merged(other) {
      if (other.seed !== seed || other.sums.numerators.length !== numerators.length)
        throw new StudyError("dataset", "ratio stream: the other one has another seed or size; make both alike");
      return streamOf(seed, added(numerators, other.sums.numerators), added(denominators, other.sums.denominators));
    },
  };
}

function estimateOf(numerators: Float64Array, denominators: Float64Array, level: number): Estimate {
  needNumber(level, "ratio stream, level", ABOVE_ZERO, BELOW_ONE);
  const ratios = numerators.map((numerator, i) => numerator / (denominators[i] as number));
  const value = ratios[0] as number;
  const resamples = ratios.length - 1;
  const sorted = ratios.subarray(1).filter(Number.isFinite).sort();
  if (!Number.isFinite(value) || sorted.length * 2 < resamples)
    throw new StudyError("dataset", "ratio stream: the denominators add up to nothing; add rows before you ask");
  const { low, high } = percentileTails(level);
  return {
    value,
    low: sortedQuantile(sorted, low),
    high: sortedQuantile(sorted, high),
    error: standardDeviation(sorted),
    resamples,
    undefinedResamples: resamples - sorted.length,
  };
}

/** Poisson(1) by inversion; 12 and more has a probability below 2^-32, the step of the uniform number. */
function poisson(uniform: number): number {
  let times = 0;
  let term = Math.exp(-1);
  for (let atMost = term; uniform >= atMost && times < 12; atMost += term) term /= ++times;
  return times;
}

function added(a: Float64Array, b: Float64Array): Float64Array {
  return a.map((x, i) => x + (b[i] as number));
}
