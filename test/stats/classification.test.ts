import {
  areaUnderRoc,
  brierScore,
  classification,
  confusionMatrix,
  expectedCalibrationError,
  logLoss,
  reliability,
  scoresOf,
} from "corrigenda/stats";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

const actual = Array.from({ length: 90 }, (_, i) => (i * i + Math.floor(i / 7)) % 4);
const predicted = actual.map((label, i) => ((i * 11) % 5 === 0 ? Math.min(3, (i * 3) % 5) : label));
const ps = Array.from({ length: 200 }, (_, i) => ((i * 37) % 101) / 100);
const outcomes = ps.map((p, i) => ((i * 53) % 97) / 97 < p ** 1.3);

const forecasts = fc.array(fc.tuple(fc.integer({ min: 0, max: 20 }), fc.boolean()), { minLength: 1, maxLength: 60 });

describe("precision, recall and F1", () => {
  test("four classes: scikit-learn 1.2.1's confusion_matrix and precision_recall_fscore_support", () => {
    const confusion = confusionMatrix(actual, predicted, [0, 1, 2, 3]);
    expect(confusion.counts).toEqual([
      [27, 0, 0, 0],
      [4, 17, 0, 0],
      [4, 0, 20, 0],
      [5, 0, 0, 13],
    ]);
    const { accuracy, macro, micro, categories } = classification(confusion);
    expect(accuracy).toBeCloseTo(0.8555555555555555, 12);
    expect(micro).toMatchObject({ precision: accuracy, recall: accuracy, f1: accuracy });
    const averages = [0.91875, 0.8412698412698413, 0.8621268944673146];
    const byClass = [
      [0.675, 1, 1, 1],
      [1, 0.8095238095238095, 0.8333333333333334, 0.7222222222222222],
      [0.8059701492537313, 0.8947368421052632, 0.9090909090909091, 0.8387096774193548],
    ];
    for (const [i, name] of (["precision", "recall", "f1"] as const).entries()) {
      expect(macro[name]).toBeCloseTo(averages[i] as number, 12);
      for (const [k, category] of categories.entries())
        expect(category[name]).toBeCloseTo(byClass[i]?.[k] as number, 12);
    }
    expect(categories.map((one) => one.support)).toEqual([27, 21, 24, 18]);
  });

  test("found mentions: 6 right, 2 too many, 4 missed", () => {
    expect(scoresOf({ hits: 6, extra: 2, missed: 4 })).toEqual({ precision: 0.75, recall: 0.6, f1: 12 / 18 });
    expect(scoresOf({ hits: 0, extra: 0, missed: 0 })).toEqual({ precision: 0, recall: 0, f1: 0 });
  });

  test("F1 is the harmonic mean of the two, between them and in [0, 1]", () => {
    fc.assert(
      fc.property(fc.nat(50), fc.nat(50), fc.nat(50), (hits, extra, missed) => {
        const { precision, recall, f1 } = scoresOf({ hits, extra, missed });
        if (hits > 0) expect(f1).toBeCloseTo((2 * precision * recall) / (precision + recall), 12);
        expect(f1).toBeGreaterThanOrEqual(Math.min(precision, recall) - 1e-12);
        expect(f1).toBeLessThanOrEqual(Math.max(precision, recall) + 1e-12);
        expect(scoresOf({ hits, extra: missed, missed: extra })).toMatchObject({
          precision: recall,
          recall: precision,
        });
      }),
    );
  });

  test("a category that never occurs scores 0 and pulls the macro average down", () => {
    const { macro, categories } = classification(confusionMatrix(["a", "a"], ["a", "a"], ["a", "b"]));
    expect(categories[1]).toMatchObject({ label: "b", f1: 0, support: 0 });
    expect(macro.f1).toBe(0.5);
  });

  test("labels that are no category, unequal lists and counts below 0 are refused", () => {
    expect(() => confusionMatrix(["a"], ["z"], ["a", "b"])).toThrow("item 0: a, called z");
    expect(() => confusionMatrix([], [])).toThrow("0 values");
    expect(() => confusionMatrix(["a"], ["a", "b"])).toThrow("1 values beside 2");
    expect(() => scoresOf({ hits: -1, extra: 0, missed: 0 })).toThrow("-1");
  });
});

