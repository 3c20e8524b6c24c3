import { z } from "zod";

/** Weights of words and pairs of words. Saved as it is. */
export const Vectorizer = z.strictObject({
  /** A word, or two with a space between, in ascending order of UTF-16 units. */
  terms: z.array(z.string()),
  /** [terms] ln((1 + texts) / (1 + texts with the term)) + 1 */
  idf: z.array(z.number().positive()),
});
export type Vectorizer = z.infer<typeof Vectorizer>;

/** The entries of a row that are not 0. */
export interface SparseRow {
  readonly columns: readonly number[];
  readonly values: readonly number[];
}

export interface TfidfOptions {
  /** Terms of fewer texts are left out. [1, ...) */
  readonly minTexts?: number;
  /** The terms that stand most often; of equally frequent ones the first by name. */
  readonly maxTerms?: number;
}

/**
 * Learns (1,2)-gram TF-IDF as scikit-learn's TfidfVectorizer(ngram_range=(1, 2)) does: lower case, words of two or more
 * letters, digits or underscores, smooth idf, rows of length 1.
 * @see https://scikit-learn.org/stable/modules/feature_extraction.html#tfidf-term-weighting
 */
export function fitTfidf(
  texts: readonly string[],
  { minTexts = 1, maxTerms = Number.POSITIVE_INFINITY }: TfidfOptions = {},
): Vectorizer {
  const found = new Map<string, { texts: number; times: number }>();
  for (const text of texts)
    for (const [term, times] of termCounts(text)) {
      const seen = found.get(term);
      if (seen === undefined) found.set(term, { texts: 1, times });
      else {
        seen.texts += 1;
        seen.times += times;
      }
    }
  const kept = [...found]
    .filter(([, seen]) => seen.texts >= minTexts)
    .sort(([a, m], [b, n]) => n.times - m.times || (a < b ? -1 : 1))
    .slice(0, maxTerms)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    terms: kept.map(([term]) => term),
    idf: kept.map(([, seen]) => Math.log((1 + texts.length) / (1 + seen.texts)) + 1),
  };
}

function termCounts(text: string): Map<string, number> {
  const counts = new Map<string, number>();
  const add = (term: string): unknown => counts.set(term, (counts.get(term) ?? 0) + 1);
  let last: string | undefined;
  eachWord(text, (word) => {
    add(word);
    if (last !== undefined) add(`${last} ${word}`);
    last = word;
  });
  return counts;
}

/** The row of a text: counts times idf, of Euclidean length 1; empty where no term is known. */
export function tfidfRows({ terms, idf }: Vectorizer): (text: string) => SparseRow {
  const { words, single, pairs } = indexOf(terms);
  const counts = new Float64Array(terms.length);
  return (text) => {
    const columns: number[] = [];
    const add = (column: number): void => {
      if (counts[column] === 0) columns.push(column);
      counts[column] = (counts[column] ?? 0) + 1;
    };
    let last = -1;
    eachWord(text, (word) => {
      const id = words.get(word) ?? -1;
      if (id >= 0) {
        const own = single[id] ?? -1;
        if (own >= 0) add(own);
        const pair = last < 0 ? undefined : pairs.get(last * words.size + id);
        if (pair !== undefined) add(pair);
      }
      last = id;
    });
    let squares = 0;
    const values = columns.map((column) => {
      const value = (counts[column] ?? 0) * (idf[column] ?? 0);
      counts[column] = 0;
      squares += value * value;
      return value;
    });
    const length = Math.sqrt(squares);
    return { columns, values: values.map((value) => value / length) };
  };
}

/** Pairs are found by the numbers of their words: no string is put together for a text. */
function indexOf(terms: readonly string[]) {
  const words = new Map<string, number>();
  const idOf = (word: string): number => {
    const id = words.get(word) ?? words.size;
    words.set(word, id);
    return id;
  };
  const ids = terms.map((term) => term.split(" ").map(idOf));
  const single = new Int32Array(words.size).fill(-1);
  const pairs = new Map<number, number>();
  for (const [column, [first = 0, second]] of ids.entries())
    if (second === undefined) single[first] = column;
    else pairs.set(first * words.size + second, column);
  return { words, single, pairs };
}

/** Letters, digits and the underscore: Python's \w. */
const WORD = /[\p{L}\p{N}_]/u;
const ASCII = Uint8Array.from({ length: 128 }, (_, code) => (WORD.test(String.fromCharCode(code)) ? 1 : 0));

/** The runs of two or more word characters of a text in lower case: \b\w\w+\b. Scanned by hand, for speed. */
function eachWord(text: string, visit: (word: string) => void): void {
  const lower = text.toLowerCase();
  let [start, letters] = [0, 0];
  for (let at = 0; at < lower.length; ) {
    const unit = lower.charCodeAt(at);
    const isAscii = unit < 128;
    const code = isAscii ? unit : (lower.codePointAt(at) ?? unit);
    if (isAscii ? ASCII[unit] === 1 : WORD.test(String.fromCodePoint(code))) {
      if (letters === 0) start = at;
      letters += 1;
    } else {
      if (letters > 1) visit(lower.slice(start, at));
      letters = 0;
    }
    at += code > 0xffff ? 2 : 1;
  }
  if (letters > 1) visit(lower.slice(start));
}
