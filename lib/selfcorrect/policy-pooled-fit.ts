import { CONTEXT_KEYS } from "./context.ts";
import { cholesky, inverse } from "./policy-cholesky.ts";
import { emptyRow, type Row, type Rows, sumAt } from "./policy-table.ts";

/**
 * A reward is mean + template + context + interaction + noise, all normal. Variances of the three effects; the first two
 * are learned (empirical Bayes).
 */
export interface Spread {
  readonly template: number;
  readonly context: number;
  readonly interaction: number;
}

/** What is held of every action's mean reward in one context. */
export interface Cells {
  readonly means: readonly number[];
  readonly precisions: readonly number[];
}

/** Before anything is known; each weighs as much as `WEIGHT` effects seen. */
const FIRST: Spread = { template: 0.01, context: 0.01, interaction: 0.0009 };
const WEIGHT = 4;
/** Variance of the mean of all rewards, before anything is known. */
const LEVEL = 0.25;

export interface Fit {
  /** By the place of a context. */
  readonly cells: readonly Cells[];
  /** The variances after one step of expectation and maximisation. */
  readonly spread: Spread;
}

/** What the cells of a table weigh in the equations. Column 0 is the level, the others are the actions. */
interface Sums {
  /** [columns][columns] */
  readonly squares: Float64Array;
  /** [columns] */
  readonly right: Float64Array;
  /** [context][columns]: a context's row in the equations, its own place left out. */
  readonly cross: readonly Float64Array[];
  /** [context]: its own place, and its right side. */
  readonly own: Float64Array;
  readonly ownRight: Float64Array;
}

/** Level and template effects, with their covariance. */
interface Effects {
  readonly means: Float64Array;
  readonly covariance: Float64Array;
}

/** A context's effect given the data. */
interface ContextEffect {
  readonly mean: number;
  readonly variance: number;
  /** Its covariance with level and templates. */
  readonly shared: Float64Array;
}

/**
 * The two-way model with random effects, solved exactly: contexts are eliminated, as their block is diagonal; what is left
 * is one system of the templates' size. Then one step of expectation and maximisation for the variances.
 * @param rows what was seen, by the place of a context @param known the place of NONE, or -1 @param noise variance of one reward
 * @see Searle, Casella & McCulloch 1992, Variance Components, ch. 7 (mixed model equations) and 8.3 (EM)
 */
export function fitPooled(rows: Rows, size: number, known: number, noise: number, spread = FIRST): Fit {
  const sums = sumsOf(rows, size, known, noise, spread);
  const effects = templateEffects(sums, rows, size + 1);
  const contexts = sums.cross.map((_, context) => contextEffect(sums, effects, context));
  const tally = { squares: 0, count: 0 };
  const cells = contexts.map((own, context) =>
    cellsIn(rows[context] ?? emptyRow(size), { known, noise, effects, own, interaction: spread.interaction, tally }),
  );
  const columns = size + 1;
  const templates = Array.from({ length: size }, (_, action) => action).filter((action) => action !== known);
  const ofTemplates = templates.map(
    (action) =>
      (effects.means[action + 1] as number) ** 2 + (effects.covariance[(action + 1) * (columns + 1)] as number),
  );
  const ofContexts = contexts.filter((_, at) => rows[at]).map(({ mean, variance }) => mean * mean + variance);
  return {
    cells,
    spread: {
      template: updated(FIRST.template, total(ofTemplates), ofTemplates.length),
      context: updated(FIRST.context, total(ofContexts), ofContexts.length),
      interaction: updated(FIRST.interaction, tally.squares, tally.count),
    },
  };
}

function updated(first: number, squares: number, count: number): number {
  return (WEIGHT * first + squares) / (WEIGHT + count);
}

function total(xs: readonly number[]): number {
  return xs.reduce((sum, x) => sum + x, 0);
}

