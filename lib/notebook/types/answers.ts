/** A type error of a cell, where its writer sees it. */
export interface TypeFault {
  /** From 1. */
  readonly line: number;
  /** From 1, in UTF-16 units. */
  readonly column: number;
  /** TypeScript's number: 2322. */
  readonly code: number;
  readonly message: string;
}

/** Words that may stand for cell.slice(start, end). */
export interface Completion {
  readonly matches: string[];
  readonly start: number;
  readonly end: number;
}

/** Whether a console should run what was typed or wait for more. */
export interface Completeness {
  readonly status: "complete" | "incomplete" | "invalid";
  /** For the next line of an incomplete cell. */
  readonly indent: string;
}

/** The folder of the notebook, and the root of the repository whose lib and packages it uses. */
export interface TypeServiceOptions {
  readonly folder: string;
  readonly root: string;
}
