import {
  chooseClassifier,
  loadModel,
  RULES_NOTICE,
  restoreClassifier,
  saveModel,
  scoringOf,
  train,
} from "corrigenda/selfcorrect";
import { describe, expect, test } from "vitest";
import { madeUpExamples } from "./classify-made-up.ts";

const { model, vectorizer } = train(madeUpExamples(60, 0.9, 1), { seed: 1, name: "small", penalties: [10] });
const file = saveModel(model, vectorizer);
const scoring = scoringOf("gsm8k");
const step = {
  initialAnswer: "clearly the answer is 42.",
  revisedAnswer: "perhaps the answer is 43.",
  repromptId: "p_a",
};

describe("a classifier's files", () => {
  test("may be one, or two under the source's two names", () => {
    const { vectorizer: _, ...alone } = JSON.parse(file);
    const own = restoreClassifier({ model, vectorizer }, scoring).predict(step);
    for (const [first, second] of [
      [file, undefined],
      [JSON.stringify(alone), JSON.stringify(vectorizer)],
      [JSON.stringify(alone), file],
      [file, file],
    ] as const)
      expect(chooseClassifier({ model: first, vectorizer: second }, scoring).classifier.predict(step)).toEqual(own);
    expect(() => loadModel(JSON.stringify(alone))).toThrow("holds no vectorizer; name the vectorizer's file too");
  });

  test("where there are none the rules stand in, and the notice says so", () => {
    const { classifier, notice } = chooseClassifier({}, scoring);
    expect([classifier.name, notice]).toEqual(["rules", RULES_NOTICE]);
    expect(RULES_NOTICE).toContain("not calibrated");
    expect(chooseClassifier({ model: file }, scoring)).toMatchObject({
      classifier: { name: "small" },
      notice: undefined,
    });
  });

  // Each is a file that somebody may have: torn, foreign, of another version, of other sizes.
  test.each([
    ["a torn file", file.slice(0, 500), "is no file that train-classifier wrote"],
    ["an empty file", "", "files of PyTorch or pickle cannot be read"],
    ["a zip as PyTorch writes it", "PK\u0003\u0004\u0000", "files of PyTorch or pickle cannot be read"],
    ["another JSON", "[1, 2]", "is no file that train-classifier wrote"],
    ["a later version", file.replace('"version":1', '"version":2'), "(version: "],
    ["a negative temperature", file.replace(/"temperature":[\d.]+/, '"temperature":-1'), "(temperature: "],
    ["weights that are too few", file.replace(/"rightWeights":\[[^,]+,/, '"rightWeights":['), "do not fit its columns"],
    ["columns of other names", file.replace("same answer", "some answer"), "do not fit its columns"],
  ])("%s is refused by name, and the rules stand in", (_, text, why) => {
    expect(() => loadModel(text)).toThrow(why);
    const { classifier, notice } = chooseClassifier({ model: text }, scoring);
    expect(classifier.name).toBe("rules");
    expect(notice).toContain(why);
    expect(notice).toContain(RULES_NOTICE);
  });
});
