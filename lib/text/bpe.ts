import { minHeap } from "./heap.ts";

/** Rank of each token by its bytes, one character (0-255) per byte. A token's rank is also its id. */
export type Ranks = ReadonlyMap<string, number>;

/** Byte-pair encoding of one text. Special tokens ("<|endoftext|>") are plain text here. */
export interface Tokenizer {
  /** Ids, in order. */
  encode(text: string): number[];
  count(text: string): number;
  /** The text of ids; bytes that are no UTF-8 become U+FFFD. Throws RangeError at an id that is no token's. */
  decode(ids: Iterable<number>): string;
  /** How many bytes of UTF-8 a token stands for: it may begin or end inside a character. Throws RangeError likewise. */
  byteLength(id: number): number;
}

const CACHED_WORDS = 100_000;
/** Longer words rarely come again. */
const CACHED_LENGTH = 64;

/**
 * Splits a text into words by `pattern`, then merges each word's bytes, lowest rank first.
 * @see Sennrich, Haddow & Birch 2016, https://aclanthology.org/P16-1162
 */
export function bpe(ranks: Ranks, pattern: RegExp): Tokenizer {
  const cache = new Map<string, readonly number[]>();
  const idsOf = (word: string): readonly number[] => {
    const known = cache.get(word);
    if (known) return known;
    const bytes = byteString(word);
    const whole = ranks.get(bytes);
    const ids = whole === undefined ? merge(bytes, ranks) : [whole];
    if (word.length <= CACHED_LENGTH) {
      if (cache.size >= CACHED_WORDS) cache.clear();
      cache.set(word, ids);
    }
    return ids;
  };
  const wordsOf = (text: string): readonly string[] => text.match(pattern) ?? [];
  let tokens: readonly string[] | undefined;
  const bytesOf = (id: number): string => {
    tokens ??= byRank(ranks);
    const bytes = tokens[id];
    if (bytes === undefined) throw new RangeError(`no token has the id ${id}`);
    return bytes;
  };
  return {
    encode(text) {
      const all: number[] = [];
      for (const word of wordsOf(text)) for (const id of idsOf(word)) all.push(id);
      return all;
    },
    count(text) {
      let count = 0;
      for (const word of wordsOf(text)) count += idsOf(word).length;
      return count;
    },
    decode: (ids) => Buffer.from(Array.from(ids, bytesOf).join(""), "latin1").toString("utf8"),
    byteLength: (id) => bytesOf(id).length,
  };
}

function byRank(ranks: Ranks): readonly string[] {
  const tokens: string[] = [];
  for (const [bytes, rank] of ranks) tokens[rank] = bytes;
  return tokens;
}

/** The UTF-8 bytes of a text, one character per byte. */
export function byteString(text: string): string {
  const bytes = Buffer.from(text, "utf8");
  return bytes.length === text.length ? text : bytes.toString("latin1");
}

const NONE = -1;

/**
 * Joins neighbours until no pair has a rank: the pair of lowest rank first, of equal ones the leftmost. Parts are a
 * linked list over byte positions; the heap may hold pairs that have changed since, which are passed over.
 */
function merge(bytes: string, ranks: Ranks): readonly number[] {
  const length = bytes.length;
  const next = Array.from({ length }, (_, start) => start + 1);
  const previous = Array.from({ length }, (_, start) => start - 1);
  const pairRank = new Array<number>(length).fill(NONE);
  const heap = minHeap();
  const end = (start: number): number => next[start] ?? length;
  const offer = (start: number): void => {
    const second = end(start);
    const rank = second < length ? (ranks.get(bytes.slice(start, end(second))) ?? NONE) : NONE;
    pairRank[start] = rank;
    if (rank !== NONE) heap.push(rank * length + start);
  };
  for (let start = 0; start < length; start++) offer(start);
  for (let key = heap.pop(); key !== undefined; key = heap.pop()) {
    const start = key % length;
    if (pairRank[start] !== (key - start) / length) continue;
    const second = end(start);
    next[start] = end(second);
    pairRank[second] = NONE;
    if (end(second) < length) previous[end(second)] = start;
    offer(start);
    if (start > 0) offer(previous[start] ?? 0);
  }
  const ids: number[] = [];
  for (let start = 0; start < length; start = end(start)) ids.push(idOf(bytes.slice(start, end(start)), ranks));
  return ids;
}

function idOf(part: string, ranks: Ranks): number {
  const id = ranks.get(part);
  if (id === undefined) throw new RangeError(`the ranks have no token for byte ${part.charCodeAt(0)}`);
  return id;
}
