import { isText, type QuestionSet } from "./question.ts";
import type { Declaration } from "./types.ts";

/** Yes/no questions that people asked a search engine, with a passage each. @see Clark et al. 2019, arXiv:1905.10044 */
export const boolq: Declaration = {
  name: "boolq",
  source: "BoolQ, https://github.com/google-research-datasets/boolean-questions",
  licence: "CC BY-SA 3.0",
  mayLeaveMachine: true,
};

/**
 * The original's {question, passage, title, answer} and SuperGLUE's {question, passage, idx, label}, whose passage begins with the
 * title: both become the same text.
 */
export const boolqQuestions: QuestionSet = {
  declaration: boolq,
  hub: { dataset: "google/boolq" },
  read: ({ question, passage, title, idx, label, answer = label }) => {
    const verdict = VERDICTS.get(answer);
    if (!isText(question)) return { unfit: "question" };
    if (!isText(passage)) return { unfit: "passage" };
    if (verdict === undefined) return { unfit: "answer" };
    const id = typeof idx === "number" ? String(idx) : undefined;
    return { id, question, reference_answer: verdict, context: isText(title) ? `${title} -- ${passage}` : passage };
  },
};

/** SuperGLUE's test split has -1, which is none. */
const VERDICTS = new Map<unknown, "yes" | "no">([
  [true, "yes"],
  [false, "no"],
  [1, "yes"],
  [0, "no"],
]);
