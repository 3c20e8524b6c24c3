/**
 * Rows to outcomes over synchronous calls: every reply kept before it is read, as fast as the service allows, within a budget.
 *
 * @example
 * const service = await startOfflineService({ disk: memoryDisk(), clock: realClock, simulators: [() => "yes"] });
 * const store = await openLocalStore(memoryDisk(), realClock);
 * const journal = await openJournal<OnlineEvent>(memoryDisk(), "journal.jsonl");
 * const request = () => ({ model: "gpt-4o", messages: [{ role: "user" as const, content: "Why?" }] });
 * const prompt = { name: "why", id: (n: number) => `row_${n}`, request, parse: ({ text }: ModelReply) => text };
 * const call = { prompt, provider: offlineProvider(service.url), store, journal, run: "demo/r1/ask", price: () => 0.001 };
 * const pace = { clock: realClock, rng: keyedRng(1), concurrency: 16, timeoutMs: 600_000 };
 * const outcomes = await collect(runOnline({ rows: [1, 2], ...call, ...pace }));
 * outcomes.map(({ id, ok, usd }) => [id, ok, usd]); // [["row_1", true, 0.001], ["row_2", true, 0]]; one request, paid once
 * await service.close();
 * @module
 */
export type { Price } from "./call.ts";
export { type Answered, type Calls, openCalls } from "./calls.ts";
export { type EncodedCalls, openEncodedCalls } from "./encoded.ts";
export { type OnlineEvent, type UnknownCalls, unknownCalls, unknownCallsOf } from "./ledger.ts";
export type { OnlineNotice } from "./notice.ts";
export { type OnlineOptions, runOnline } from "./run.ts";
export type { Question, Settled } from "./schedule.ts";
