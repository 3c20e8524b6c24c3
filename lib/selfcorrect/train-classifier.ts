/** The face of the trainer. */
export { calculatorFaults } from "./features-calculator.ts";
export { COLUMN_NAMES, columnsOf } from "./features-columns.ts";
export { type Step, textOf } from "./features-rows.ts";
export { fitTfidf, type SparseRow, tfidfRows, Vectorizer } from "./tfidf.ts";
export { calibrated, chooseCalibration, fitIsotonic, fitTemperature } from "./train-calibration.ts";
export * from "./train-data.ts";
export { type TrainEvaluation, trainAndEvaluate } from "./train-evaluate.ts";
export { dealtParts } from "./train-folds.ts";
export { minimize } from "./train-lbfgs.ts";
export { type Example, type TrainOptions, train } from "./train-model.ts";
export { trainReport } from "./train-report.ts";
export { groupSample } from "./train-sample.ts";
export { fitSoftmax, type SoftmaxProblem, softmaxObjective } from "./train-softmax.ts";
export { type TraceLine, trainingRows } from "./train-traces.ts";
export {
  badRows,
  metricRows,
  trainFiles,
  trainFlags,
  trainMetrics,
  trainSentences,
  trainWords,
} from "./train-words.ts";
