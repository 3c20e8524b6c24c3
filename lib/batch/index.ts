/**
 * Rows to outcomes over a Batch API: plan, submit once, poll, ingest, hand in again only what is missing.
 *
 * @example
 * const job = openBatchJob({ prompt, provider, store, journal, disk, run, estimate, price, clock, rng });
 * await job.plan(() => rows); // files on disk, nothing sent
 * await job.advance("done"); // a kill at any point costs nothing: the same lines go on
 * const outcomes = await collect(job.outcomes(rows));
 * @module
 */
export {
  type BatchEvent,
  type ChunkMeta,
  type ChunkState,
  foldEvents,
  isEnqueued,
  type JobState,
  type PlanSummary,
} from "./events.ts";
export { type BatchJob, openBatchJob, type Until } from "./job.ts";
export type { BatchNews, BatchOptions, BatchPolicy, BatchProgress, Estimate } from "./options.ts";
