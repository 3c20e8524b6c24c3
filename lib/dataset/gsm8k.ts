import { isText, type QuestionSet } from "./question.ts";
import type { Declaration } from "./types.ts";

/** 8,792 word problems of school mathematics, with worked answers. @see Cobbe et al. 2021, arXiv:2110.14168 */
export const gsm8k: Declaration = {
  name: "gsm8k",
  source: "GSM8K, https://github.com/openai/grade-school-math",
  licence: "MIT",
  mayLeaveMachine: true,
};

const GOLD = /#### (-?[0-9.,]*[0-9])/;

/** {question, answer}, in JSONL and on the hub alike; the reference answer is the number behind ####, without commas. */
export const gsm8kQuestions: QuestionSet = {
  declaration: gsm8k,
  hub: { dataset: "openai/gsm8k", config: "main", revision: "740312add88f781978c0658806c59bc2815b9866" },
  read: ({ question, answer }) => {
    const gold = typeof answer === "string" ? GOLD.exec(answer)?.[1] : undefined;
    if (!isText(question)) return { unfit: "question" };
    return gold === undefined ? { unfit: "answer" } : { question, reference_answer: gold.replaceAll(",", "") };
  },
};
