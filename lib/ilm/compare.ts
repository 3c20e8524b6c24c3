export { recommendationsOf } from "./compare-advice.ts";
export { type Deployment, deploymentsOf, ModelCard } from "./compare-cost.ts";
export { gainsOf, transfersOf } from "./compare-gains.ts";
export { gapsOf, matrixOf } from "./compare-matrix.ts";
export { EVALUATED, type RunRead, type RunReader, readRun, readStates } from "./compare-read.ts";
export * from "./compare-result.ts";
export { criteriaOf } from "./compare-success.ts";
export { type Training, TrainingLine, trainingCurve } from "./compare-training.ts";
export * from "./evaluate.ts";
export { type LossTally, lossTally, MEASURES, type Measure } from "./perplexity.ts";
export { averagedLosses, averagedModels } from "./perplexity-average.ts";
export { LossRecord, lossRecord, type TargetTallies } from "./perplexity-record.ts";
export * from "./plan.ts";
export * from "./plan-jobs.ts";
export { trainPlanOf } from "./plan-train.ts";
export { type Recovery, recoveryTally, type WordMatch, WordRecord, wordMasks, wordMatch } from "./recover.ts";
export { type IlmReportInput, ilmReport } from "./report.ts";
export { type RunState, runDocuments } from "./report-documents.ts";
export * from "./run.ts";
export { type JobState, planStatus, type Status, type StatusRow, wallHours } from "./status.ts";
export {
  bytesText,
  hoursText,
  type Storage,
  statusLine,
  statusTable,
  storageEstimate,
  storageLine,
} from "./status-words.ts";
export * from "./train.ts";
export * from "./verdict.ts";
