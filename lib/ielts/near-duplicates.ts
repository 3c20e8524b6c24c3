import { hash } from "node:crypto";

/** Hash functions of a signature; 16 bands of 4 find nearly all pairs above 0.7 and few below 0.4. */
const BANDS = 16;
const ROWS = 4;
const SIZE = BANDS * ROWS;
/** Estimated Jaccard similarity from which two texts are near-duplicates. */
export const NEAR = 0.7;

/** Texts by number that are near-duplicates of an earlier one. */
export interface NearDuplicates {
  /** The earlier texts that a text nearly repeats; the text is then known itself. */
  add(text: string): readonly number[];
}

/**
 * MinHash over shingles of words, with locality-sensitive hashing. @param shingle words in a row
 * @see Broder 1997, "On the resemblance and containment of documents"
 */
export function nearDuplicates(shingle: number): NearDuplicates {
  /** The last text of each bucket; `before` leads from there to the ones before it, per text and band. */
  const last = new Map<number, number>();
  let signatures = new Uint32Array(SIZE * 64);
  let before = new Int32Array(BANDS * 64);
  let count = 0;
  return {
    add: (text) => {
      const me = count++;
      if (count * SIZE > signatures.length) {
        signatures = grown(signatures, new Uint32Array(signatures.length * 2));
        before = grown(before, new Int32Array(before.length * 2));
      }
      const signature = signatureOf(text, shingle);
      signatures.set(signature, me * SIZE);
      const near = new Set<number>();
      for (let band = 0; band < BANDS; band++) {
        const key = bucketOf(signature, band);
        let other = last.get(key) ?? NONE;
        before[me * BANDS + band] = other;
        last.set(key, me);
        for (let step = 0; step < CHAIN && other !== NONE; step++) {
          if (!near.has(other) && similarity(signature, signatures, other * SIZE) >= NEAR) near.add(other);
          other = before[other * BANDS + band] ?? NONE;
        }
      }
      return [...near];
    },
  };
}

const NONE = -1;
/** A bucket is one chain of duplicates: its latest members stand for all. */
const CHAIN = 4;

function grown<T extends Uint32Array | Int32Array>(from: T, to: T): T {
  to.set(from);
  return to;
}

/** A number of 48 bits and the band. */
function bucketOf(signature: Uint32Array, band: number): number {
  let [low, high] = [band, 0];
  for (let place = band * ROWS; place < (band + 1) * ROWS; place++) {
    low = mix(low + (signature[place] ?? 0));
    high = mix(high ^ (signature[place] ?? 0));
  }
  return (band * 2 ** 16 + (high & 0xffff)) * 2 ** 32 + (low >>> 0);
}

/** The words of a text without case and punctuation, for comparing. */
export function plainWords(text: string): string[] {
  return (
    text
      .normalize("NFKC")
      .toLowerCase()
      .match(/[\p{L}\p{N}]+/gu) ?? []
  );
}

function similarity(a: Uint32Array, all: Uint32Array, from: number): number {
  let same = 0;
  for (let place = 0; place < SIZE; place++) if (a[place] === all[from + place]) same += 1;
  return same / SIZE;
}

function signatureOf(text: string, shingle: number): Uint32Array {
  const words = plainWords(text).map(wordHash);
  const least = new Uint32Array(SIZE).fill(0xffffffff);
  const last = Math.max(0, words.length - shingle);
  for (let at = 0; at <= last; at++) {
    let key = 17;
    for (let word = at; word < Math.min(words.length, at + shingle); word++)
      key = mix(Math.imul(key, 31) + (words[word] ?? 0));
    for (let place = 0; place < SIZE; place++) {
      const value = (Math.imul(key, MULTIPLIERS[place] ?? 1) + (ADDENDS[place] ?? 0)) >>> 0;
      const mixed = (value ^ (value >>> 15)) >>> 0;
      if (mixed < (least[place] ?? 0)) least[place] = mixed;
    }
  }
  return least;
}

function wordHash(word: string): number {
  let value = 2166136261;
  for (let at = 0; at < word.length; at++) value = Math.imul(value ^ word.charCodeAt(at), 16777619);
  return value;
}

function mix(value: number): number {
  const once = Math.imul(value ^ (value >>> 16), 0x45d9f3b);
  return Math.imul(once ^ (once >>> 16), 0x45d9f3b);
}

const constants = (name: string): Uint32Array =>
  Uint32Array.from({ length: SIZE }, (_, place) =>
    Number.parseInt(hash("sha256", `${name}${place}`, "hex").slice(0, 8), 16),
  );
const MULTIPLIERS = constants("multiplier").map((value) => value | 1);
const ADDENDS = constants("addend");
