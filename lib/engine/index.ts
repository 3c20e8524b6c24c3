/**
 * What a stage needs, opened together: results/, store, provider, budget, log; then hand in, collect, account for.
 *
 * @example
 * const settings = providerSettings({ name: "openai", model: "gpt-6-luna" }, { provider: "offline" }); // { name: "offline" }
 * @module
 */
export { CALIBRATION_REQUESTS, calibrateBodies, type OutputTokens, requestEstimator } from "./estimate.ts";
export {
  engineFlags,
  type ProviderFlags,
  providerSettings,
  recordedFlags,
  recordedSettings,
  waitFlags,
} from "./flags.ts";
export { guardPrompt } from "./guard.ts";
export { hashInputs, inputFiles, stageEnvironment } from "./inputs.ts";
export { checkQuestion, type Job, openJob, type Question } from "./job.ts";
export { goOnFrom, type Later, type LaterOptions } from "./later.ts";
export { type OpenWork, openWork } from "./open-work.ts";
export {
  type CollectOptions,
  collectStage,
  endSentence,
  type StageEnd,
  type StageSpec,
  submitStage,
} from "./stages.ts";
export { readTable, writeLines } from "./tables.ts";
export {
  openWorkplace,
  type ProviderSettings,
  providerOf,
  type Workplace,
  type WorkplaceOptions,
} from "./workplace.ts";
