/**
 * Data sets: where each comes from, what its licence allows, and the guard that keeps the restricted ones here.
 *
 * @example
 * const remote = isRemote({ name: "openai", base: "https://api.openai.com/v1" }); // true
 * mayLeave(declarationOf("fce"), remote, false)?.code; // "refused"
 * @module
 */

export { efcamdat, type LearnerText } from "./efcamdat.ts";
export type { HubOptions } from "./hub.ts";
export { fetchModel, type HubModel } from "./hub-model.ts";
export { isRemote, mayLeave } from "./may-leave.ts";
export { merlin } from "./merlin.ts";
export type { QuestionRow } from "./question.ts";
export { openQuestions, type QuestionOptions, type QuestionSource, questionSets } from "./questions.ts";
export { declarationOf, declarations } from "./registry.ts";
export { openSource, type Source, type SourceOptions } from "./source.ts";
export { openTextTable, type TextTable } from "./table.ts";
export type { DataInput, Dataset, Declaration, NoRow, RowOrBad } from "./types.ts";
