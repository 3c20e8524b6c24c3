/**
 * results/<study>/<run>/<stage>/: config first, manifest last; required by later stages, listed, verified, compared, replayed.
 *
 * @example
 * const name = { study: "demo", run: "r1", stage: "step1" };
 * const [root, environment] = [memoryDisk(), await environmentOf(nodeDisk("."), {})];
 * const more = { root, environment, clock: realClock, config: { model: "a" }, command: ["scripts/demo/step1.ts", "{run}"] };
 * await using stage = await openStage({ ...name, ...more });
 * await root.write(stage.path("rows.jsonl"), '{"n":1}\n');
 * (await stage.finish({ outputs: ["rows.jsonl"] })).outputs[0]?.path; // "step1/rows.jsonl"
 * @module
 */
export { compareRuns, type Difference, type RunRecord, readRun } from "./compare.ts";
export { briefly } from "./difference.ts";
export { environmentOf } from "./environment.ts";
export type { StageResult } from "./finish.ts";
export { hashFile, keysRoot } from "./hash.ts";
export { holdRun, isWorkedOn } from "./hold.ts";
export type { Environment, FileHash, ModelUse, Parent, PromptHash, Totals } from "./manifest.ts";
export { Manifest, Metric, Metrics } from "./manifest.ts";
export { type MethodsStage, methodsText, writeMethods } from "./methods.ts";
export { isName, type RunName, runFolder, runName, type StageName, stageFolder } from "./names.ts";
export type { FinishedStage, ListedStage } from "./read.ts";
export { listRuns, listStages, readMetrics, readStageConfig, requireStage, stagesOf } from "./read.ts";
export { freshRun, type Replay, replaysOf } from "./replay.ts";
export { shownRuns } from "./shown.ts";
export { isFinished, openStage, type Stage, type StageOptions } from "./stage.ts";
export { codeHash, openDamaged, recordStanding, type StandingPlace, whyNotStanding } from "./standing.ts";
export { type Mismatch, verifyRun } from "./verify.ts";
