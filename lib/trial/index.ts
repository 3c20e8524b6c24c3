/**
 * Faults on purpose: a simulation of the engine over seeded schedules, and processes that are killed.
 *
 * @example
 * const { problems } = await simulate(scheduleOf(1)); // [], whatever goes wrong in schedule 1
 * const plan = killPlan(keyedRng(1, "kills"), 5_000); // { bytes: …, delayMs: …, afterMs: … }
 * @module
 */
export { askNumbers, type NumbersRun } from "./ask-numbers.ts";
export { auditCalls, type CallsAudit } from "./calls-audit.ts";
export { type Member, startMember } from "./crew.ts";
export { type Disturbance, disturbWorkers } from "./disturb.ts";
export { killGroups, liveGroup } from "./group.ts";
export { type KillPlan, killPlan } from "./kill-plan.ts";
export { openKillTrial } from "./killed-study.ts";
export { type Eaten, type Eater, feedInTurn, inputOf } from "./malformed.ts";
export { feedInChildren } from "./malformed-children.ts";
export { questionsEater, rowsEater, tableEater, textEater, yamlEater } from "./malformed-files.ts";
export { feedPdfs, smallPdf } from "./malformed-pdfs.ts";
export { replies, resultFiles } from "./malformed-replies.ts";
export { calmFate, type Fate } from "./mortal.ts";
export { type PostgresServer, postgresPrograms, startPostgres } from "./postgres.ts";
export { type Environment, type Killer, live, type Serving, startServing } from "./processes.ts";
export * from "./questions.ts";
export { compareFolders, copyFolder } from "./same-files.ts";
export { PLANTED, type Planted, type Schedule, scheduleOf } from "./schedule.ts";
export { type Problem, type Simulated, simulate } from "./simulation.ts";
export { simulateMany, type Tally } from "./simulations.ts";
export { startWire, type Wire } from "./wire.ts";
