/**
 * whyfix, the study of why a learner's word was replaced: rows, grid and steps, prompts, answers, records, exports.
 *
 * @example
 * const cell = { dataset: "lg", sample_size: "fu", method: "Dict", model: "fON", temp: "zero", input: "t", role: "l", length: "fifty" };
 * formatId(cell, 12); // "lg_fu_12_Dict_fON_zero_t_l_fifty"
 * checkDate("0622-1458"); // "0622-1458"
 * @module
 */
export { EXPECTED_COUNTS, outputSchemas } from "./answers.ts";
export { type Cell, formatId, type ParsedId, parseId } from "./cell.ts";
export * from "./collocate.ts";
export * from "./data/index.ts";
export { checkDate } from "./date.ts";
export * from "./evaluate.ts";
export { type Experiment, parseExperiment } from "./experiment.ts";
export * from "./export.ts";
export { exportGroups, type Submitted } from "./export-groups.ts";
export { fullGrid, type GridPick } from "./grid.ts";
export * from "./grid-question.ts";
export { type Level, pickLevel } from "./levels.ts";
export { METHODS, type MethodCode } from "./methods.ts";
export type { Answer } from "./parse.ts";
export { type Knowledge, methodPrompts, type WhyfixItem, whyfixPrompt } from "./prompts.ts";
export { OUTPUT_TOKENS, type StepQuestion, stageQuestion, stepQuestion } from "./question.ts";
export * from "./ratings.ts";
export { type ResultSource, readResultLine, resultLine } from "./read.ts";
export { blockedRecord, hasAnswer, matchedById, StructuredRecord, structuredRecord } from "./record.ts";
export { type Outcomes, recordLines } from "./record-lines.ts";
export * from "./report.ts";
export * from "./setup.ts";
export { simulateWhyfix } from "./simulate.ts";
export { type Blocked, blockedItems, cellItems, type Group, type MatchedById, stepGroups } from "./steps.ts";
export { type CellSummary, type Metric, metricsOf, type Summary, summarize } from "./summary.ts";
