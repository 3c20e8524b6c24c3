/**
 * Estimates with their intervals.
 *
 * @example
 * wilson(81, 263); // { value: 0.308, low: 0.2553, high: 0.3662 }
 * @module
 */
export { type Interval, wilson } from "./wilson.ts";
