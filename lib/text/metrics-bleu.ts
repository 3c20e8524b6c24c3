import { ngrams } from "./metrics-tokens.ts";

/**
 * What is done about n-grams without a match: nothing; 0.1 in place of a count of 0 (method 1); 1 added to counts and
 * totals of bigrams and longer (method 2).
 * @see Chen & Cherry 2014, A Systematic Comparison of Smoothing Techniques for Sentence-Level BLEU, section 3
 */
export type BleuSmoothing = "none" | "method1" | "method2";

const ORDER = 4;
const EPSILON = 0.1;

/** Sentence BLEU-4. @param references [1..] token lists @returns [0, 1]; NLTK writes 1e-78 and less for our 0 */
export function bleu(
  references: readonly (readonly string[])[],
  hypothesis: readonly string[],
  smoothing: BleuSmoothing = "none",
): number {
  return corpusBleu([{ references, hypothesis }], smoothing);
}

/**
 * Corpus BLEU-4: n-gram counts, clipped by the references, summed over all sentences, with the brevity penalty of the
 * nearest reference lengths (the shorter of two that are as near).
 * @returns [0, 1]
 * @see Papineni et al. 2002, sections 2.1 to 2.3; as NLTK 3.10 computes it
 */
export function corpusBleu(
  sentences: readonly { readonly references: readonly (readonly string[])[]; readonly hypothesis: readonly string[] }[],
  smoothing: BleuSmoothing = "none",
): number {
  const matches = new Array<number>(ORDER).fill(0);
  const totals = new Array<number>(ORDER).fill(0);
  let [length, reference] = [0, 0];
  for (const { references, hypothesis } of sentences) {
    for (let n = 1; n <= ORDER; n++) {
      matches[n - 1] = (matches[n - 1] as number) + clipped(references, hypothesis, n);
      // NLTK counts a sentence that is too short for an n-gram as one without a match.
      totals[n - 1] = (totals[n - 1] as number) + Math.max(1, hypothesis.length - n + 1);
    }
    length += hypothesis.length;
    reference += nearest(references, hypothesis.length);
  }
  if (matches[0] === 0) return 0;
  const penalty = length > reference ? 1 : Math.exp(1 - reference / length);
  const logs = matches.map((count, at) => Math.log(precision(count, totals[at] as number, at, smoothing)));
  return penalty * Math.exp(logs.reduce((sum, log) => sum + log, 0) / ORDER);
}

function precision(matches: number, total: number, at: number, smoothing: BleuSmoothing): number {
  if (smoothing === "method2" && at > 0) return (matches + 1) / (total + 1);
  if (smoothing === "method1" && matches === 0) return EPSILON / total;
  return matches / total;
}

function clipped(references: readonly (readonly string[])[], hypothesis: readonly string[], n: number): number {
  const known = references.map((reference) => ngrams(reference, n));
  let total = 0;
  for (const [gram, count] of ngrams(hypothesis, n))
    total += Math.min(count, Math.max(...known.map((counts) => counts.get(gram) ?? 0)));
  return total;
}

function nearest(references: readonly (readonly string[])[], length: number): number {
  const far = (reference: number): number => Math.abs(reference - length);
  return references
    .map((reference) => reference.length)
    .reduce((best, one) => (far(one) < far(best) || (far(one) === far(best) && one < best) ? one : best));
}
