/**
 * Estimates with their intervals.
 *
 * @example
 * const { low, high } = wilson(81, 263);
 * [low.toFixed(4), high.toFixed(4)]; // ["0.2553", "0.3662"]
 * @module
 */
export { type Interval, wilson } from "./wilson.ts";
