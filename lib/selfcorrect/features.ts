import { calculatorFaults } from "./features-calculator.ts";
import { NONE, type Revision, type Scoring } from "./types.ts";

/** What can be seen of a step without the reference. */
export interface Signs {
  /** The answer is as before; true at the first turn. */
  readonly same: boolean;
  readonly hasAnswer: boolean;
  /** The answer before could not be read, or its sums do not add up. */
  readonly wasBroken: boolean;
  /** Of the revised answer's text. */
  readonly calculatorFaults: number;
  /** Earlier answers of the trace that could be read, and those of them that say what the revised one says. */
  readonly others: number;
  readonly agreeing: number;
  /** Earlier answers but the last that say what the last one said. */
  readonly support: number;
  /** The answer has changed to one that was given before the last one. */
  readonly returned: boolean;
  /** The answer has changed, and one of both holds all words of the other; never for numbers. */
  readonly contained: boolean;
  /** From 0. */
  readonly turn: number;
  /** As extracted. */
  readonly before: string | undefined;
  readonly after: string | undefined;
}

/** Reads a step. Answers are extracted only where the revision does not bring them. */
export function signsOf(revision: Revision, scoring: Pick<Scoring, "extract" | "same">): Signs {
  const { initialAnswer, revisedAnswer } = revision;
  const answers = revision.answers ?? extractedOf(revision, scoring);
  const turn = Math.max(0, answers.length - 1);
  const after = answers[turn];
  const before = turn === 0 ? after : answers[turn - 1];
  const is = (answer: string | undefined, other: string | undefined): boolean =>
    answer !== undefined && other !== undefined && (answer === other || scoring.same(answer, other));
  const isText = before === undefined && after === undefined && initialAnswer.trim() === revisedAnswer.trim();
  const same = turn === 0 || is(before, after) || isText;
  const own = { ...NOTHING };
  for (let at = 0; at < turn; at++) {
    if (answers[at] === undefined) continue;
    own.others += 1;
    if (is(answers[at], after)) own.agreeing += 1;
    if (at < turn - 1 && is(answers[at], before)) own.support += 1;
  }
  return {
    ...{ same, ...own, turn, before, after, hasAnswer: after !== undefined },
    wasBroken: turn > 0 && (before === undefined || calculatorFaults(initialAnswer) > 0),
    calculatorFaults: calculatorFaults(revisedAnswer),
    returned: !same && own.agreeing > 0,
    contained: !same && isContained(before, after),
  };
}

const NOTHING = { others: 0, agreeing: 0, support: 0 };

function extractedOf(
  { initialAnswer, revisedAnswer, repromptId }: Revision,
  scoring: Pick<Scoring, "extract">,
): readonly (string | undefined)[] {
  const after = scoring.extract(revisedAnswer);
  if (repromptId === NONE) return [after];
  return [initialAnswer === revisedAnswer ? after : scoring.extract(initialAnswer), after];
}

function isContained(before: string | undefined, after: string | undefined): boolean {
  if (before === undefined || after === undefined) return false;
  const [few = [], many = []] = [wordsOf(before), wordsOf(after)].sort((a, b) => a.length - b.length);
  return few.length > 0 && few.some((word) => /\p{L}/u.test(word)) && few.every((word) => many.includes(word));
}

function wordsOf(answer: string): string[] {
  return answer.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
}
