/**
 * One error class for every broken run and every row that could not be done.
 *
 * @example
 * const error = new StudyError("dataset", "bad row at a.csv:7: no column 'text'; add it or name another with --text", { facts: { line: 7 } });
 * error.code; // "dataset"
 * @module
 */
export { isStudyError, StudyError, type StudyErrorCode, type StudyErrorOptions, toStudyError } from "./study-error.ts";
