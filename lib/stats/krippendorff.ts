import { StudyError } from "corrigenda/error";
import { needNumber } from "./input.ts";
import type { Label } from "./kappa.ts";

/** How far two values are apart: not at all or fully, by the ranks between them, or by their squared difference. */
export type Metric = "nominal" | "ordinal" | "interval";

/** [items][raters], undefined or null where a rater gave no value. */
export type Ratings = readonly (readonly (Label | undefined | null)[])[];

/**
 * Krippendorff's alpha of any number of raters, with gaps; NaN where only one value is used.
 * @param items [n >= 1] those with fewer than two values say nothing; ordinal and interval values are numbers
 * @throws StudyError where no item has two values, or a value does not fit the metric
 * @see Krippendorff 2011, "Computing Krippendorff's Alpha-Reliability"
 */
export function krippendorffAlpha(items: Ratings, metric: Metric): number {
  const { values, totals, coincidences } = coincide(items, metric);
  const n = totals.reduce((sum, total) => sum + total, 0);
  const apart = distances(values, totals, metric);
  let observed = 0;
  let expected = 0;
  for (let c = 0; c < values.length; c++) {
    for (let k = c + 1; k < values.length; k++) {
      const distance = apart(c, k);
      observed += (coincidences[c * values.length + k] as number) * distance;
      expected += (totals[c] as number) * (totals[k] as number) * distance;
    }
  }
  return 1 - ((n - 1) * observed) / expected;
}

interface Coincidences {
  /** In ascending order, where they are numbers. */
  readonly values: readonly Label[];
  /** How often each is part of a pair. */
  readonly totals: Float64Array;
  /** [values, values] by rows: pairs within items, each item weighed by 1 / (its values - 1). */
  readonly coincidences: Float64Array;
}

function coincide(items: Ratings, metric: Metric): Coincidences {
  const { given, values } = rated(items, metric);
  const k = values.length;
  const rank = new Map(values.map((value, i) => [value, i]));
  const totals = new Float64Array(k);
  const coincidences = new Float64Array(k * k);
  const ranks: number[] = [];
  for (const item of given) {
    ranks.length = 0;
    for (const value of item) if (isGiven(value)) ranks.push(rank.get(value) as number);
    const weight = 1 / (ranks.length - 1);
    for (let i = 0; i < ranks.length; i++) {
      const row = ranks[i] as number;
      totals[row] = (totals[row] as number) + 1;
      for (let j = 0; j < ranks.length; j++) {
        const cell = row * k + (ranks[j] as number);
        if (i !== j) coincidences[cell] = (coincidences[cell] as number) + weight;
      }
    }
  }
  return { values, totals, coincidences };
}

/** The items with two values or more, and the values they have. */
function rated(items: Ratings, metric: Metric): { readonly given: Ratings; readonly values: readonly Label[] } {
  const seen = new Set<Label>();
  const given = items.filter((item) => {
    let values = 0;
    for (const value of item) if (isGiven(value)) values++;
    if (values < 2) return false;
    for (const value of item) if (isGiven(value)) seen.add(value);
    return true;
  });
  if (given.length === 0)
    throw new StudyError("dataset", "Krippendorff's alpha: no item has two values; give items that two raters rated");
  for (const value of seen) if (typeof value === "number" || metric !== "nominal") needValue(value, metric);
  return { given, values: [...seen].sort((x, y) => Number(x) - Number(y)) };
}

function isGiven(value: Label | undefined | null): value is Label {
  return value !== undefined && value !== null;
}

function needValue(value: Label, metric: Metric): void {
  if (typeof value === "number") needNumber(value, `Krippendorff's alpha, ${metric}`);
  else
    throw new StudyError("dataset", `Krippendorff's alpha: "${value}" is no number; ${metric} values are, give ranks`);
}

/** The squared difference function of two values, by their places in ascending order, c < k. */
function distances(values: readonly Label[], totals: Float64Array, metric: Metric): (c: number, k: number) => number {
  if (metric === "nominal") return () => 1;
  if (metric === "interval") return (c, k) => (Number(values[c]) - Number(values[k])) ** 2;
  const upTo = new Float64Array(totals.length);
  for (let i = 0; i < totals.length; i++) upTo[i] = (totals[i] as number) + (i > 0 ? (upTo[i - 1] as number) : 0);
  // The values from c to k, each end counted half.
  return (c, k) =>
    ((upTo[k] as number) - (upTo[c] as number) + ((totals[c] as number) - (totals[k] as number)) / 2) ** 2;
}