describe("calibration", () => {
  test("Brier score, log loss and area under ROC equal scikit-learn 1.2.1's", () => {
    expect(brierScore(ps, outcomes)).toBeCloseTo(0.17623750000000002, 12);
    expect(logLoss(ps, outcomes)).toBeCloseTo(0.5405416155458991, 12);
    expect(areaUnderRoc(ps, outcomes)).toBeCloseTo(0.8160988845342176, 12);
  });

  test("bins of equal width and of equal mass equal scikit-learn 1.2.1's calibration_curve", () => {
    for (const [options, sizes, shares, confidences, error] of [
      [
        { bins: 10 },
        [22, 20, 19, 20, 20, 20, 19, 20, 20, 20],
        [0.18181818, 0.15, 0.21052632, 0.15, 0.35, 0.55, 0.57894737, 0.8, 0.8, 0.9],
        [0.05, 0.155, 0.25421053, 0.355, 0.455, 0.555, 0.65578947, 0.755, 0.855, 0.955],
        0.07345,
      ],
      [
        { bins: 8, equal: "mass" },
        [26, 24, 25, 26, 24, 25, 26, 24],
        [0.19230769, 0.16666667, 0.16, 0.30769231, 0.54166667, 0.64, 0.84615385, 0.875],
        [0.06, 0.185, 0.3116, 0.44, 0.565, 0.692, 0.82, 0.945],
        0.07665,
      ],
    ] as const) {
      const bins = reliability(ps, outcomes, options);
      expect(bins.map((bin) => bin.n)).toEqual(sizes);
      for (const [i, bin] of bins.entries()) {
        expect(bin.share.value).toBeCloseTo(shares[i] as number, 8);
        expect(bin.confidence).toBeCloseTo(confidences[i] as number, 8);
        expect(bin.share.low).toBeLessThan(bin.share.value);
      }
      expect(expectedCalibrationError(bins)).toBeCloseTo(error, 12);
    }
  });

  test("every item lies in one bin, in any order; one bin's error is the gap of the means", () => {
    fc.assert(
      fc.property(forecasts, fc.constantFrom("width", "mass"), fc.integer({ min: 1, max: 20 }), (rows, equal, bins) => {
        const [chances, happened] = [rows.map(([p]) => p / 20), rows.map(([, one]) => one)];
        const found = reliability(chances, happened, { bins, equal });
        expect(found.reduce((sum, bin) => sum + bin.n, 0)).toBe(rows.length);
        for (const { from, to, confidence } of found) {
          expect(confidence).toBeGreaterThanOrEqual(from - 1e-12);
          expect(confidence).toBeLessThanOrEqual(to + 1e-12);
        }
        const back = reliability([...chances].reverse(), [...happened].reverse(), { bins, equal });
        expect(back.map((bin) => [bin.n, bin.share.value])).toEqual(found.map((bin) => [bin.n, bin.share.value]));
        const all = reliability(chances, happened, { bins: 1 });
        const gap = Math.abs(rows.reduce((sum, [p, one]) => sum + p / 20 - (one ? 1 : 0), 0)) / rows.length;
        expect(expectedCalibrationError(all)).toBeCloseTo(gap, 10);
        expect(expectedCalibrationError(found)).toBeGreaterThanOrEqual(gap - 1e-9);
      }),
    );
  });

  test("the area equals a count of all pairs, ties half", () => {
    fc.assert(
      fc.property(forecasts, (rows) => {
        const [yes, no] = [rows.filter(([, one]) => one), rows.filter(([, one]) => !one)];
        fc.pre(yes.length > 0 && no.length > 0);
        let above = 0;
        for (const [x] of yes) for (const [y] of no) above += x > y ? 1 : x === y ? 0.5 : 0;
        const area = areaUnderRoc(
          rows.map(([p]) => p),
          rows.map(([, one]) => one),
        );
        expect(area).toBeCloseTo(above / (yes.length * no.length), 12);
      }),
    );
  });

  test("a coin of 1/2 has Brier 0.25 and log loss ln 2; certainty that fails costs -ln 1e-15, not infinity", () => {
    expect(brierScore([0.5, 0.5], [true, false])).toBe(0.25);
    expect(logLoss([0.5, 0.5], [true, false])).toBeCloseTo(Math.LN2, 12);
    expect(logLoss([0], [true])).toBeCloseTo(-Math.log(1e-15), 6);
    expect(logLoss([0.5], [true], 0)).toBeCloseTo(Math.LN2, 12);
    expect(areaUnderRoc([0.1, 0.2], [true, true])).toBeNaN();
  });

  test("probabilities outside [0, 1], none, and unequal lists are refused", () => {
    expect(() => brierScore([1.1], [true])).toThrow("[0, 1]");
    expect(() => logLoss([Number.NaN], [true])).toThrow("[0, 1]");
    expect(() => reliability([], [])).toThrow("0 values");
    expect(() => reliability([0.5], [true, false])).toThrow("1 values beside 2");
    expect(() => reliability([0.5], [true], { bins: 0 })).toThrow("at least 1");
  });
});
