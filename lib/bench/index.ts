/**
 * What a speed claim needs: rounds in pairs, the peak of a process of its own, limits that fail.
 *
 * @example
 * median([3, 1, 2]); // 2
 * @module
 */
export { answeringBatches } from "./answering.ts";
export { inChild, peakMb } from "./child.ts";
export { type Claim, type Claims, openClaims, type PairedNames } from "./claims.ts";
export { type Contest, median, medianSeconds, type Paired, pairedRounds } from "./rounds.ts";
