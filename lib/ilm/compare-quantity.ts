import { StudyError } from "corrigenda/error";
import { type Interval, quantile } from "corrigenda/stats";

/** A number and what it is in each resample: [0] is the number, [1 …] are the resamples. */
export type Quantity = Float64Array;

/** A number made of others, resample by resample: differences of the same documents are paired. */
export function quantity(parts: readonly Quantity[], of: (...values: number[]) => number): Quantity {
  const [first = new Float64Array()] = parts;
  return Float64Array.from({ length: first.length }, (_, at) => of(...parts.map((part) => part[at] as number)));
}

/** Resamples that an interval needs; with a document or two in each of five test sets most hold none of some. */
const LEAST = 20;

/** Percentile interval; resamples in which it is not defined are left out. @param level (0, 1) */
export function intervalOf(values: Quantity, level = 0.95): Interval {
  const [value = Number.NaN] = values;
  const known = values.subarray(1).filter(Number.isFinite);
  if (!Number.isFinite(value) || known.length < LEAST)
    throw new StudyError(
      "dataset",
      "an interval needs more resamples with scored tokens; evaluate more documents, or take more resamples",
    );
  const tail = (1 - level) / 2;
  return { value, low: quantile(known, tail), high: quantile(known, 1 - tail) };
}

/** How much higher in percent a perplexity is than another one. @param general, special logs of perplexities */
export function gainOf(general: Quantity, special: Quantity): Quantity {
  return quantity([general, special], (a, b) => 100 * Math.expm1(a - b));
}

export function ratioOf(above: Quantity, below: Quantity): Quantity {
  return quantity([above, below], (a, b) => Math.exp(a - b));
}

/** Geometric mean of perplexities, as a log: test sets count alike, however long. */
export function meanLog(logs: readonly Quantity[]): Quantity {
  return quantity(logs, (...values) => values.reduce((sum, value) => sum + value, 0) / values.length);
}
