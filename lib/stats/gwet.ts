import { StudyError } from "corrigenda/error";
import { needSome } from "./input.ts";
import type { Label } from "./kappa.ts";

/**
 * Gwet's AC2 of several raters on ordered categories, gaps allowed; with "identity" weights it is AC1. Stays near the
 * percentage of agreement where one category prevails, at most 1.
 * @param items [n >= 1] the labels of each item, undefined where a rater gave none; items with one label count for prevalence only
 * @param categories [k >= 2] from lowest to highest, equally far apart; those that nobody chose belong among them
 * @returns NaN where no item has two labels @throws StudyError for a label that is not a category
 * @see Gwet 2008, Br. J. Math. Stat. Psychol. 61:29; Gwet 2014, Handbook of Inter-Rater Reliability, 4th ed., ch. 2 and 3
 */
export function gwetAc2(
  items: readonly (readonly (Label | undefined)[])[],
  categories: readonly Label[],
  weights: "identity" | "linear" | "quadratic",
): number {
  needSome(categories.length, "Gwet's AC, categories", 2);
  const weight = weigher(categories.length, weights);
  const prevalence = new Float64Array(categories.length);
  let [agreed, compared, rated] = [0, 0, 0];
  for (const [at, labels] of items.entries()) {
    const counts = countsOf(labels, categories, at);
    const n = counts.reduce((sum, count) => sum + count, 0);
    if (n === 0) continue;
    rated += 1;
    for (const [k, count] of counts.entries()) prevalence[k] = (prevalence[k] as number) + count / n;
    if (n === 1) continue;
    compared += 1;
    agreed += pairsAgreed(counts, weight) / (n * (n - 1));
  }
  if (compared === 0) return Number.NaN;
  const expected = chance(prevalence, rated, weight);
  return (agreed / compared - expected) / (1 - expected);
}

type Weight = (k: number, l: number) => number;

function weigher(categories: number, weights: "identity" | "linear" | "quadratic"): Weight {
  if (weights === "identity") return (k, l) => (k === l ? 1 : 0);
  const power = weights === "linear" ? 1 : 2;
  return (k, l) => 1 - (Math.abs(k - l) / (categories - 1)) ** power;
}

/** Ordered pairs of an item's labels, each counted as much as its two categories agree. */
function pairsAgreed(counts: readonly number[], weight: Weight): number {
  let sum = 0;
  for (const [k, count] of counts.entries()) {
    if (count === 0) continue;
    const close = counts.reduce((near, other, l) => near + weight(k, l) * other, 0);
    sum += count * (close - 1);
  }
  return sum;
}

function chance(prevalence: Float64Array, rated: number, weight: Weight): number {
  const k = prevalence.length;
  let all = 0;
  for (let i = 0; i < k; i++) for (let j = 0; j < k; j++) all += weight(i, j);
  const spread = prevalence.reduce((sum, total) => sum + (total / rated) * (1 - total / rated), 0);
  return (all * spread) / (k * (k - 1));
}

function countsOf(labels: readonly (Label | undefined)[], categories: readonly Label[], at: number): number[] {
  const counts = categories.map(() => 0);
  for (const label of labels) {
    if (label === undefined) continue;
    const rank = categories.indexOf(label);
    if (rank < 0)
      throw new StudyError("dataset", `Gwet's AC, item ${at}: ${label} is not a category; add it or leave it out`);
    counts[rank] = (counts[rank] as number) + 1;
  }
  return counts;
}
