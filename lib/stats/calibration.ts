import { needCount, needNumber, needNumbers, needPairs, needSome } from "./input.ts";
import { mean } from "./moments.ts";
import { sortedQuantile } from "./quantile.ts";
import { midranks } from "./ranks.ts";
import { type Interval, wilson } from "./wilson.ts";

/**
 * Mean squared error of probabilities, in [0, 1].
 * @param ps [n >= 1] in [0, 1] @param outcomes [n] @see Brier 1950, Mon. Weather Rev. 78:1 (half his score)
 */
export function brierScore(ps: ArrayLike<number>, outcomes: readonly boolean[]): number {
  needProbabilities(ps, outcomes, "Brier score");
  return mean(outcomes.map((happened, i) => ((happened ? 1 : 0) - (ps[i] as number)) ** 2));
}

/**
 * Mean of -ln of the probability that what happened was given, in nats.
 * @param ps [n >= 1] in [0, 1] @param outcomes [n] @param clip [0, 0.5] holds the probabilities off 0 and 1
 */
export function logLoss(ps: ArrayLike<number>, outcomes: readonly boolean[], clip = 1e-15): number {
  needProbabilities(ps, outcomes, "log loss");
  needNumber(clip, "log loss, clip", 0, 0.5);
  return mean(
    outcomes.map((happened, i) => {
      const p = Math.min(1 - clip, Math.max(clip, ps[i] as number));
      return happened ? -Math.log(p) : -Math.log1p(-p);
    }),
  );
}

/** Items whose probabilities lie together. */
export interface ReliabilityBin {
  /** The bin is (from, to]; the first one holds its lower edge too. */
  readonly from: number;
  readonly to: number;
  readonly n: number;
  /** Mean probability. */
  readonly confidence: number;
  /** Share that happened, with Wilson's interval. */
  readonly share: Interval;
}

export interface BinOptions {
  /** [1, ...) default 15, as Guo et al. have it. */
  readonly bins?: number;
  /** "width" (default): edges evenly over [0, 1]; "mass": at quantiles of the probabilities, bins of like size. */
  readonly equal?: "width" | "mass";
}

/**
 * The bins of a reliability diagram that hold an item, in ascending order.
 * @param ps [n >= 1] in [0, 1] @param outcomes [n]
 */
export function reliability(
  ps: ArrayLike<number>,
  outcomes: readonly boolean[],
  { bins = 15, equal = "width" }: BinOptions = {},
): ReliabilityBin[] {
  needProbabilities(ps, outcomes, "reliability");
  needCount(bins, "reliability, bins", 1);
  const order = Uint32Array.from(outcomes, (_, i) => i).sort((i, j) => (ps[i] as number) - (ps[j] as number));
  const sorted = Float64Array.from(order, (i) => ps[i] as number);
  const edge = (i: number): number => (equal === "width" ? i / bins : sortedQuantile(sorted, i / bins));
  const found: ReliabilityBin[] = [];
  for (let bin = 0, start = 0; bin < bins; bin++) {
    const to = edge(bin + 1);
    let end = start;
    while (end < sorted.length && (bin === bins - 1 || (sorted[end] as number) <= to)) end++;
    if (end > start) {
      const happened = order.subarray(start, end).reduce((count, i) => count + (outcomes[i] ? 1 : 0), 0);
      const confidence = mean(sorted.subarray(start, end));
      found.push({ from: edge(bin), to, n: end - start, confidence, share: wilson(happened, end - start) });
    }
    start = end;
  }
  return found;
}

/**
 * Mean gap between confidence and share over the items, in [0, 1].
 * @see Guo, Pleiss, Sun & Weinberger 2017, arXiv:1706.04599, formula 3
 */
export function expectedCalibrationError(bins: readonly ReliabilityBin[]): number {
  needSome(bins.length, "calibration error, bins");
  const items = bins.reduce((sum, bin) => sum + bin.n, 0);
  return bins.reduce((sum, { n, confidence, share }) => sum + (n / items) * Math.abs(confidence - share.value), 0);
}

/**
 * The chance that an item that happened scores above one that did not, ties half: the area under the ROC curve.
 * NaN where all or none happened.
 * @param scores [n >= 1] finite @param outcomes [n] @see Hanley & McNeil 1982, Radiology 143:29
 */
export function areaUnderRoc(scores: ArrayLike<number>, outcomes: readonly boolean[]): number {
  needPairs(scores, outcomes, "area under ROC");
  needNumbers(scores, "area under ROC");
  const { ranks } = midranks(scores);
  const happened = outcomes.filter((one) => one).length;
  const above = outcomes.reduce((sum, one, i) => (one ? sum + (ranks[i] as number) : sum), 0);
  return (above - (happened * (happened + 1)) / 2) / (happened * (outcomes.length - happened));
}

function needProbabilities(ps: ArrayLike<number>, outcomes: readonly boolean[], what: string): void {
  needPairs(ps, outcomes, what);
  needNumbers(ps, what, 0, 1);
}
