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
  const { starts, places, values } = packed(rows, classes);
  const scores = new Float64Array(classes);
  return (point, slope) => {
    let value = 0;
    for (let at = 0; at < end; at++) {
      const own = point[at] as number;
      value += (penalty / 2) * own * own;
      slope[at] = penalty * own;
    }
    slope.fill(0, end);
    for (let row = 0; row < rows.length; row++) {
      const [label, weight] = [labels[row] as number, weights[row] as number];
      const [from, to] = [starts[row] as number, starts[row + 1] as number];
      for (let one = 0; one < classes; one++) {
        let score = point[end + one] as number;
        for (let at = from; at < to; at++)
          score += (values[at] as number) * (point[(places[at] as number) + one] as number);
        scores[one] = score;
      }
      const own = scores[label] as number;
      value += weight * (softmaxInPlace(scores) - own);
      for (let one = 0; one < classes; one++) {
        const residual = weight * ((scores[one] as number) - (one === label ? 1 : 0));
        slope[end + one] = (slope[end + one] as number) + residual;
        for (let at = from; at < to; at++) {
          const place = (places[at] as number) + one;
          slope[place] = (slope[place] as number) + (values[at] as number) * residual;
        }
      }
    }
    return value;
  };
}

/** The rows one after the other, in typed arrays; places are those of a column's first weight. */
function packed(rows: readonly SparseRow[], classes: number) {
  const starts = new Int32Array(rows.length + 1);
  for (const [at, row] of rows.entries()) starts[at + 1] = (starts[at] ?? 0) + row.columns.length;
  const places = new Int32Array(starts[rows.length] ?? 0);
  const values = new Float64Array(places.length);
  for (const [at, row] of rows.entries()) {
    places.set(
      row.columns.map((column) => column * classes),
      starts[at],
    );
    values.set(row.values, starts[at]);
  }
  return { starts, places, values };
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
