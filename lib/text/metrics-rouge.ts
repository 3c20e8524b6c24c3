import { stem } from "./metrics-stem.ts";
import { ngrams, shared } from "./metrics-tokens.ts";

/** Each in [0, 1]; recall is the share of the reference, f the balanced mean. */
export interface Rouge {
  readonly precision: number;
  readonly recall: number;
  readonly f: number;
}

/**
 * ROUGE-N of a text against a reference: n-grams in common.
 * @param stemmed words of four letters and more are stemmed (Porter)
 * @see Lin 2004, ROUGE: A Package for Automatic Evaluation of Summaries, section 2; as Google's rouge_score computes it
 */
export function rougeN(n: number, reference: string, hypothesis: string, stemmed: boolean): Rouge {
  const [wanted, given] = [ngrams(rougeTokens(reference, stemmed), n), ngrams(rougeTokens(hypothesis, stemmed), n)];
  return rouge(shared(wanted, given), total(wanted), total(given));
}

/** ROUGE-L of a text as one sentence: the longest common subsequence of words. @see Lin 2004, section 3.1 */
export function rougeL(reference: string, hypothesis: string, stemmed: boolean): Rouge {
  const [wanted, given] = [rougeTokens(reference, stemmed), rougeTokens(hypothesis, stemmed)];
  return rouge(longestCommon(wanted, given), wanted.length, given.length);
}

/** Latin letters and digits only, in small letters: all other characters part words. */
function rougeTokens(text: string, stemmed: boolean): string[] {
  const words = text.toLowerCase().match(/[a-z0-9]+/g) ?? [];
  return stemmed ? words.map((word) => (word.length > 3 ? stem(word) : word)) : words;
}

function rouge(hits: number, wanted: number, given: number): Rouge {
  const [precision, recall] = [hits / Math.max(given, 1), hits / Math.max(wanted, 1)];
  return { precision, recall, f: hits === 0 ? 0 : (2 * precision * recall) / (precision + recall) };
}

function total(counts: ReadonlyMap<string, number>): number {
  let sum = 0;
  for (const count of counts.values()) sum += count;
  return sum;
}

function longestCommon(a: readonly string[], b: readonly string[]): number {
  let row = new Uint32Array(b.length + 1);
  for (const word of a) {
    const next = new Uint32Array(b.length + 1);
    for (let at = 0; at < b.length; at++)
      next[at + 1] = word === b[at] ? (row[at] as number) + 1 : Math.max(row[at + 1] as number, next[at] as number);
    row = next;
  }
  return row[b.length] as number;
}
