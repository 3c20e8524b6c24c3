import { sentences } from "corrigenda/text";
import { ERROR_TYPES } from "./criteria.ts";
import { countsOf, cuesOf } from "./cues.ts";

/** Most words of the vocabulary: the solution grows with its third power. */
const MOST_WORDS = 300;
/** A word that fewer training essays hold says nothing of others. */
const LEAST_ESSAYS = 3;

/** Turns essays into numbers: what the training essays taught it, and nothing of any other. */
export interface Featurizer {
  /** Of the columns. */
  readonly names: readonly string[];
  of(essay: string): Float64Array;
}

/** Plain features, standardised over the training essays, then TF-IDF of their words, each essay's of length 1. */
export function featurizer(essays: readonly string[]): Featurizer {
  const plain = essays.map(plainFeatures);
  const scales = PLAIN.map((_, at) => scaleOf(plain.map((row) => row[at] ?? 0)));
  const words = vocabulary(essays);
  const places = new Map(words.map(({ word, weight }, at) => [word, { at: PLAIN.length + at, weight }]));
  return {
    names: [...PLAIN, ...words.map(({ word }) => `word: ${word}`)],
    of: (essay) => {
      const row = new Float64Array(PLAIN.length + words.length);
      for (const [at, value] of plainFeatures(essay).entries()) {
        const { mean, spread } = scales[at] ?? { mean: 0, spread: 1 };
        row[at] = (value - mean) / spread;
      }
      let length = 0;
      for (const [word, count] of wordCounts(essay)) {
        const found = places.get(word);
        if (found === undefined) continue;
        const value = (1 + Math.log(count)) * found.weight;
        row[found.at] = value;
        length += value ** 2;
      }
      for (let at = PLAIN.length; length > 0 && at < row.length; at++) row[at] = (row[at] ?? 0) / Math.sqrt(length);
      return row;
    },
  };
}

const PLAIN = [
  ...["words", "log words", "paragraphs", "connectives per 100 words", "type/token", "root type/token"],
  ...["words per sentence", "spread of sentence length", "letters per word", "share of long words"],
  ...ERROR_TYPES.map((type) => `${type} cues per 100 words`),
];

function plainFeatures(essay: string): number[] {
  const spans = sentences(essay);
  const { words, paragraphs, connectives, variety, sentenceWords } = countsOf(essay, spans.length);
  const all = wordsOf(essay);
  const lengths = spans.map(({ start, end }) => wordsOf(essay.slice(start, end)).length);
  const per100 = (count: number): number => (100 * count) / Math.max(1, words);
  const cues = cuesOf(essay);
  return [
    ...[words, Math.log(1 + words), paragraphs, per100(connectives), variety, variety * Math.sqrt(words)],
    ...[sentenceWords, scaleOf(lengths).spread],
    all.reduce((sum, word) => sum + word.length, 0) / Math.max(1, all.length),
    all.filter(({ length }) => length >= 8).length / Math.max(1, all.length),
    ...ERROR_TYPES.map((type) => per100(cues.filter((cue) => cue.type === type).length)),
  ];
}

function vocabulary(essays: readonly string[]): { readonly word: string; readonly weight: number }[] {
  const holding = new Map<string, number>();
  for (const essay of essays)
    for (const word of wordCounts(essay).keys()) holding.set(word, (holding.get(word) ?? 0) + 1);
  return [...holding]
    .filter(([, count]) => count >= LEAST_ESSAYS && count < essays.length)
    .sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1))
    .slice(0, MOST_WORDS)
    .map(([word, count]) => ({ word, weight: Math.log((1 + essays.length) / (1 + count)) + 1 }));
}

function wordCounts(essay: string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const word of wordsOf(essay)) counts.set(word, (counts.get(word) ?? 0) + 1);
  return counts;
}

export function wordsOf(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}'’]+/gu) ?? [];
}

/** A column that never changes has spread 1: it becomes 0. */
function scaleOf(values: readonly number[]): { readonly mean: number; readonly spread: number } {
  const n = Math.max(1, values.length);
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  const spread = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / n);
  return { mean, spread: spread > 1e-9 ? spread : 1 };
}
