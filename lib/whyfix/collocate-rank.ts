import { words } from "./collocate-entry.ts";

/** Okapi BM25 as the package rank_bm25 has it, which the study's source retrieves with. */
export const BM25 = { k1: 1.5, b: 0.75, epsilon: 0.25 };
/** How much embedding and BM25 count, and how many rows are kept. */
export const FUSION = { dense: 0.5, bm25: 0.5, top: 5 };
/** Scores of one group of queries that are held at a time: 64 MB. */
const MOST_SCORES = 1 << 24;

export interface Bm25 {
  /** [texts] how well each text fits the query, 0 where no word is shared. */
  scores(query: string): Float64Array;
}

/**
 * BM25 over texts: idf = ln((N - n + 0.5) / (n + 0.5)), where that is negative a quarter of the mean idf; every word of the
 * query counts as often as it stands there.
 * @see Robertson & Zaragoza 2009, The Probabilistic Relevance Framework: BM25 and Beyond, section 3
 */
export function bm25(texts: readonly string[], { k1, b, epsilon } = BM25): Bm25 {
  const postings = new Map<string, { readonly at: number; tf: number }[]>();
  const lengths = texts.map((text, at) => {
    const tokens = words(text);
    for (const token of tokens) {
      const list = postings.get(token) ?? [];
      const last = list.at(-1);
      if (last?.at === at) last.tf += 1;
      else list.push({ at, tf: 1 });
      postings.set(token, list);
    }
    return tokens.length;
  });
  const mean = lengths.reduce((sum, length) => sum + length, 0) / texts.length;
  const idf = inverseFrequencies(postings, texts.length, epsilon);
  return {
    scores: (query) => {
      const scores = new Float64Array(texts.length);
      for (const token of words(query))
        for (const { at, tf } of postings.get(token) ?? []) {
          const damped = tf + k1 * (1 - b + (b * (lengths[at] as number)) / mean);
          scores[at] = (scores[at] as number) + ((idf.get(token) ?? 0) * tf * (k1 + 1)) / damped;
        }
      return scores;
    },
  };
}

function inverseFrequencies(
  postings: ReadonlyMap<string, readonly unknown[]>,
  texts: number,
  epsilon: number,
): Map<string, number> {
  const idf = new Map<string, number>();
  for (const [token, list] of postings)
    idf.set(token, Math.log(texts - list.length + 0.5) - Math.log(list.length + 0.5));
  const mean = [...idf.values()].reduce((sum, value) => sum + value, 0) / idf.size;
  for (const [token, value] of idf) if (value < 0) idf.set(token, epsilon * mean);
  return idf;
}

/** A row of the corpus with what it was ranked by. */
export interface Ranked {
  /** Place in the corpus, from 0. */
  readonly at: number;
  /** Both halves scaled to [0, 1] over the corpus, and weighted: in [0, 1]. */
  readonly score: number;
  /** Cosine. */
  readonly dense: number;
  readonly bm25: number;
}

export interface RankInput {
  readonly queries: readonly { readonly text: string; readonly vector: Float32Array }[];
  readonly texts: readonly string[];
  /** Unit vectors of the texts, in their order; read once for each group of queries. */
  readonly vectors: () => AsyncIterable<Float32Array>;
}

/**
 * The best texts for each query, in the order of the queries. Ties go to the earlier text, the more frequent one.
 * @param mostScores cosines that are held at a time: more queries than fit are ranked group by group
 */
export async function* rank(
  { queries, texts, vectors }: RankInput,
  mostScores = MOST_SCORES,
): AsyncGenerator<Ranked[]> {
  const lexical = bm25(texts);
  const group = Math.max(1, Math.floor(mostScores / texts.length));
  for (let from = 0; from < queries.length; from += group) {
    const some = queries.slice(from, from + group);
    const dense = some.map(() => new Float32Array(texts.length));
    let at = 0;
    for await (const vector of vectors()) {
      for (const [q, { vector: query }] of some.entries()) (dense[q] as Float32Array)[at] = dot(query, vector);
      at += 1;
    }
    for (const [q, { text }] of some.entries()) yield fuse(dense[q] as Float32Array, lexical.scores(text));
  }
}

/** The best of two lists of scores, each scaled by its least and greatest; a list that is all alike counts 0. */
export function fuse(dense: ArrayLike<number>, lexical: ArrayLike<number>, { top } = FUSION): Ranked[] {
  const [scaleDense, scaleLexical] = [scaler(dense), scaler(lexical)];
  const best: Ranked[] = [];
  for (let at = 0; at < dense.length; at++) {
    const [d, l] = [dense[at] as number, lexical[at] as number];
    const score = FUSION.dense * scaleDense(d) + FUSION.bm25 * scaleLexical(l);
    if (best.length === top && score <= (best.at(-1) as Ranked).score) continue;
    const place = best.findIndex((other) => other.score < score);
    best.splice(place < 0 ? best.length : place, 0, { at, score, dense: d, bm25: l });
    if (best.length > top) best.pop();
  }
  return best;
}

function scaler(scores: ArrayLike<number>): (score: number) => number {
  let [low, high] = [Infinity, -Infinity];
  for (let at = 0; at < scores.length; at++) {
    low = Math.min(low, scores[at] as number);
    high = Math.max(high, scores[at] as number);
  }
  return high > low ? (score) => (score - low) / (high - low) : () => 0;
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number);
  return sum;
}
