import { deltaAccuracyOf, ERROR_MODES, failureModeOf, isRightAfter, sameAnswer } from "corrigenda/selfcorrect";
import { describe, expect, test } from "vitest";
import { lastNumber } from "./classify-scoring.ts";

describe("the failure mode of two answers", () => {
  // The table of facts 4.C, row by row.
  test.each([
    { same: true, wasCorrect: true, isCorrect: true, mode: "unchanged_correct", delta: 0 },
    { same: true, wasCorrect: false, isCorrect: false, mode: "anchored", delta: 0 },
    { same: false, wasCorrect: false, isCorrect: true, mode: "corrected", delta: 1 },
    { same: false, wasCorrect: true, isCorrect: false, mode: "overcorrected", delta: -1 },
    { same: false, wasCorrect: true, isCorrect: true, mode: "perfectionism", delta: 0 },
    { same: false, wasCorrect: false, isCorrect: false, mode: "wavering", delta: 0 },
  ] as const)("is $mode, change in accuracy $delta", ({ mode, delta, ...step }) => {
    expect(failureModeOf(step)).toBe(mode);
    expect([deltaAccuracyOf(mode), isRightAfter(mode)]).toEqual([delta, step.isCorrect]);
  });

  test("never contradicts the change in accuracy, whatever the comparison of the answers said", () => {
    const seen = new Set<string>();
    for (const same of [true, false])
      for (const wasCorrect of [true, false])
        for (const isCorrect of [true, false]) {
          const mode = failureModeOf({ same, wasCorrect, isCorrect });
          expect(deltaAccuracyOf(mode)).toBe(Number(isCorrect) - Number(wasCorrect));
          expect(isRightAfter(mode)).toBe(isCorrect);
          seen.add(mode);
        }
    expect([...seen].sort()).toEqual([...ERROR_MODES].sort());
  });
});

test("two replies are the same answer by what they end on, by their text where neither says one", () => {
  expect(sameAnswer("It is 40, no, 42.", "So: 42", lastNumber)).toBe(true);
  expect(sameAnswer("42", "142", lastNumber)).toBe(false);
  expect(sameAnswer("42", "I cannot say", lastNumber)).toBe(false);
  expect(sameAnswer("I cannot say", " I cannot say\n", lastNumber)).toBe(true);
  expect(sameAnswer("I cannot say", "I will not say", lastNumber)).toBe(false);
});
