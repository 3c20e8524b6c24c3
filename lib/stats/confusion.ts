import { StudyError } from "corrigenda/error";
import { needCount, needPairs } from "./input.ts";
import type { Label } from "./kappa.ts";

/** Precision, recall and F1, each in [0, 1]; 0 where nothing was found or nothing was there. */
export interface Scores {
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
}

/** How many answers were right, wrong, and missing. */
export interface Finds {
  readonly hits: number;
  readonly extra: number;
  readonly missed: number;
}

/** Scores of found things against wanted ones. Sum the counts of documents for their micro average. */
export function scoresOf({ hits, extra, missed }: Finds): Scores {
  for (const count of [hits, extra, missed]) needCount(count, "precision and recall");
  const share = (of: number): number => (of === 0 ? 0 : hits / of);
  return {
    precision: share(hits + extra),
    recall: share(hits + missed),
    f1: hits === 0 ? 0 : (2 * hits) / (2 * hits + extra + missed),
  };
}

/** Counts of items by what they are and what they were called. */
export interface Confusion {
  readonly categories: readonly Label[];
  /** [k, k]: rows are what the items are, columns what they were called. */
  readonly counts: readonly (readonly number[])[];
}

/**
 * @param actual [n >= 1] @param predicted [n] of the same items
 * @param categories in the order wanted; default those seen, in order of appearance
 * @throws StudyError for a label that is not among the categories
 */
export function confusionMatrix(
  actual: readonly Label[],
  predicted: readonly Label[],
  categories: readonly Label[] = [...new Set([...actual, ...predicted])],
): Confusion {
  needPairs(actual, predicted, "confusion matrix");
  const place = new Map(categories.map((label, i) => [label, i]));
  const counts = categories.map(() => categories.map(() => 0));
  for (const [at, label] of actual.entries()) {
    const row = counts[place.get(label) ?? -1];
    const column = place.get(predicted[at] as Label);
    if (!row || column === undefined)
      throw new StudyError(
        "dataset",
        `confusion matrix, item ${at}: ${label}, called ${predicted[at]}: one is not a category`,
      );
    row[column] = (row[column] as number) + 1;
  }
  return { categories, counts };
}

/** Scores of a classifier. */
export interface Classification {
  readonly accuracy: number;
  /** The mean over categories, each as heavy as any other. */
  readonly macro: Scores;
  /** Over all decisions at once; with one label an item all three equal the accuracy. */
  readonly micro: Scores;
  /** `support`: items of the category. */
  readonly categories: readonly (Scores & { readonly label: Label; readonly support: number })[];
}

/** @see Opitz & Burst 2019, arXiv:1911.03347 (macro F1 is the mean of the categories' F1) */
export function classification({ categories, counts }: Confusion): Classification {
  const sum = (xs: readonly number[]): number => xs.reduce((total, x) => total + x, 0);
  const finds = categories.map((_, i): Finds => {
    const hits = counts[i]?.[i] ?? 0;
    return { hits, extra: sum(counts.map((row) => row[i] ?? 0)) - hits, missed: sum(counts[i] ?? []) - hits };
  });
  const scores = finds.map(scoresOf);
  const average = (of: (one: Scores) => number): number => sum(scores.map(of)) / scores.length;
  const total = (of: (one: Finds) => number): number => sum(finds.map(of));
  const micro = scoresOf({ hits: total((f) => f.hits), extra: total((f) => f.extra), missed: total((f) => f.missed) });
  return {
    accuracy: micro.recall,
    macro: { precision: average((s) => s.precision), recall: average((s) => s.recall), f1: average((s) => s.f1) },
    micro,
    categories: scores.map((one, i) => ({ ...one, label: categories[i] as Label, support: sum(counts[i] ?? []) })),
  };
}
