import type { Rng } from "corrigenda/rng";
import { type Interval, type RatioStream, ratioStream } from "corrigenda/stats";
import { z } from "zod";
import { CORPORA, type Corpus } from "./plan.ts";

/** A line of words.jsonl: a whole word that was masked, and what a model wrote in its place. */
export const WordRecord = z.strictObject({
  model: z.string().min(1).max(80),
  test: z.enum(CORPORA),
  fold: z.number().int().min(0).max(4).optional(),
  document: z.number().int().nonnegative(),
  word: z.string().min(1),
  answer: z.string(),
  /** GPT-2 tokens of the word. */
  subtokens: z.number().int().positive(),
});
export type WordRecord = z.infer<typeof WordRecord>;

/** Words with this many tokens, at least. */
const BUCKETS = [
  ["1", 1],
  ["2", 2],
  ["3-4", 3],
  ["5+", 5],
] as const;
const WORD = /\p{L}+(?:['’]\p{L}+)*/gu;

export interface WordMaskOptions {
  /** Words at most, default 3. */
  readonly most?: number;
  /** UTF-16 units of the text that are looked at, default 500. */
  readonly within?: number;
}

/** Whole alphabetic words to be masked, drawn without replacement; offsets and lengths in UTF-16 units, ascending. */
export function wordMasks(
  text: string,
  rng: Rng,
  { most = 3, within = 500 }: WordMaskOptions = {},
): { readonly offset: number; readonly length: number }[] {
  const words = [...text.matchAll(WORD)]
    .map(({ 0: word, index }) => ({ offset: index, length: word.length }))
    .filter(({ offset, length }) => offset + length <= within);
  return rng
    .shuffle(words)
    .slice(0, most)
    .sort((a, b) => a.offset - b.offset);
}

/** How near an answer is to the word, each in [0, 1]. */
export interface WordMatch {
  /** Equal but for capitals and outer space. */
  readonly isExact: boolean;
  readonly unigrams: Overlap;
  readonly bigrams: Overlap;
}

/** Of two sets of characters (or pairs of them). */
export interface Overlap {
  readonly recall: number;
  readonly precision: number;
  readonly f1: number;
}

export function wordMatch(word: string, answer: string): WordMatch {
  const [a, b] = [letters(word), letters(answer)];
  return {
    isExact: a.join("") === b.join(""),
    unigrams: overlap(new Set(a), new Set(b)),
    bigrams: overlap(pairs(a), pairs(b)),
  };
}

/** Recovery of masked words by one model on one test set. Accuracy's interval is over documents. */
export interface Recovery {
  readonly model: string;
  readonly test: Corpus;
  readonly words: number;
  readonly accuracy: Interval;
  /** Means over words. */
  readonly unigrams: Overlap;
  readonly bigrams: Overlap;
  /** By number of tokens of the word: "1", "2", "3-4", "5+". */
  readonly bySubtokens: readonly { readonly tokens: string; readonly words: number; readonly accuracy: number }[];
}

interface Sums {
  words: number;
  readonly right: RatioStream;
  readonly unigrams: { recall: number; precision: number; f1: number };
  readonly bigrams: { recall: number; precision: number; f1: number };
  readonly buckets: { words: number; right: number }[];
}

/** Adds up word records as they stream by. */
export function recoveryTally(
  seed: number | string,
  resamples = 1000,
): { add(record: WordRecord): void; rows(): Recovery[] } {
  const cells = new Map<string, { readonly model: string; readonly test: Corpus; readonly sums: Sums }>();
  const zero = (): { recall: number; precision: number; f1: number } => ({ recall: 0, precision: 0, f1: 0 });
  return {
    add: ({ model, test, fold = 0, document, word, answer, subtokens }) => {
      const key = `${model}/${test}`;
      const cell = cells.get(key) ?? {
        ...{ model, test },
        sums: {
          ...{ words: 0, right: ratioStream(seed, resamples), unigrams: zero(), bigrams: zero() },
          buckets: BUCKETS.map(() => ({ words: 0, right: 0 })),
        },
      };
      cells.set(key, cell);
      const { sums } = cell;
      const { isExact, unigrams, bigrams } = wordMatch(word, answer);
      sums.words += 1;
      sums.right.add(`${test}/${fold}/${document}`, Number(isExact));
      addTo(sums.unigrams, unigrams);
      addTo(sums.bigrams, bigrams);
      const bucket = sums.buckets[BUCKETS.findLastIndex(([, least]) => subtokens >= least)];
      if (bucket) Object.assign(bucket, { words: bucket.words + 1, right: bucket.right + Number(isExact) });
    },
    rows: () =>
      [...cells.values()].map(({ model, test, sums }) => {
        const { value, low, high } = sums.right.estimate();
        return {
          ...{ model, test, words: sums.words, accuracy: { value, low, high } },
          ...{ unigrams: meanOf(sums.unigrams, sums.words), bigrams: meanOf(sums.bigrams, sums.words) },
          bySubtokens: sums.buckets.flatMap(({ words, right }, at) =>
            words === 0 ? [] : [{ tokens: BUCKETS[at]?.[0] ?? "", words, accuracy: right / words }],
          ),
        };
      }),
  };
}

function letters(text: string): string[] {
  return [...text.trim().normalize("NFC").toLowerCase()];
}

function pairs(all: readonly string[]): Set<string> {
  return new Set(all.slice(1).map((second, at) => `${all[at]}${second}`));
}

function overlap(a: ReadonlySet<string>, b: ReadonlySet<string>): Overlap {
  // Words of one letter have no pairs: nothing to find, and nothing wrong with finding nothing.
  if (a.size === 0 && b.size === 0) return { recall: 1, precision: 1, f1: 1 };
  const shared = a.intersection(b).size;
  return {
    recall: a.size === 0 ? 0 : shared / a.size,
    precision: b.size === 0 ? 0 : shared / b.size,
    f1: (2 * shared) / (a.size + b.size),
  };
}

function addTo(sums: { recall: number; precision: number; f1: number }, { recall, precision, f1 }: Overlap): void {
  sums.recall += recall;
  sums.precision += precision;
  sums.f1 += f1;
}

function meanOf({ recall, precision, f1 }: Overlap, words: number): Overlap {
  return { recall: recall / words, precision: precision / words, f1: f1 / words };
}
