/**
 * Rows to outcomes over a Batch API: plan, submit once, poll, ingest, hand in again only what is missing.
 *
 * @example
 * const [store, journal] = [await openLocalStore(memoryDisk(), realClock), await openJournal(memoryDisk(), "journal.jsonl")];
 * const provider = openProvider({ name: "openai" }, { OPENAI_API_KEY: "sk-example" });
 * const request = (n: number) => ({ model: "gpt-4o", messages: [{ role: "user" as const, content: `Square ${n}.` }] });
 * const prompt = { name: "square", id: (n: number) => `row_${n}`, request, parse: ({ text }: ModelReply) => text };
 * const money = { estimate: () => ({ tokens: 9, usd: 0, usdLow: 0, usdHigh: 0 }), price: () => 0, run: "demo/r1/ask" };
 * const job = openBatchJob({ prompt, provider, store, journal, disk: memoryDisk(), ...money, clock: realClock, rng: keyedRng(1) });
 * await job.plan(() => [1, 2, 2]); // files on disk, nothing sent
 * job.progress().requests; // 2; advance("done") sends them: a kill at any point costs nothing, the same lines go on
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
export { type HeldChunk, openHeldChunk } from "./held.ts";
export { type BatchJob, openBatchJob, type Until } from "./job.ts";
export type { BatchNews, BatchOptions, BatchPolicy, BatchProgress, ChunkOptions, Estimate, Others } from "./options.ts";
export { keysPath, linesPath } from "./requests.ts";
