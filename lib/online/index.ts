/**
 * Rows to outcomes over synchronous calls: every reply kept before it is read, as fast as the service allows, within a budget.
 *
 * @example
 * const journal = await openJournal<OnlineEvent>(disk, "journal.jsonl");
 * const options = { rows, prompt, provider, store, journal, run: "whyfix/0622-1458/step2", price, clock: realClock };
 * for await (const outcome of runOnline({ ...options, rng: keyedRng(1), concurrency: 16, timeoutMs: 600_000 })) show(outcome);
 * unknownCalls((await readJournal<OnlineEvent>(disk, "journal.jsonl")), hasKey); // calls that may have been billed without a reply
 * @module
 */
export type { Price } from "./call.ts";
export { type OnlineEvent, type UnknownCalls, unknownCalls } from "./ledger.ts";
export type { OnlineNotice } from "./notice.ts";
export { type OnlineOptions, runOnline } from "./run.ts";
