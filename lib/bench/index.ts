/**
 * What a speed claim needs: rounds in pairs, the peak of a process of its own, limits that fail.
 *
 * @example
 * median([3, 1, 2]); // 2
 * @module
 */
export { answeringBatches } from "./answering.ts";
export { writeBare } from "./bare.ts";
export { inChild, peakMb, toldChild } from "./child.ts";
export { type Claim, type Claims, openClaims, type PairedNames } from "./claims.ts";
export { type Contestant, contestant, takeRounds } from "./contestant.ts";
export { type Fleet, type FleetRun, type Quota, simulateFleet } from "./fleet.ts";
export { type BatchFleet, type BatchFleetRun, simulateBatches } from "./fleet-batches.ts";
export { danfoFrameWork, FRAME_WORK, type FrameWork, makeFrameFiles, ourFrameWork } from "./frame-work.ts";
export { findLimit, type HiddenLimit, type LimitFound } from "./hidden-limit.ts";
export { type Ingested, ingestJob, parseBare } from "./ingest.ts";
export { type KeptCalls, keptCalls } from "./kept-calls.ts";
export { type PdfReaders, pdfReaders, typesetPdf } from "./pdf-readers.ts";
export { planOnce } from "./plan-once.ts";
export { type Contest, median, medianSeconds, type Paired, pairedRounds } from "./rounds.ts";
export { batchRows, latencyOf, measured, onlineRows, scaleBatches, scaleOnline, shapes } from "./scale.ts";
export { completionsInChild, serveCompletions } from "./server.ts";
export { type SlowCalls, slowCalls } from "./slow-calls.ts";
export { costOf, quotasOf, type RequestShape, type Tier, tierSources, tiers, tiersAsOf } from "./tiers.ts";
