/**
 * Randomness by key: the same seed and key give the same numbers, in any order and on any machine.
 *
 * @example
 * const rng = keyedRng(1126, "sample", 7);
 * rng.int(30) === keyedRng(1126, "sample", 7).int(30); // true
 * @module
 */
export { keyedRng, type Rng } from "./keyed.ts";
