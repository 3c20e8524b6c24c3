import { fitSoftmax, minimize, type SoftmaxProblem, type SparseRow, softmaxObjective } from "corrigenda/selfcorrect";
import { describe, expect, test } from "vitest";

// Forty rows of four whole-number columns over five, labels by a noisy line: the reference script made the same ones.
const rows: SparseRow[] = Array.from({ length: 40 }, (_, i) => ({
  columns: [0, 1, 2, 3],
  values: [0, 1, 2, 3].map((j) => (((i * 7 + j * 5 + i * j * 3) % 11) - 5) / 5),
}));
const labels = rows.map(({ values: [a = 0, b = 0, c = 0, d = 0] }, i) => {
  const sum = a - b + c / 2 + d / 5 + (((i * 13) % 7) - 3) / 4;
  return sum < -0.4 ? 0 : sum < 0.4 ? 1 : 2;
});
const counts = [0, 1, 2].map((label) => labels.filter((own) => own === label).length);
const balanced = labels.map((label) => 40 / (3 * (counts[label] ?? 1)));
const problem = (classes: number, penalty: number): SoftmaxProblem => ({
  ...{ rows, columns: 4, classes, penalty },
  labels: classes === 2 ? labels.map((label) => (label === 2 ? 1 : 0)) : labels,
  weights: classes === 2 ? labels.map(() => 1) : balanced,
});
const near = (own: ArrayLike<number>, wanted: readonly number[], within: number): void => {
  expect(own.length).toBe(wanted.length);
  for (const [at, value] of wanted.entries()) expect(Math.abs((own[at] ?? Number.NaN) - value)).toBeLessThan(within);
};

describe("softmax regression", () => {
  test("finds scikit-learn's weights, each class as heavy as any other", () => {
    expect(counts).toEqual([15, 10, 15]);
    // scikit-learn 1.9.1, LogisticRegression(C=0.5, tol=1e-12, class_weight="balanced"): coef_ transposed, intercept_.
    const { weights, intercepts } = fitSoftmax(problem(3, 2), undefined, 1e-9);
    const coef = [
      [-0.6076069553846181, 0.9462291449996496, -0.21758414998829512, -0.6799692913209801],
      [-0.3806554120646879, 0.08121994311052606, -0.17335573345708596, 0.5911981293325619],
      [0.9882623674493058, -1.0274490881101759, 0.3909398834453813, 0.08877116198841908],
    ];
    const byColumn = [0, 1, 2, 3].flatMap((column) => coef.map((row) => row[column] ?? 0));
    near(weights, byColumn, 1e-6);
    near(intercepts, [-0.029338761727692703, 0.1421520417111453, -0.1128132799834531], 1e-6);
  });

  test("of two classes with half the penalty is scikit-learn's logistic regression", () => {
    // LogisticRegression(C=0.5, tol=1e-12): two weight vectors of opposite sign share the penalty of one of twice the length.
    const { weights, intercepts } = fitSoftmax(problem(2, 4), undefined, 1e-9);
    const difference = [0, 1, 2, 3].map((column) => (weights[2 * column + 1] ?? 0) - (weights[2 * column] ?? 0));
    near(difference, [1.1840583619610234, -1.3312557157638016, 0.4941622038701862, 0.17888339378851278], 1e-6);
    expect((intercepts[1] ?? 0) - (intercepts[0] ?? 0)).toBeCloseTo(-0.7368256882119734, 6);
  });

  test("with no column gives the classes' shares: the closed form", () => {
    const bare = rows.map(() => ({ columns: [], values: [] }));
    const { intercepts } = fitSoftmax({ ...problem(3, 1), rows: bare, weights: labels.map(() => 1) }, undefined, 1e-10);
    const total = [...intercepts].reduce((sum, one) => sum + Math.exp(one), 0);
    near(
      intercepts.map((one) => Math.exp(one) / total),
      counts.map((count) => count / 40),
      1e-9,
    );
  });

  test("has the slope that finite differences have, at a point of no meaning", () => {
    const objective = softmaxObjective(problem(3, 0.7));
    const point = Float64Array.from({ length: 15 }, (_, at) => Math.sin(3 * at + 1));
    const [slope, none] = [new Float64Array(15), new Float64Array(15)];
    objective(point, slope);
    for (let at = 0; at < 15; at++) {
      const moved = (by: number): number =>
        objective(
          point.map((one, place) => one + (place === at ? by : 0)),
          none,
        );
      expect(Math.abs((moved(1e-5) - moved(-1e-5)) / 2e-5 - (slope[at] ?? 0))).toBeLessThan(1e-6);
    }
  });

  test("starts from any model and ends at the same one, twice the same to the last bit", () => {
    const one = fitSoftmax(problem(3, 2), undefined, 1e-9);
    const other = fitSoftmax(problem(3, 2), fitSoftmax(problem(3, 50)), 1e-9);
    near(other.weights, [...one.weights], 1e-7);
    expect(fitSoftmax(problem(3, 2), undefined, 1e-9)).toEqual(one);
    expect(one.converged).toBe(true);
  });
});

test("the minimiser ends where Rosenbrock's valley does, at (1, 1)", () => {
  const rosenbrock = (point: Float64Array, slope: Float64Array): number => {
    const [x = 0, y = 0] = point;
    slope.set([-2 * (1 - x) - 400 * x * (y - x * x), 200 * (y - x * x)]);
    return (1 - x) ** 2 + 100 * (y - x * x) ** 2;
  };
  const { point, converged, steps } = minimize(rosenbrock, Float64Array.of(-1.2, 1), { tolerance: 1e-9 });
  near(point, [1, 1], 1e-7);
  expect([converged, steps < 100]).toEqual([true, true]);
});
