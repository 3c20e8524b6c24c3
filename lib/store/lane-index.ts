import { endianness } from "node:os";
import { sha256 } from "corrigenda/json";
import { type KeyTable, keyTable } from "./key-table.ts";

/** Where the replies of one lane lie, who paid, and how much: 48 bytes an entry, in the lane's order. */
export interface LaneIndex {
  readonly keys: KeyTable;
  /** US dollars by run tag. */
  readonly spent: ReadonlyMap<number, number>;
  add(entry: LaneEntry): void;
  offset(entry: number): number;
  tag(entry: number): number;
  /** Entries from `from` on, as they go to disk. */
  encode(from: number): Uint8Array;
  decode(bytes: Uint8Array): void;
}

export interface LaneEntry {
  readonly key: string;
  /** Byte offset of the record's line in the lane. */
  readonly offset: number;
  readonly tag: number;
  readonly usd: number;
}

/** Bytes an entry: key 16, offset 8, tag 8, US dollars 8, check 8. */
export const ENTRY_BYTES = 48;
const ENTRY_WORDS = ENTRY_BYTES / 4;
const ENTRY_FLOATS = ENTRY_BYTES / 8;
const CHECKED_WORDS = ENTRY_WORDS - 2;

/** 48 bits of a run's hash, exact as a float. */
export function runTag(run: string): number {
  return Number.parseInt(sha256(run).slice(0, 12), 16);
}

export function laneIndex(): LaneIndex {
  if (endianness() !== "LE") throw new Error("the reply index is written for little-endian machines");
  const keys = keyTable();
  const spent = new Map<number, number>();
  let floats = new Float64Array(3 * 1024);
  const set = (entry: number, offset: number, tag: number, usd: number): void => {
    const at = entry * 3;
    if (at + 3 > floats.length) {
      const larger = new Float64Array(Math.max(floats.length * 2, at + 3));
      larger.set(floats);
      floats = larger;
    }
    floats[at] = offset;
    floats[at + 1] = tag;
    floats[at + 2] = usd;
    spent.set(tag, (spent.get(tag) ?? 0) + usd);
  };
  return {
    keys,
    spent,
    add: ({ key, offset, tag, usd }) => set(keys.add(key), offset, tag, usd),
    offset: (entry) => floats[entry * 3] ?? 0,
    tag: (entry) => floats[entry * 3 + 1] ?? 0,
    encode: (from) => {
      const buffer = new ArrayBuffer((keys.count - from) * ENTRY_BYTES);
      const [words, numbers] = [new Uint32Array(buffer), new Float64Array(buffer)];
      for (let entry = from; entry < keys.count; entry++) {
        keys.copy(entry, words, (entry - from) * ENTRY_WORDS);
        for (let n = 0; n < 3; n++) numbers[(entry - from) * ENTRY_FLOATS + 2 + n] = floats[entry * 3 + n] ?? 0;
        words[(entry - from) * ENTRY_WORDS + CHECKED_WORDS] = checkOf(words, (entry - from) * ENTRY_WORDS);
      }
      return new Uint8Array(buffer);
    },
    decode: (bytes) => {
      const entries = Math.floor(bytes.byteLength / ENTRY_BYTES);
      const buffer = aligned(bytes.subarray(0, entries * ENTRY_BYTES));
      const numbers = new Float64Array(buffer);
      const first = keys.count;
      keys.load(new Uint32Array(buffer), entries, ENTRY_WORDS);
      for (let entry = 0; entry < entries; entry++) {
        const at = entry * ENTRY_FLOATS + 2;
        set(first + entry, numbers[at] ?? 0, numbers[at + 1] ?? 0, numbers[at + 2] ?? 0);
      }
    },
  };
}

/** Whether every entry is as it was written: an altered one would hide a reply that is kept. @param bytes whole entries */
export function isSound(bytes: Uint8Array): boolean {
  const words = new Uint32Array(aligned(bytes));
  for (let at = 0; at < words.length; at += ENTRY_WORDS)
    if (words[at + CHECKED_WORDS] !== checkOf(words, at) || words[at + CHECKED_WORDS + 1] !== 0) return false;
  return true;
}

/** Each step can be undone, so that no change of one word goes unseen. */
function checkOf(words: Uint32Array, at: number): number {
  let check = 1;
  for (let word = at; word < at + CHECKED_WORDS; word++) {
    check = Math.imul(check ^ (words[word] ?? 0), 0x9e3779b1);
    check ^= check >>> 15;
  }
  return check >>> 0;
}

/** A copy that typed arrays can look at, which a pooled Buffer is not. */
function aligned(bytes: Uint8Array): ArrayBuffer {
  const buffer = new ArrayBuffer(bytes.byteLength);
  new Uint8Array(buffer).set(bytes);
  return buffer;
}
