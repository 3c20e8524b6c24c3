/**
 * What was paid for is kept: the response cache with its cost ledger, and the journal of a run.
 *
 * @example
 * const store = await openLocalStore(memoryDisk(), realClock);
 * await store.put([{ key: sha256("request"), run: "study/run/stage", via: "online", usd: 0.01, raw: '{"text":"yes"}' }]);
 * (await store.get(sha256("request")))?.raw; // { text: "yes" }
 * await store.spentUsd("study/run/stage"); // 0.01
 * @module
 */
export { bodyOf } from "./body.ts";
export { openJournal, readJournal } from "./journal.ts";
export { type KeyTable, keyTable } from "./key-table.ts";
export { openLocalStore } from "./local-store.ts";
export type { SharedBudget } from "./pg-budget.ts";
export type { Claim } from "./pg-claim.ts";
export { shownAddress } from "./pg-database.ts";
export type { SharedFiles } from "./pg-files.ts";
export type { Hold, SharedJournal } from "./pg-journal.ts";
export { LEASE_SECONDS, type Lease, type LeaseKind, type Leases, type NewLease } from "./pg-leases.ts";
export type { SharedQueue } from "./pg-queue.ts";
export type { SharedRates } from "./pg-rates.ts";
export { type Failures, openShared, type Shared } from "./shared.ts";
export type * from "./types.ts";
export { exactUsd } from "./usd.ts";
