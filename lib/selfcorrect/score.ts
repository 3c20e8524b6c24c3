import { boolqScoring } from "./score-boolq.ts";
import { gsm8kLmEvalFlexible, gsm8kLmEvalStrict, gsm8kStrict, numberScoring } from "./score-gsm8k.ts";
import { answerScore, hotpotqaScoring } from "./score-hotpotqa.ts";
import { ownScoring } from "./score-own.ts";
import { answerPart } from "./score-text.ts";
import type { Scoring } from "./types.ts";

const SCORINGS: readonly Scoring[] = [
  ...[numberScoring("gsm8k"), gsm8kStrict, gsm8kLmEvalStrict, gsm8kLmEvalFlexible, numberScoring("mock")],
  ...[hotpotqaScoring("hotpotqa"), hotpotqaScoring("hotpotqa-fullwiki"), boolqScoring],
];

/** The rules that have a name; every other data set gets the rule for one's own. */
export const scoringNames: readonly string[] = SCORINGS.map(({ name }) => name);

/**
 * How a data set's answers are judged. For a rule of your own: `{ ...scoringOf("gsm8k"), isCorrect: myRule }`.
 * @param name a data set's name, or one of `scoringNames`
 */
export function scoringOf(name: string): Scoring {
  return SCORINGS.find((one) => one.name === name) ?? ownScoring(name);
}

/** Every measure that a data set's evaluation reports for one reply, each in [0, 1]; `accuracy` is the rule's own verdict. */
export function scoreAnswer(scoring: Scoring, text: string, reference: string): Readonly<Record<string, number>> {
  const accuracy = Number(scoring.isCorrect(text, reference));
  if (scoring.name.startsWith("gsm8k")) {
    const of = (rule: Scoring): number => Number(rule.isCorrect(text, reference));
    return {
      accuracy,
      strict: of(gsm8kStrict),
      strict_match: of(gsm8kLmEvalStrict),
      flexible_extract: of(gsm8kLmEvalFlexible),
    };
  }
  return scoring.name.startsWith("hotpotqa") ? { accuracy, ...answerScore(answerPart(text), reference) } : { accuracy };
}
