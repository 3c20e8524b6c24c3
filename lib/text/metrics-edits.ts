/** Tokens [start, end) of a sentence become `correction`, its tokens joined by a space. */
export interface SpanEdit {
  readonly start: number;
  readonly end: number;
  readonly correction: string;
}

/** Edits that are right, that no annotator made, and that are missing. */
export interface EditCounts {
  readonly hits: number;
  readonly extra: number;
  readonly missed: number;
}

export interface CorrectionScore extends EditCounts {
  readonly precision: number;
  readonly recall: number;
  /** F0.5: precision counts twice as much as recall. */
  readonly f: number;
}

/**
 * What a rewrite changed: the fewest tokens replaced, added and taken away, neighbours as one edit. ERRANT aligns by word
 * class and lemma as well; here both sides of a comparison go through the same plain alignment.
 */
export function spanEdits(source: readonly string[], rewrite: readonly string[]): SpanEdit[] {
  const costs = distances(source, rewrite);
  const edits: SpanEdit[] = [];
  let [i, j] = [source.length, rewrite.length];
  let [end, last] = [i, j];
  const close = (): void => {
    if (end > i || last > j) edits.unshift({ start: i, end, correction: rewrite.slice(j, last).join(" ") });
  };
  while (i > 0 || j > 0) {
    const here = at(costs, i, j);
    if (i > 0 && j > 0 && source[i - 1] === rewrite[j - 1] && here === at(costs, i - 1, j - 1)) {
      close();
      [i, j] = [i - 1, j - 1];
      [end, last] = [i, j];
    } else if (i > 0 && j > 0 && here === at(costs, i - 1, j - 1) + 1) [i, j] = [i - 1, j - 1];
    else if (i > 0 && here === at(costs, i - 1, j) + 1) i -= 1;
    else j -= 1;
  }
  close();
  return edits;
}

const at = (costs: readonly Uint16Array[], i: number, j: number): number => costs[i]?.[j] ?? 0;

/** Levenshtein distances of all beginnings. */
function distances(a: readonly string[], b: readonly string[]): Uint16Array[] {
  const costs = Array.from({ length: a.length + 1 }, (_, i) => new Uint16Array(b.length + 1).fill(i));
  for (const [i, row] of costs.entries()) {
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      row[j] =
        i === 0 ? j : Math.min(at(costs, i - 1, j - 1) + same, at(costs, i - 1, j) + 1, (row[j - 1] as number) + 1);
    }
  }
  return costs;
}

/**
 * Counts over a corpus: an edit is right where an annotator has the same span and the same correction. Of several
 * annotators, the one counts who makes F0.5 so far the best, then by more hits, fewer extra, fewer missed.
 * @param sentences annotators: [1..] each one's edits, an empty list where nothing was to be changed
 * @see Bryant et al. 2017 (ERRANT), compare_m2, span-based correction; Dahlmeier & Ng 2012 (M2 scorer)
 */
export function correctionCounts(
  sentences: Iterable<{ readonly edits: readonly SpanEdit[]; readonly annotators: readonly (readonly SpanEdit[])[] }>,
): EditCounts {
  let sum: EditCounts = { hits: 0, extra: 0, missed: 0 };
  for (const { edits, annotators } of sentences) {
    let best: EditCounts | undefined;
    for (const gold of annotators) {
      const next = plus(sum, compared(edits, gold));
      if (best === undefined || isBetter(next, best)) best = next;
    }
    sum = best ?? sum;
  }
  return sum;
}

/** Precision, recall and F0.5. As in ERRANT, precision is 1 where nothing is extra, recall 1 where nothing is missed. */
export function correctionScore({ hits, extra, missed }: EditCounts): CorrectionScore {
  const precision = extra > 0 ? hits / (hits + extra) : 1;
  const recall = missed > 0 ? hits / (hits + missed) : 1;
  const f = precision + recall > 0 ? (1.25 * precision * recall) / (0.25 * precision + recall) : 0;
  return { hits, extra, missed, precision, recall, f };
}

function compared(edits: readonly SpanEdit[], gold: readonly SpanEdit[]): EditCounts {
  const [given, wanted] = [keys(edits), keys(gold)];
  let [hits, extra, missed] = [0, 0, 0];
  for (const [key, times] of given) {
    const known = wanted.get(key);
    if (known === undefined) extra += times;
    else hits += known;
  }
  for (const [key, times] of wanted) if (!given.has(key)) missed += times;
  return { hits, extra, missed };
}

function keys(edits: readonly SpanEdit[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { start, end, correction } of edits) {
    const key = `${start} ${end} ${correction}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return counts;
}

function plus(a: EditCounts, b: EditCounts): EditCounts {
  return { hits: a.hits + b.hits, extra: a.extra + b.extra, missed: a.missed + b.missed };
}

/** ERRANT compares F rounded to four digits, so that near ties go to the annotator with more hits. */
function isBetter(next: EditCounts, best: EditCounts): boolean {
  const rounded = (counts: EditCounts): number => Math.round(correctionScore(counts).f * 1e4);
  return (
    (rounded(next) - rounded(best) || next.hits - best.hits || best.extra - next.extra || best.missed - next.missed) > 0
  );
}