function sumsOf(rows: Rows, size: number, known: number, noise: number, spread: Spread): Sums {
  const columns = size + 1;
  const squares = new Float64Array(columns * columns);
  const right = new Float64Array(columns);
  const own = new Float64Array(CONTEXT_KEYS.length).fill(1 / spread.context);
  const ownRight = new Float64Array(CONTEXT_KEYS.length);
  const cross = CONTEXT_KEYS.map(() => new Float64Array(columns));
  squares[0] = 1 / LEVEL;
  for (let i = 1; i < columns; i++) squares[i * (columns + 1)] = 1 / spread.template;
  const add = (list: Float64Array, place: number, more: number): void => {
    list[place] = (list[place] as number) + more;
  };
  for (const [context, row] of rows.entries()) {
    for (const [action, n] of (row?.n ?? []).entries()) {
      if (!row || n === 0 || action === known) continue;
      const weight = 1 / (spread.interaction + noise / n);
      const seen = (weight * sumAt(row, action)) / n;
      const column = action + 1;
      for (const place of [0, column * columns, column, column * (columns + 1)]) add(squares, place, weight);
      for (const place of [0, column]) {
        add(right, place, seen);
        add(cross[context] as Float64Array, place, weight);
      }
      add(own, context, weight);
      add(ownRight, context, seen);
    }
  }
  return { squares, right, cross, own, ownRight };
}

function templateEffects({ squares, right, cross, own, ownRight }: Sums, rows: Rows, columns: number): Effects {
  const reduced = Float64Array.from(squares);
  const reducedRight = Float64Array.from(right);
  for (const [context, line] of cross.entries()) {
    if (!rows[context]) continue;
    for (let i = 0; i < columns; i++) {
      const share = (line[i] as number) / (own[context] as number);
      if (share === 0) continue;
      reducedRight[i] = (reducedRight[i] as number) - share * (ownRight[context] as number);
      for (let j = 0; j < columns; j++)
        reduced[i * columns + j] = (reduced[i * columns + j] as number) - share * (line[j] as number);
    }
  }
  const covariance = inverse(cholesky(reduced, columns), columns);
  return { covariance, means: product(covariance, reducedRight) };
}

function contextEffect({ cross, own, ownRight }: Sums, effects: Effects, context: number): ContextEffect {
  const line = cross[context] as Float64Array;
  const weight = own[context] as number;
  const against = product(effects.covariance, line);
  let [mean, variance] = [ownRight[context] as number, weight];
  for (let i = 0; i < line.length; i++) {
    mean -= (line[i] as number) * (effects.means[i] as number);
    variance += (line[i] as number) * (against[i] as number);
  }
  return { mean: mean / weight, variance: variance / weight ** 2, shared: against.map((x) => -x / weight) };
}

interface CellInput {
  readonly known: number;
  readonly noise: number;
  readonly effects: Effects;
  readonly own: ContextEffect;
  readonly interaction: number;
  /** Gathers the expected squares of interactions that were seen. */
  readonly tally: { squares: number; count: number };
}

function cellsIn(row: Row, { known, noise, effects, own, interaction, tally }: CellInput): Cells {
  const size = row.n.length;
  const { means: effect, covariance } = effects;
  const means = new Array<number>(size).fill(0);
  const precisions = new Array<number>(size).fill(1);
  for (let action = 0; action < size; action++) {
    if (action === known) continue;
    const i = action + 1;
    const fitted = (effect[0] as number) + (effect[i] as number) + own.mean;
    const variance =
      (covariance[0] as number) +
      (covariance[i * (size + 2)] as number) +
      own.variance +
      2 * ((covariance[i] as number) + (own.shared[0] as number) + (own.shared[i] as number));
    const n = row.n[action] as number;
    const trust = n === 0 ? 0 : interaction / (interaction + noise / n);
    const moved = n === 0 ? 0 : trust * (sumAt(row, action) / n - fitted);
    means[action] = fitted + moved;
    precisions[action] = 1 / ((1 - trust) ** 2 * Math.max(0, variance) + interaction * (1 - trust));
    if (n === 0) continue;
    tally.squares += moved ** 2 + interaction * (1 - trust) + trust ** 2 * variance;
    tally.count++;
  }
  return { means, precisions };
}

/** A square matrix, row by row, times a vector. */
function product(matrix: Float64Array, x: Float64Array): Float64Array {
  return x.map((_, i) => {
    let sum = 0;
    for (let j = 0; j < x.length; j++) sum += (matrix[i * x.length + j] as number) * (x[j] as number);
    return sum;
  });
}
