import { StudyError } from "corrigenda/error";

/** A linear model of several targets at once. */
export interface Ridge {
  readonly penalty: number;
  /** [targets][columns] */
  readonly weights: readonly Float64Array[];
  /** [targets] */
  readonly intercepts: readonly number[];
}

export interface RidgeChoice {
  /** Penalties to choose from, by the squared error on parts that were left out; one alone is taken as it is. */
  readonly penalties: readonly number[];
  /** [n] the part of each row: rows of one part are left out together. */
  readonly parts: readonly number[];
}

/**
 * Least squares with a penalty on the squared weights, not on the intercept: w = (X'X + penalty I)^-1 X'y of centred columns.
 * @param x [n][columns] @param y [n][targets] @see Hoerl & Kennard 1970, Technometrics 12:55
 */
export function fitRidge(
  x: readonly Float64Array[],
  y: readonly (readonly number[])[],
  { penalties, parts }: RidgeChoice,
): Ridge {
  const [first = 1] = penalties;
  if (x.length === 0) throw new StudyError("dataset", "ridge: there are no rows to learn from");
  const names = [...new Set(parts)];
  if (penalties.length < 2 || names.length < 2) return fitted(x, y, first);
  const errors = penalties.map(() => 0);
  for (const part of names) {
    const inside = parts.map((one) => one !== part);
    const kept = <T>(rows: readonly T[]): T[] => rows.filter((_, place) => inside[place]);
    const sums = sumsOf(kept(x), kept(y));
    for (const [at, penalty] of penalties.entries()) {
      const model = solved(sums, penalty);
      for (const [place, row] of x.entries())
        if (!inside[place])
          for (const [target, value] of predict(model, row).entries())
            errors[at] = (errors[at] ?? 0) + (value - (y[place]?.[target] ?? 0)) ** 2;
    }
  }
  return fitted(x, y, penalties[errors.indexOf(Math.min(...errors))] ?? first);
}

/** [targets] for one row. */
export function predict({ weights, intercepts }: Ridge, row: Float64Array): number[] {
  return intercepts.map((intercept, target) => {
    const own = weights[target] ?? row;
    let sum = intercept;
    for (let column = 0; column < row.length; column++) sum += (own[column] ?? 0) * (row[column] ?? 0);
    return sum;
  });
}

function fitted(x: readonly Float64Array[], y: readonly (readonly number[])[], penalty: number): Ridge {
  return solved(sumsOf(x, y), penalty);
}

/** What the solution needs of the rows: means, X'X and X'y of centred columns. */
interface Sums {
  readonly columns: number;
  readonly means: Float64Array;
  readonly targets: readonly number[];
  /** Row by row, the lower half. */
  readonly squares: Float64Array;
  readonly products: readonly Float64Array[];
}

function sumsOf(x: readonly Float64Array[], y: readonly (readonly number[])[]): Sums {
  const [columns, n] = [x[0]?.length ?? 0, x.length];
  const means = new Float64Array(columns);
  for (const row of x) for (let at = 0; at < columns; at++) means[at] = (means[at] ?? 0) + (row[at] ?? 0) / n;
  const count = y[0]?.length ?? 0;
  const targets = Array.from({ length: count }, (_, at) => y.reduce((sum, row) => sum + (row[at] ?? 0), 0) / n);
  const squares = new Float64Array(columns * columns);
  const products = targets.map(() => new Float64Array(columns));
  const centred = new Float64Array(columns);
  for (const [place, row] of x.entries()) {
    for (let at = 0; at < columns; at++) centred[at] = (row[at] ?? 0) - (means[at] ?? 0);
    for (let i = 0; i < columns; i++) {
      const own = centred[i] ?? 0;
      for (let j = 0; j <= i; j++) squares[i * columns + j] = (squares[i * columns + j] ?? 0) + own * (centred[j] ?? 0);
      for (const [target, sums] of products.entries())
        sums[i] = (sums[i] ?? 0) + own * ((y[place]?.[target] ?? 0) - (targets[target] ?? 0));
    }
  }
  return { columns, means, targets, squares, products };
}

function solved({ columns, means, targets, squares, products }: Sums, penalty: number): Ridge {
  const lower = cholesky(squares, columns, penalty);
  const weights = products.map((right) => substituted(lower, right));
  const intercepts = targets.map((mean, target) =>
    means.reduce((sum, one, at) => sum - one * (weights[target]?.[at] ?? 0), mean),
  );
  return { penalty, weights, intercepts };
}

/** L of A + penalty I = L L'. */
function cholesky(squares: Float64Array, size: number, penalty: number): Float64Array {
  const lower = Float64Array.from(squares);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = (lower[i * size + j] ?? 0) + (i === j ? penalty : 0);
      for (let k = 0; k < j; k++) sum -= (lower[i * size + k] ?? 0) * (lower[j * size + k] ?? 0);
      // What rounding leaves of 0 is no pivot.
      if (i === j && !(sum > 1e-12 * (squares[i * size + i] ?? 0)))
        throw new StudyError("dataset", "ridge: columns repeat one another; give a penalty above 0");
      lower[i * size + j] = i === j ? Math.sqrt(sum) : sum / (lower[j * size + j] ?? 1);
    }
  }
  return lower;
}

function substituted(lower: Float64Array, right: Float64Array): Float64Array {
  const size = right.length;
  const found = Float64Array.from(right);
  for (let i = 0; i < size; i++) {
    for (let k = 0; k < i; k++) found[i] = (found[i] ?? 0) - (lower[i * size + k] ?? 0) * (found[k] ?? 0);
    found[i] = (found[i] ?? 0) / (lower[i * size + i] ?? 1);
  }
  for (let i = size - 1; i >= 0; i--) {
    for (let k = i + 1; k < size; k++) found[i] = (found[i] ?? 0) - (lower[k * size + i] ?? 0) * (found[k] ?? 0);
    found[i] = (found[i] ?? 0) / (lower[i * size + i] ?? 1);
  }
  return found;
}
