/** The four criteria of IELTS Writing, in the official order, under the names that the records carry. */
export const CRITERIA = [
  "Task Response",
  "Coherence & Cohesion",
  "Lexical Resource",
  "Grammatical Range & Accuracy",
] as const;
export type Criterion = (typeof CRITERIA)[number];

/** Short names, in the same order: for ids and column heads. */
export const CODES = ["TR", "CC", "LR", "GRA"] as const;
export type CriterionCode = (typeof CODES)[number];

export const ERROR_TYPES = ["grammar", "lexical", "coherence", "task", "other"] as const;
export type ErrorType = (typeof ERROR_TYPES)[number];

/** One value per criterion, in the order of CRITERIA. */
export type PerCriterion<T> = readonly [T, T, T, T];
