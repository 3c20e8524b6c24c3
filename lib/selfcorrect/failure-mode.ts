import type { ErrorMode, Scoring } from "./types.ts";

/** Two answers that follow each other, against the reference. */
export interface Transition {
  /** Both say the same. */
  readonly same: boolean;
  readonly wasCorrect: boolean;
  readonly isCorrect: boolean;
}

/**
 * The true failure mode of a step: it needs the reference, so it is a label to learn from and never an input of a policy.
 * Where correctness changed that decides, so that the mode and the change in accuracy cannot contradict each other.
 * The first turn is the answer with itself. Source: facts 4.C.
 */
export function failureModeOf({ same, wasCorrect, isCorrect }: Transition): ErrorMode {
  if (wasCorrect !== isCorrect) return isCorrect ? "corrected" : "overcorrected";
  if (same) return isCorrect ? "unchanged_correct" : "anchored";
  return isCorrect ? "perfectionism" : "wavering";
}

/** The change in correctness that a mode stands for. */
export function deltaAccuracyOf(mode: ErrorMode): -1 | 0 | 1 {
  if (mode === "corrected") return 1;
  return mode === "overcorrected" ? -1 : 0;
}

/** Whether the later answer of a mode is right. */
export function isRightAfter(mode: ErrorMode): boolean {
  return mode === "corrected" || mode === "unchanged_correct" || mode === "perfectionism";
}

/** Whether two replies give the same answer; where neither gives one, whether they are the same text. */
export function sameAnswer(a: string, b: string, scoring: Pick<Scoring, "extract" | "same">): boolean {
  if (a === b) return true;
  const [first, second] = [scoring.extract(a), scoring.extract(b)];
  if (first === undefined && second === undefined) return a.trim() === b.trim();
  return first !== undefined && second !== undefined && scoring.same(first, second);
}
