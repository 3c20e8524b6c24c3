import { keyedRng } from "corrigenda/rng";
import { calibrated, chooseCalibration, fitIsotonic, fitTemperature } from "corrigenda/selfcorrect";
import { describe, expect, test } from "vitest";

// biome-ignore format: two rows of thirty
const scores = [-2, -0.5, 1, -1.6, -0.1, 1.4, -1.2, 0.3, 1.8, -0.8, 0.7, -1.9, -0.4, 1.1, -1.5, 0, 1.5, -1.1, 0.4, 1.9, -0.7, 0.8, -1.8, -0.3, 1.2, -1.4, 0.1, 1.6, -1, 0.5];
// biome-ignore format: the other one
const outcomes = [0, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 0, 0, 0, 1, 1, 0, 1, 1, 1, 0, 0, 1, 1, 0, 1, 0, 1].map((one) => one === 1);

describe("calibration", () => {
  test("isotonic regression is scikit-learn's, between and beyond the knots", () => {
    // scikit-learn 1.9.1, IsotonicRegression(out_of_bounds="clip").fit(scores, outcomes).predict(at)
    const at = [-3, -2, -1.35, -1, -0.5, -0.25, 0, 0.3, 0.77, 1, 1.5, 1.9, 2, 5];
    const flat = 0.42857142857142855; // 3/7
    const wanted = [0, 0, 0.4, 0.4, flat, flat, flat, 0.5, 0.57, 0.6, 1, 1, 1, 1];
    const fitted = fitIsotonic(scores, outcomes);
    for (const [place, score] of at.entries()) expect(calibrated(fitted, score)).toBeCloseTo(wanted[place] ?? -1, 9);
  });

  test("the temperature is where scipy finds the likeliest", () => {
    // scipy's minimize_scalar over mean(log1p(exp(-(2 o - 1) 3 s / t))): 3.45997, loss 0.5868542299095992.
    const found = fitTemperature(
      scores.map((score) => [0, 3 * score]),
      outcomes.map(Number),
    );
    expect(found).toBeCloseTo(3.45997, 4);
  });

  test("a head that is three times too sure is cooled by three, a head of six classes too", () => {
    const rng = keyedRng(1, "temperature");
    const labels: number[] = [];
    const said = Array.from({ length: 4_000 }, () => {
      const own = Array.from({ length: 6 }, () => 3 * rng.next());
      const shares = own.map(Math.exp);
      let left = rng.next() * shares.reduce((sum, share) => sum + share, 0);
      labels.push(
        shares.findIndex((share) => {
          left -= share;
          return left < 0;
        }),
      );
      return own.map((score) => 3 * score);
    });
    // The standard error of this estimate is near 0.09.
    expect(Math.abs(fitTemperature(said, labels) - 3)).toBeLessThan(0.27);
  });

  test("isotonic is chosen where log odds are bent, temperature where they are only too large", () => {
    const rng = keyedRng(2, "choice");
    const logits = Array.from({ length: 3_000 }, () => 8 * rng.next() - 4);
    const draw = (chance: (logit: number) => number): boolean[] => logits.map((logit) => rng.next() < chance(logit));
    const folds = logits.map((_, at) => at % 5);
    const straight = draw((logit) => 1 / (1 + Math.exp(-logit / 2)));
    const bent = draw((logit) => (logit < 1 ? 0.3 : 0.9));
    const chosen = chooseCalibration(logits, straight, folds);
    expect(chosen.calibration).toMatchObject({ kind: "temperature" });
    expect(chooseCalibration(logits, bent, folds).calibration.kind).toBe("isotonic");
    // Half the log odds are right: a temperature of 2, whose standard error is near 0.08.
    if (chosen.calibration.kind === "temperature")
      expect(Math.abs(chosen.calibration.temperature - 2)).toBeLessThan(0.25);
  });
});
