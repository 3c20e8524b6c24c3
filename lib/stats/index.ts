/**
 * Estimates with their intervals, tests, agreement, calibration and off-policy values; `docs/stats.md` says which when.
 *
 * @example
 * const { low, high } = wilson(81, 263);
 * [low.toFixed(4), high.toFixed(4)]; // ["0.2553", "0.3662"]
 * @module
 */
export * from "./bands.ts";
export * from "./binomial.ts";
export * from "./bootstrap.ts";
export * from "./calibration.ts";
export * from "./confusion.ts";
export * from "./corrections.ts";
export * from "./correlation.ts";
export { normalQuantile, studentCdf, studentQuantile } from "./distributions.ts";
export * from "./gwet.ts";
export * from "./kappa.ts";
export * from "./krippendorff.ts";
export * from "./moments.ts";
export * from "./off-policy.ts";
export * from "./permutation.ts";
export * from "./perplexity.ts";
export { median, quantile } from "./quantile.ts";
export * from "./ratio-stream.ts";
export { type PositionStatistic, type ReplicateOptions, replicates } from "./resample.ts";
export * from "./share-difference.ts";
export * from "./t-test.ts";
export * from "./wilcoxon.ts";
export { type Interval, wilson } from "./wilson.ts";
