import type { SparseRow } from "./tfidf.ts";
import { type Minimum, minimize, type Objective } from "./train-lbfgs.ts";

/** A linear model of the log odds of classes. */
export interface Softmax {
  readonly classes: number;
  /** [columns][classes], row by row. */
  readonly weights: Float64Array;
  /** [classes] */
  readonly intercepts: Float64Array;
}

export interface SoftmaxProblem {
  readonly rows: readonly SparseRow[];
  /** [n] each row's class, from 0. */
  readonly labels: readonly number[];
  /** [n] how much each row counts. */
  readonly weights: readonly number[];
  readonly columns: number;
  readonly classes: number;
  /** Of half the squared weights, not of the intercepts: 1 / C of scikit-learn. */
  readonly penalty: number;
}

/**
 * The penalised negative log likelihood: sum of weight x -ln p(label), plus penalty / 2 x the squared weights. A point is
 * the weights, column by column, then the intercepts.
 * @see Bishop 2006, Pattern Recognition and Machine Learning, §4.3.4
 */
export function softmaxObjective(problem: SoftmaxProblem): Objective {
  const { rows, labels, weights, columns, classes, penalty } = problem;
  const end = columns * classes;
  const scores = new Float64Array(classes);
  return (point, slope) => {
    let value = 0;
    for (let at = 0; at < end; at++) {
      const own = point[at] ?? 0;
      value += (penalty / 2) * own * own;
      slope[at] = penalty * own;
    }
    slope.fill(0, end);
    for (const [at, row] of rows.entries()) {
      const [label, weight] = [labels[at] ?? 0, weights[at] ?? 0];
      addScores(row, point, point.subarray(end), scores);
      const own = scores[label] ?? 0;
      value += weight * (softmaxInPlace(scores) - own);
      for (let one = 0; one < classes; one++) {
        scores[one] = weight * ((scores[one] ?? 0) - (one === label ? 1 : 0));
        slope[end + one] = (slope[end + one] ?? 0) + (scores[one] ?? 0);
      }
      addSlopes(row, scores, slope);
    }
    return value;
  };
}

/** @param start where to begin: a model of the same shape, such as that of another penalty */
export function fitSoftmax(
  problem: SoftmaxProblem,
  start?: Softmax,
  tolerance = 1e-3,
): Softmax & Pick<Minimum, "steps" | "converged"> {
  const { columns, classes } = problem;
  const end = columns * classes;
  const from = new Float64Array(end + classes);
  if (start) {
    from.set(start.weights);
    from.set(start.intercepts, end);
  }
  const { point, steps, converged } = minimize(softmaxObjective(problem), from, { tolerance });
  return { classes, weights: point.slice(0, end), intercepts: point.slice(end), steps, converged };
}

/** [classes] The scores of a row, written into `scores`. */
export function addScores(
  { columns, values }: SparseRow,
  weights: Float64Array,
  intercepts: Float64Array,
  scores: Float64Array,
): void {
  const classes = scores.length;
  scores.set(intercepts.length === classes ? intercepts : intercepts.subarray(0, classes));
  for (let at = 0; at < columns.length; at++) {
    const [base, value] = [(columns[at] ?? 0) * classes, values[at] ?? 0];
    for (let one = 0; one < classes; one++) scores[one] = (scores[one] ?? 0) + value * (weights[base + one] ?? 0);
  }
}

/** Turns scores into probabilities; returns ln of the sum of their exponentials. */
export function softmaxInPlace(scores: Float64Array): number {
  let most = Number.NEGATIVE_INFINITY;
  for (const score of scores) most = Math.max(most, score);
  let sum = 0;
  for (let one = 0; one < scores.length; one++) {
    scores[one] = Math.exp((scores[one] ?? 0) - most);
    sum += scores[one] ?? 0;
  }
  for (let one = 0; one < scores.length; one++) scores[one] = (scores[one] ?? 0) / sum;
  return most + Math.log(sum);
}

function addSlopes({ columns, values }: SparseRow, residuals: Float64Array, slope: Float64Array): void {
  const classes = residuals.length;
  for (let at = 0; at < columns.length; at++) {
    const [base, value] = [(columns[at] ?? 0) * classes, values[at] ?? 0];
    for (let one = 0; one < classes; one++)
      slope[base + one] = (slope[base + one] ?? 0) + value * (residuals[one] ?? 0);
  }
}
