/**
 * Time as an argument: whoever waits or stamps takes a Clock, so that trials can run at another scale.
 *
 * @example
 * const clock = virtualClock(); // tests: time passes only while everybody waits
 * await clock.run(clock.sleep(86_400_000)); // a day, at once
 * @module
 */
export { type Clock, realClock, scaledClock } from "./clock.ts";
export { type VirtualClock, virtualClock } from "./virtual.ts";
