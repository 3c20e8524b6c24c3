import { StudyError } from "corrigenda/error";
import { needPairs, needSome } from "./input.ts";

/** A category that a rater may choose. */
export type Label = string | number | boolean;

/** The share of items on which both raters agree, in [0, 1]. @param a [n >= 1] labels @param b [n] of the same items */
export function percentAgreement(a: readonly Label[], b: readonly Label[]): number {
  needPairs(a, b, "percent agreement");
  let agreed = 0;
  for (let i = 0; i < a.length; i++) if (a[i] === b[i]) agreed++;
  return agreed / a.length;
}

/**
 * Cohen's kappa of two raters, at most 1; NaN where both use one and the same category throughout.
 * @param a [n >= 1] labels @param b [n] of the same items @see Cohen 1960, Educ. Psychol. Meas. 20:37
 */
export function cohenKappa(a: readonly Label[], b: readonly Label[]): number {
  const agreed = percentAgreement(a, b);
  const [left, right] = [shares(a), shares(b)];
  let expected = 0;
  for (const [label, share] of left) expected += share * (right.get(label) ?? 0);
  return beyondChance(agreed, expected);
}

/**
 * Gwet's AC1 of two raters: kappa's question with a chance term that stays low where one category prevails.
 * @param a [n >= 1] labels @param b [n] of the same items
 * @param categories how many could be chosen; default those seen; at least 2
 * @see Gwet 2008, Br. J. Math. Stat. Psychol. 61:29
 */
export function gwetAc1(a: readonly Label[], b: readonly Label[], categories?: number): number {
  const agreed = percentAgreement(a, b);
  const both = shares([...a, ...b]);
  let spread = 0;
  for (const share of both.values()) spread += share * (1 - share);
  return beyondChance(agreed, spread / (Math.max(categories ?? both.size, both.size, 2) - 1));
}

/**
 * Weighted kappa of two raters on ordered categories; "quadratic" is QWK. NaN where both use one and the same category.
 * @param a [n >= 1] @param b [n] of the same items
 * @param categories [k >= 1] from lowest to highest, equally far apart; those that nobody chose may be among them
 * @throws StudyError for a label that is not a category @see Cohen 1968, Psychol. Bull. 70:213
 */
export function weightedKappa(
  a: readonly Label[],
  b: readonly Label[],
  categories: readonly Label[],
  weights: "linear" | "quadratic",
): number {
  needPairs(a, b, "weighted kappa");
  const [left, right] = [ranked(a, categories), ranked(b, categories)];
  const cost = (x: number, y: number): number => (weights === "linear" ? Math.abs(x - y) : (x - y) ** 2);
  let observed = 0;
  for (let i = 0; i < left.length; i++) observed += cost(left[i] as number, right[i] as number);
  const [mine, theirs] = [counts(left, categories.length), counts(right, categories.length)];
  let expected = 0;
  for (const [x, n] of mine.entries()) if (n > 0) for (const [y, m] of theirs.entries()) expected += n * m * cost(x, y);
  return 1 - (observed * a.length) / expected;
}

/**
 * Fleiss' kappa of several raters, who need not be the same ones for every item; NaN where only one category is used.
 * @param items [n >= 1] the labels of each item, the same number (>= 2) each @see Fleiss 1971, Psychol. Bull. 76:378
 */
export function fleissKappa(items: readonly (readonly Label[])[]): number {
  needSome(items.length, "Fleiss' kappa");
  const raters = items[0]?.length ?? 0;
  needSome(raters, "Fleiss' kappa, raters", 2);
  const totals = new Map<Label, number>();
  let agreed = 0;
  for (const [at, labels] of items.entries()) {
    if (labels.length !== raters)
      throw new StudyError(
        "dataset",
        `Fleiss' kappa, item ${at}: ${labels.length} labels, not ${raters}; use krippendorffAlpha`,
      );
    for (const [label, n] of tally(labels)) {
      agreed += n * (n - 1);
      totals.set(label, (totals.get(label) ?? 0) + n);
    }
  }
  const all = items.length * raters;
  const expected = [...totals.values()].reduce((sum, n) => sum + (n / all) ** 2, 0);
  return beyondChance(agreed / (all * (raters - 1)), expected);
}

function beyondChance(agreed: number, expected: number): number {
  return expected === 1 ? Number.NaN : (agreed - expected) / (1 - expected);
}

function tally(labels: readonly Label[]): Map<Label, number> {
  const found = new Map<Label, number>();
  for (const label of labels) found.set(label, (found.get(label) ?? 0) + 1);
  return found;
}

function shares(labels: readonly Label[]): Map<Label, number> {
  const found = tally(labels);
  for (const [label, n] of found) found.set(label, n / labels.length);
  return found;
}

function ranked(labels: readonly Label[], categories: readonly Label[]): Int32Array {
  const rank = new Map(categories.map((label, i) => [label, i]));
  const ranks = new Int32Array(labels.length);
  for (let at = 0; at < labels.length; at++)
    ranks[at] = rank.get(labels[at] as Label) ?? unknown(labels[at] as Label, at);
  return ranks;
}

function unknown(label: Label, at: number): never {
  throw new StudyError("dataset", `weighted kappa, item ${at}: ${label} is not a category; add it or leave it out`);
}

function counts(ranks: Int32Array, categories: number): Float64Array {
  const found = new Float64Array(categories);
  for (const rank of ranks) found[rank] = (found[rank] as number) + 1;
  return found;
}
