/**
 * ielts, the study of fine-tuning data for scoring IELTS Task 2 essays: bands, evidence, files, checks, cost.
 *
 * @example
 * overallOf([6, 6.5, 6, 6.5]); // 6.5
 * readBand("<4\n\r"); // { band: 4, from: "below 4" }
 * aligner("Peoples should to help.").find("peoples  should to help")?.text; // "Peoples should to help"
 * sourceCostLines(sourceCost(1000)); // ["Training examples: 1000", "Estimated tokens: 1,500,000", "Estimated training cost: $12.00"]
 * @module
 */
export { aligner, type Passage } from "./align.ts";
export { type Audit, auditor, FAULTS, type Fault } from "./audit.ts";
export { completeBands, isBand, overallOf, readBand, roundToHalf } from "./bands.ts";
export { countedCost, defaultEpochs, sourceCost, sourceCostLines } from "./cost.ts";
export { CODES, CRITERIA, ERROR_TYPES, type PerCriterion } from "./criteria.ts";
export * from "./evaluate.ts";
export { evaluationBands } from "./evaluation.ts";
export { type Evidence, errorType, readEvidence } from "./evidence.ts";
export { type Cells, COLUMNS, type Example, type Mapped, mapRow, sampledRows } from "./example.ts";
export { type FileIo, type MadeFiles, makeFiles } from "./files.ts";
export { answerOf, finetuneLine, readUserText, SYSTEM, type Target, userText } from "./finetune-line.ts";
export * from "./finetune-run.ts";
export { type Metadata, summaryLines } from "./metadata.ts";
export { NEAR, nearDuplicates } from "./near-duplicates.ts";
export * from "./pipeline.ts";
export * from "./prepare.ts";
export { EVIDENCE_TOKENS, evidencePrompt, type Item, itemId, promptText } from "./prompts.ts";
export * from "./report.ts";
export { closingLines, deliver, prepareRun } from "./run.ts";
export { SCHEMAS, schemaProblems } from "./schema.ts";
export { simulateIelts } from "./simulate.ts";
export { type SplitReport, splitter } from "./split.ts";
export * from "./tables.ts";
export { checkFile, type FileCheck, type FileProblem, LIMITS, lineProblems } from "./validate.ts";
export { type Variant, variantRows } from "./variants.ts";
