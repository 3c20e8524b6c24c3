import { lastNumber, numberText, type Rational, sameNumber, wholeNumber } from "./score-number.ts";
import { answerPart } from "./score-text.ts";
import type { Scoring } from "./types.ts";

const ENDS = /^[\s"'“”‘’«»`*_.,;:!?()[\]]+|(?<![\s"'“”‘’«»`*_.,;:!?()[\]])[\s"'“”‘’«»`*_.,;:!?()[\]]+$/g;

/**
 * The rule for a data set of one's own: by value where the reference is a number (the last one of the reply's answer counts),
 * else equality without regard to case, spaces, punctuation at the ends and a first article.
 */
export function ownScoring(name: string): Scoring {
  return {
    name,
    instruction: 'End with a line of its own: "Answer:" and the answer alone.',
    extract: (text) => canonical(answerPart(text)) || undefined,
    isCorrect: (text, reference) => {
      const gold = wholeNumber(reference);
      if (gold) return sameNumber(lastNumber(answerPart(text)), gold);
      const expected = normal(reference);
      return expected !== "" && normal(answerPart(text)) === expected;
    },
    same: (a, b) => canonical(a) === canonical(b),
  };
}

function canonical(answer: string): string {
  const number: Rational | undefined = wholeNumber(answer);
  return number ? numberText(number) : normal(answer);
}

function normal(answer: string): string {
  const bare = answer.normalize("NFKC").toLowerCase().replace(/\s+/g, " ").replace(ENDS, "");
  return bare.replace(/^(?:an?|the) (?=.)/, "");
}
