/**
 * results/<study>/<run>/<stage>/: config first, manifest last; required by later stages, listed, verified, compared, replayed.
 *
 * @example
 * const name = { study: "demo", run: "r1", stage: "step1" };
 * await using stage = await openStage({ ...name, root, config, command: ["scripts/demo/step1.ts", "{run}"], environment, clock });
 * if (stage.state !== "finished") await stage.finish({ outputs: ["rows.jsonl"] });
 * @module
 */
export { compareRuns, type Difference, type RunRecord, readRun } from "./compare.ts";
export { briefly } from "./difference.ts";
export { environmentOf } from "./environment.ts";
export type { StageResult } from "./finish.ts";
export { hashFile, keysRoot } from "./hash.ts";
export type { Environment, FileHash, ModelUse, Parent, PromptHash, Totals } from "./manifest.ts";
export { Manifest, Metric, Metrics } from "./manifest.ts";
export { isName, type RunName, runFolder, runName, type StageName, stageFolder } from "./names.ts";
export type { FinishedStage, ListedStage } from "./read.ts";
export { listStages, readMetrics, readStageConfig, requireStage, stagesOf } from "./read.ts";
export { freshRun, type Replay, replaysOf } from "./replay.ts";
export { openStage, type Stage, type StageOptions } from "./stage.ts";
export { type Mismatch, verifyRun } from "./verify.ts";
