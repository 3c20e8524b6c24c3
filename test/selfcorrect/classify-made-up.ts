import { keyedRng } from "corrigenda/rng";
import { type ErrorMode, type Example, failureModeOf } from "corrigenda/selfcorrect";
import { lastNumber } from "./classify-scoring.ts";

/**
 * Made-up steps, no model's: two answers to each question, right or wrong by a coin. Right ones say "clearly" and wrong ones
 * "perhaps" in `told` of the cases, the other way round in the rest: that much, and no more, can be learnt.
 */
export function madeUpExamples(questions: number, told: number, seed: number): Example[] {
  const rng = keyedRng(seed, "made up");
  return Array.from({ length: questions }, (_, at): Example[] => {
    const reference = 10 + rng.int(90);
    const answer = (isRight: boolean) => {
      const value = isRight ? reference : reference + 1 + rng.int(5);
      const word = rng.next() < told === isRight ? "clearly" : "perhaps";
      return { isRight, value, text: `We add it up: ${word} the answer is ${value}.` };
    };
    const first = answer(rng.next() < 0.5);
    const second = rng.next() < 0.5 ? answer(rng.next() < 0.5) : first;
    const step = (before: typeof first, after: typeof first, repromptId: string): Example => ({
      revision: { initialAnswer: before.text, revisedAnswer: after.text, repromptId },
      scoring: lastNumber,
      mode: modeOf(before, after),
      group: `question ${at}`,
    });
    return [step(first, first, "none"), step(first, second, rng.pick(["p_a", "p_b"]))];
  }).flat();
}

function modeOf(
  before: { readonly isRight: boolean; readonly value: number },
  after: { readonly isRight: boolean; readonly value: number },
): ErrorMode {
  const same = before.value === after.value;
  return failureModeOf({ same, wasCorrect: before.isRight, isCorrect: after.isRight });
}
