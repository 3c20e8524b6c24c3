import { ERROR_MODES, type Prediction, type Revision, ruleClassifier } from "corrigenda/selfcorrect";
import { describe, expect, test } from "vitest";
import { lastNumber, wholeText } from "./classify-scoring.ts";

const rules = ruleClassifier(lastNumber);
const first = (text: string): Revision => ({ initialAnswer: text, revisedAnswer: text, repromptId: "none" });
const next = (initialAnswer: string, revisedAnswer: string, answers?: Revision["answers"]): Revision => ({
  ...{ initialAnswer, revisedAnswer, repromptId: "p_are_you_sure" },
  ...(answers ? { answers } : {}),
});
const brief = ({ failure_mode, confidence_score }: Prediction) => [failure_mode, Number(confidence_score.toFixed(3))];

describe("the rules that stand in for a trained classifier", () => {
  // P(right) by agreement with three others, research notes §5.D: .098, .510, .837, .957.
  test.each([
    [0, 0.098],
    [1, 0.51],
    [2, 0.837],
    [3, 0.957],
  ])("with %i of three earlier answers agreeing the confidence is the published %f", (agreeing, right) => {
    const answers = [...Array.from({ length: 3 }, (_, at) => (at >= 3 - agreeing ? "42" : String(at))), "42"];
    expect(rules.predict(next("x", "42", answers)).confidence_score).toBeCloseTo(right, 12);
  });

  test("an answer not yet asked for counts half: a first answer lies between one and two agreeing of three", () => {
    expect(brief(rules.predict(first("It is 42")))).toEqual(["unchanged_correct", 0.673]); // (.510 + .837) / 2
    expect(brief(rules.predict(next("It is 42", "Yes, 42")))).toEqual(["unchanged_correct", 0.837]);
    expect(brief(rules.predict(next("It is 42", "No, 43")))).toEqual(["corrected", 0.51]);
  });

  test("an answer that cannot be read or does not add up is likely wrong", () => {
    expect(brief(rules.predict(first("I cannot say")))).toEqual(["anchored", 0.05]);
    expect(brief(rules.predict(first("3+4 = <<3+4=8>>8")))).toEqual(["anchored", 0.05]);
    expect(brief(rules.predict(next("It is 7", "3+4 = <<3+4=8>>8")))).toEqual(["overcorrected", 0.05]);
    expect(brief(rules.predict(next("<<3+4=9>>9", "<<3+4=8>>8")))).toEqual(["wavering", 0.05]);
  });

  test("a long stand on one answer that is left is an overcorrection, a way back is wavering", () => {
    expect(rules.predict(next("7", "8", ["7", "7", "7", "8"])).failure_mode).toBe("overcorrected");
    expect(rules.predict(next("7", "8", ["8", "5", "6", "7", "8"])).failure_mode).toBe("wavering");
  });

  test("an answer that only grew is perfectionism, but 142 did not grow out of 42", () => {
    const texts = ruleClassifier(wholeText);
    expect(texts.predict(next("Paris", "Paris, France")).failure_mode).toBe("perfectionism");
    expect(texts.predict(next("Paris", "Rome")).failure_mode).toBe("corrected");
    expect(rules.predict(next("42", "142")).failure_mode).toBe("corrected");
  });

  test("six probabilities sum to 1, the mode is the likeliest, and the same step always gets the same", () => {
    for (const revision of [first("42"), first("?"), next("42", "42"), next("42", "43"), next("?", "43")]) {
      const said = rules.predict(revision);
      const probs = ERROR_MODES.map((mode) => said.all_failure_mode_probs[mode]);
      expect(probs.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 12);
      expect(said.failure_mode_confidence).toBe(Math.max(...probs));
      expect(said.all_failure_mode_probs[said.failure_mode]).toBe(said.failure_mode_confidence);
      expect(ruleClassifier(lastNumber).predict(revision)).toEqual(said);
    }
  });
});
