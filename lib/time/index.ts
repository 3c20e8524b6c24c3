/**
 * Time as an argument: whoever waits or stamps takes a Clock, so that trials can run at another scale.
 *
 * @example
 * const clock = scaledClock(1000); // a poll every 60 s comes every 60 ms
 * await clock.sleep(60_000);
 * @module
 */
export { type Clock, realClock, scaledClock } from "./clock.ts";
