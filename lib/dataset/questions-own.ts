import { isText, type QuestionSet } from "./question.ts";
import type { Declaration } from "./types.ts";

/** A data set of one's own: question, reference_answer and, where there are any, id and context. */
export function ownQuestions(declaration: Declaration): QuestionSet {
  return {
    declaration,
    read: (record) => {
      const { id, question, reference_answer, context } = Object.fromEntries(Object.entries(record).map(plainText));
      if (question === undefined) return { unfit: "question" };
      if (reference_answer === undefined) return { unfit: "reference_answer" };
      return { id: id?.trim(), question, reference_answer, ...(context !== undefined && { context }) };
    },
  };
}

/** Numbers and truth values as texts; a blank is none. */
function plainText([name, value]: [string, unknown]): [string, string | undefined] {
  const text = typeof value === "number" || typeof value === "boolean" ? String(value) : value;
  return [name, isText(text) ? text : undefined];
}
