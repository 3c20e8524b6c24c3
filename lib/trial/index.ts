/**
 * Processes that are killed on purpose: for the fault trials.
 *
 * @example
 * const plan = killPlan(keyedRng(1, "kills"), 5_000); // { bytes: …, delayMs: …, afterMs: … }
 * @module
 */
export { type KillPlan, killPlan } from "./kill-plan.ts";
export { type Environment, type Killer, live, type Serving, startServing } from "./processes.ts";
