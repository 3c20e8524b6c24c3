/**
 * What was paid for is kept: the response cache with its cost ledger, and the journal of a run.
 * @module
 */
export type * from "./types.ts";
