import { stem } from "./metrics-stem.ts";

/** Weights of Lavie & Agarwal 2007, as in NLTK. */
const [ALPHA, BETA, GAMMA] = [0.9, 3, 0.5];

/**
 * METEOR with its exact and stem modules: words are matched as they are, then by Porter stem, and matches in few runs count more.
 * The synonym module is not done, because it needs WordNet: the score equals NLTK's with an empty WordNet.
 * @param references [1..] token lists; the best one counts @returns [0, 1]
 * @see Lavie & Agarwal 2007, METEOR: An Automatic Metric for MT Evaluation, section 2
 */
export function meteor(references: readonly (readonly string[])[], hypothesis: readonly string[]): number {
  return Math.max(...references.map((reference) => single(lower(reference), lower(hypothesis))));
}

const lower = (words: readonly string[]): string[] => words.map((word) => word.toLowerCase());

function single(reference: readonly string[], hypothesis: readonly string[]): number {
  const matches = aligned(reference, hypothesis);
  const found = matches.filter((at) => at >= 0).length;
  if (found === 0) return 0;
  const precision = found / hypothesis.length;
  const recall = found / reference.length;
  const mean = (precision * recall) / (ALPHA * precision + (1 - ALPHA) * recall);
  return mean * (1 - GAMMA * (chunks(matches) / found) ** BETA);
}

/** The reference word that stands for each word of the hypothesis, or -1: exact matches first, each from the end. */
function aligned(reference: readonly string[], hypothesis: readonly string[]): number[] {
  const matches = new Array<number>(hypothesis.length).fill(-1);
  const used = new Set<number>();
  for (const form of [(word: string) => word, stem]) {
    const places = new Map<string, number[]>();
    for (const [at, word] of reference.entries()) {
      if (used.has(at)) continue;
      const key = form(word);
      const list = places.get(key);
      if (list) list.push(at);
      else places.set(key, [at]);
    }
    for (let at = hypothesis.length - 1; at >= 0; at--) {
      if (matches[at] !== -1) continue;
      const place = places.get(form(hypothesis[at] as string))?.pop();
      if (place === undefined) continue;
      matches[at] = place;
      used.add(place);
    }
  }
  return matches;
}

/** Runs of matches that are neighbours on both sides. */
function chunks(matches: readonly number[]): number {
  let count = 0;
  let before: number | undefined;
  for (const at of matches) {
    if (at >= 0 && (before === undefined || before < 0 || at !== before + 1)) count += 1;
    before = at;
  }
  return count;
}
