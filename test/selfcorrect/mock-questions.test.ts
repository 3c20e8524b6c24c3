import { mockAnswer, mockQuestions, type Question, scoringOf } from "corrigenda/selfcorrect";
import { expect, test } from "vitest";

test("mock questions have whole-number answers that their own text gives", () => {
  const { isCorrect } = scoringOf("mock");
  const kinds = new Set<string>();
  for (const { question, reference_answer } of mockQuestions(2_000, 1)) {
    // JavaScript reads the expression itself: an evaluation apart from mockAnswer.
    const value = Function(`return ${question.slice("What is ".length, -1)}`)() as number;
    expect(Number.isSafeInteger(value) && isCorrect(`#### ${value}`, reference_answer)).toBe(true);
    expect(isCorrect(String(value + 1), reference_answer)).toBe(false);
    kinds.add(question.replace(/\d+/g, "n"));
  }
  expect(kinds.size).toBe(4 + 4 * 3);
  expect([mockAnswer("What is (2 + 3) * 4?"), mockAnswer("What is love?")]).toEqual(["20", undefined]);
});

test("the same seed gives the same questions, however many are asked for, one at a time", () => {
  const first = (n: number, seed: number): Question[] => [...mockQuestions(n, seed)];
  expect(first(5, 1)).toEqual(first(50, 1).slice(0, 5));
  expect(first(5, 1)).not.toEqual(first(5, 2));
  const endless = mockQuestions(Number.POSITIVE_INFINITY, 1);
  expect([endless.next().value, endless.next().value]).toEqual(first(2, 1));
  expect([first(0, 1), new Set(first(1_000, 3).map(({ id }) => id)).size]).toEqual([[], 1_000]);
});
