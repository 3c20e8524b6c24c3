import { expectedCalibrationError, type ReliabilityBin, wilson } from "corrigenda/stats";

/** How confident a classifier was, and how often it was right to be. */
export interface Calibration {
  readonly n: number;
  /** Expected calibration error over the bins; NaN without a turn. */
  readonly ece: number;
  /** Mean squared error of the confidence; NaN without a turn. */
  readonly brier: number;
  /** Of 15 of equal width, those that hold a turn. */
  readonly bins: readonly ReliabilityBin[];
}

/** Counts confidences as they come: what `reliability` of corrigenda/stats finds, without keeping them. */
export interface CalibrationTally {
  /** @param confidence [0, 1] */
  add(confidence: number, right: boolean): void;
  result(): Calibration;
}

/** Source: Guo et al. 2017, arXiv:1706.04599, section 2. */
const BINS = 15;

export function calibrationTally(): CalibrationTally {
  const [counts, sums, hits] = [new Float64Array(BINS), new Float64Array(BINS), new Float64Array(BINS)];
  let squares = 0;
  return {
    add: (confidence, right) => {
      const bin = binOf(confidence);
      counts[bin] = (counts[bin] as number) + 1;
      sums[bin] = (sums[bin] as number) + confidence;
      if (right) hits[bin] = (hits[bin] as number) + 1;
      squares += (Number(right) - confidence) ** 2;
    },
    result: () => {
      const bins: ReliabilityBin[] = [];
      for (const [at, n] of counts.entries())
        if (n > 0)
          bins.push({
            ...{ from: at / BINS, to: (at + 1) / BINS, n, confidence: (sums[at] as number) / n },
            share: wilson(hits[at] as number, n),
          });
      const n = counts.reduce((sum, count) => sum + count, 0);
      return { n, ece: n === 0 ? NaN : expectedCalibrationError(bins), brier: squares / n, bins };
    },
  };
}

/** Bins are (from, to]; the first one holds its lower edge too. */
function binOf(confidence: number): number {
  let bin = Math.min(BINS - 1, Math.max(0, Math.ceil(confidence * BINS) - 1));
  while (bin > 0 && confidence <= bin / BINS) bin -= 1;
  while (bin < BINS - 1 && confidence > (bin + 1) / BINS) bin += 1;
  return bin;
}
