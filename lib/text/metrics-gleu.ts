import { keyedRng } from "corrigenda/rng";
import { ngrams, shared } from "./metrics-tokens.ts";

const ORDER = 4;

/** A sentence that was to be corrected, its corrections by people, and the one to judge; all as tokens. */
export interface GleuSentence {
  readonly source: readonly string[];
  /** [1..] as many for every sentence. */
  readonly references: readonly (readonly string[])[];
  readonly hypothesis: readonly string[];
}

/** What sentences add up: lengths, and matches and totals for n = 1 to 4. */
export interface GleuCounts {
  readonly length: number;
  readonly reference: number;
  readonly matches: readonly number[];
  readonly totals: readonly number[];
}

/**
 * GLEU of a corpus for grammatical error correction: BLEU in which n-grams kept from the source that the reference does not
 * have are taken off. One reference a sentence is drawn at a time; the score is the mean over the draws.
 * Equal to the authors' script but for its stream of chance; with one reference there is none.
 * @param draws the script's number, 500 @returns `value` in [0, 1], `deviation` over the draws (population)
 * @see Napoles et al. 2015, Ground Truth for Grammatical Error Correction Metrics; 2016, GLEU Without Tuning, arXiv:1605.02592
 */
export function gleu(
  sentences: readonly GleuSentence[],
  { seed, draws = 500 }: { readonly seed: number | string; readonly draws?: number },
): { readonly value: number; readonly deviation: number } {
  const counts = sentences.map(({ source, references, hypothesis }) =>
    references.map((reference) => gleuCounts(source, reference, hypothesis)),
  );
  const alone = counts.every((known) => known.length === 1);
  const scores = Array.from({ length: alone ? 1 : draws }, (_, draw) => {
    const rng = keyedRng(seed, "gleu", draw);
    return gleuOf(counts.map((known) => known[alone ? 0 : rng.int(known.length)] as GleuCounts));
  });
  const value = scores.reduce((sum, score) => sum + score, 0) / scores.length;
  const squares = scores.reduce((sum, score) => sum + (score - value) ** 2, 0);
  return { value, deviation: Math.sqrt(squares / scores.length) };
}

/**
 * The counts of one sentence against one reference. As in the script, an n-gram of the source counts as kept by mistake where
 * the reference does not have it at all; the paper's formula compares how often.
 */
export function gleuCounts(
  source: readonly string[],
  reference: readonly string[],
  hypothesis: readonly string[],
): GleuCounts {
  const orders = Array.from({ length: ORDER }, (_, at) => at + 1);
  const matches = orders.map((n) => {
    const [given, wanted] = [ngrams(hypothesis, n), ngrams(reference, n)];
    const wrong = new Map([...ngrams(source, n)].filter(([gram]) => !wanted.has(gram)));
    return Math.max(0, shared(given, wanted) - shared(given, wrong));
  });
  const totals = orders.map((n) => Math.max(0, hypothesis.length + 1 - n));
  return { length: hypothesis.length, reference: reference.length, matches, totals };
}

/** GLEU of summed counts. @param smooth counts of 0 become 1, as the script does for single sentences @returns [0, 1] */
export function gleuOf(counts: readonly GleuCounts[], smooth = false): number {
  const sum = (pick: (one: GleuCounts) => number): number => {
    const total = counts.reduce((so, one) => so + pick(one), 0);
    return smooth && total === 0 ? 1 : total;
  };
  const [length, reference] = [sum((one) => one.length), sum((one) => one.reference)];
  const matches = Array.from({ length: ORDER }, (_, at) => sum((one) => one.matches[at] ?? 0));
  const totals = matches.map((_, at) => sum((one) => one.totals[at] ?? 0));
  if ([length, reference, ...matches, ...totals].includes(0)) return 0;
  const logs = matches.reduce((so, match, at) => so + Math.log(match / (totals[at] as number)), 0) / ORDER;
  return Math.exp(Math.min(0, 1 - reference / length) + logs);
}
