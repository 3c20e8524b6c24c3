import { lastNumber, leadingNumber, numberText, type Rational, sameNumber, wholeNumber } from "./score-number.ts";
import type { Scoring } from "./types.ts";

const INVALID = "[invalid]";
/** @see https://github.com/openai/grade-school-math grade_school_math/dataset.py, ANS_RE */
const OFFICIAL = /#### (-?[0-9.,]+)/;
/** @see https://github.com/EleutherAI/lm-evaluation-harness lm_eval/tasks/gsm8k/gsm8k.yaml, version 3 */
const FLEXIBLE = /(-?[$0-9.,]{2,})|(-?[0-9]+)/g;

const instruction =
  "Work it out step by step. Then write the result on a last line of its own: #### and the number alone, without units.";

/** The official extraction: the first "#### n", commas removed; "[invalid]" where there is none. */
export function officialAnswer(text: string): string {
  return OFFICIAL.exec(text)?.[1]?.replaceAll(",", "") ?? INVALID;
}

/** What lm-eval's filter keeps of a reply, its regexes_to_ignore taken off. */
export function lmEvalAnswer(text: string, filter: "strict-match" | "flexible-extract"): string {
  const found = filter === "strict-match" ? OFFICIAL.exec(text)?.[1] : text.match(FLEXIBLE)?.at(-1);
  return ignored(found ?? INVALID);
}

/** GSM8K by value: the last number behind ####, else the last number; 42, 42.0, $42 and 84/2 are the same. */
export function numberScoring(name: string): Scoring {
  return {
    name,
    instruction,
    extract: (text) => textOf(answerNumber(text)),
    isCorrect: (text, reference) => sameNumber(answerNumber(text), answerNumber(reference)),
    same: (a, b) => a === b || sameNumber(wholeNumber(a), wholeNumber(b)),
  };
}

/** The official rule: equality of texts, so "18." and "18.00" are not 18. */
export const gsm8kStrict: Scoring = textScoring("gsm8k-strict", officialAnswer, (reference) => {
  const gold = officialAnswer(reference);
  return gold === INVALID ? reference.replaceAll(",", "") : gold;
});

/** lm-eval's strict-match: the official expression, a "$" and a last full stop taken off. */
export const gsm8kLmEvalStrict: Scoring = textScoring(
  "gsm8k-lm-eval-strict",
  (text) => lmEvalAnswer(text, "strict-match"),
  ignored,
);

/** lm-eval's flexible-extract: the last thing that looks like a number. */
export const gsm8kLmEvalFlexible: Scoring = textScoring(
  "gsm8k-lm-eval-flexible",
  (text) => lmEvalAnswer(text, "flexible-extract"),
  ignored,
);

/** The number that a worked answer ends on. */
export function answerNumber(text: string): Rational | undefined {
  const marks = [...text.matchAll(/#{4,}[\s*:=]*/g)];
  for (const { 0: mark, index } of marks.reverse()) {
    const number = leadingNumber(text.slice(index + mark.length, index + mark.length + 100));
    if (number) return number;
  }
  return lastNumber(text);
}

function textScoring(name: string, answer: (text: string) => string, gold: (reference: string) => string): Scoring {
  return {
    name,
    instruction,
    extract: (text) => (answer(text) === INVALID ? undefined : answer(text)),
    isCorrect: (text, reference) => answer(text) === gold(reference),
    same: (a, b) => a === b,
  };
}

/** lm-eval's regexes_to_ignore in their order, then ignore_case. Python's $ also stands before a last newline. */
function ignored(text: string): string {
  const bare = text.replace(/[,$]/g, "");
  const mark = bare.lastIndexOf("#### ");
  const behind = mark < 0 ? bare : bare.slice(mark + 5);
  return behind.replace(/\.(?=\n?$)/, "").toLowerCase();
}

function textOf(number: Rational | undefined): string | undefined {
  return number && numberText(number);
}
