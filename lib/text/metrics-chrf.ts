import { ngrams, shared } from "./metrics-tokens.ts";

const ORDER = 6;
/** Recall counts beta squared times as much as precision. */
const BETA_SQUARED = 4;

/** n-grams of the hypothesis, of the reference, and in common, for n = 1 to 6. */
type Counts = readonly (readonly [given: number, wanted: number, hits: number])[];

/**
 * chrF2 of a text: F of character n-grams up to 6, white space left out, capitals kept.
 * @param references [1..] the best one counts @returns [0, 1], a hundredth of sacrebleu's
 * @see Popović 2015, chrF: character n-gram F-score for automatic MT evaluation, section 2; defaults of sacrebleu 2.6
 */
export function chrf(references: readonly string[], hypothesis: string): number {
  return score(bestCounts(references, hypothesis));
}

/** chrF2 of a corpus: counts against each text's best reference, summed. @returns [0, 1] */
export function corpusChrf(
  texts: readonly { readonly references: readonly string[]; readonly hypothesis: string }[],
): number {
  const all = texts.map(({ references, hypothesis }) => bestCounts(references, hypothesis));
  const sums = Array.from({ length: ORDER }, (_, n): [number, number, number] => {
    const at = (part: 0 | 1 | 2): number => all.reduce((sum, counts) => sum + (counts[n]?.[part] ?? 0), 0);
    return [at(0), at(1), at(2)];
  });
  return score(sums);
}

function bestCounts(references: readonly string[], hypothesis: string): Counts {
  const given = characters(hypothesis);
  let best: Counts = [];
  let bestScore = -1;
  for (const reference of references) {
    const wanted = characters(reference);
    const counts = Array.from({ length: ORDER }, (_, at): [number, number, number] => {
      const [n, hits] = [at + 1, shared(ngrams(given, at + 1), ngrams(wanted, at + 1))];
      const known = Math.max(0, wanted.length - n + 1);
      // An order that the reference is too short for does not count.
      return [known > 0 ? Math.max(0, given.length - n + 1) : 0, known, hits];
    });
    const own = score(counts);
    if (own > bestScore) [best, bestScore] = [counts, own];
  }
  return best;
}

function characters(text: string): string[] {
  return Array.from(text.replace(/\s+/g, ""));
}

/** Precision and recall are means over the orders that both sides have. */
function score(counts: Counts): number {
  const orders = counts.filter(([given, wanted]) => given > 0 && wanted > 0);
  const precision = mean(orders.map(([given, , hits]) => hits / given));
  const recall = mean(orders.map(([, wanted, hits]) => hits / wanted));
  if (precision + recall === 0) return 0;
  return ((1 + BETA_SQUARED) * precision * recall) / (BETA_SQUARED * precision + recall);
}

function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}
