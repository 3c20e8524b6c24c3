/**
 * What a stage needs, opened together: results/, store, provider, budget, log; then hand in, collect, account for.
 *
 * @example
 * const settings = providerSettings({ name: "openai", model: "gpt-6-luna" }, { provider: "offline" }); // { name: "offline" }
 * @module
 */
export { type AskOptions, askStages } from "./ask.ts";
export { type Asker, openAsker } from "./asker.ts";
export { type Audit, auditBatches } from "./audit.ts";
export { CALIBRATION_REQUESTS, calibrateBodies, type OutputTokens, requestEstimator } from "./estimate.ts";
export * from "./flags.ts";
export { guardPrompt } from "./guard.ts";
export { exportHanded, exportResults, handedIn, requestLines } from "./handed.ts";
export { type Helper, help } from "./help-out.ts";
export { fileText, hashInputs, inputFiles, requireStages, sameInputs, stageEnvironment } from "./inputs.ts";
export { checkQuestion, type Job, openJob, type Question } from "./job.ts";
export { goOnFrom, type Later, type LaterOptions } from "./later.ts";
export { keptReply, replyOf } from "./ledger.ts";
export { mockOutcomes } from "./mock.ts";
export { type OpenWork, openWork } from "./open-work.ts";
export { type PriceList, priceLines, priceRows } from "./price.ts";
export { rowsHref, writeBehind, writeIndex } from "./publish.ts";
export { askedAgain, type Rebuild } from "./rebuild.ts";
export { runOf } from "./run-of.ts";
export { sampleRows } from "./sample.ts";
export { openSharedWork } from "./shared-work.ts";
export * from "./stages.ts";
export { parentOf, tableStage } from "./table-stage.ts";
export { copyFile, readTable, textLines, writeLines } from "./tables.ts";
export { type Ask, type TalkOptions, talkStage } from "./talk.ts";
export { openKept, openWorkplace, type ProviderSettings, readingProvider, type Workplace } from "./workplace.ts";
