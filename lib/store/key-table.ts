/**
 * A hash table of request keys in typed arrays: 16 bytes of key and 8 bytes of slots an entry, whatever the number
 * of entries. A key may have several entries.
 */
export interface KeyTable {
  readonly count: number;
  /** Adds an entry and gives its number, from 0. @param key >= 32 hex digits, of which 128 bits count */
  add(key: string): number;
  /** The first entry of a key (or the first after `after`), or -1. */
  find(key: string, after?: number): number;
  /** Adds entries from their binary form: four little-endian words each, `stride` words apart. */
  load(words: Uint32Array, entries: number, stride: number): void;
  /** Copies the four words of an entry, as they go to disk. */
  copy(entry: number, into: Uint32Array, at: number): void;
}

const WORDS = 4;
const FREE = -1;

export function keyTable(): KeyTable {
  let keys = new Uint32Array(WORDS * 1024);
  let slots = new Int32Array(2048).fill(FREE);
  let count = 0;
  const scratch = new Uint32Array(WORDS);

  const place = (entry: number): void => {
    const mask = slots.length - 1;
    let slot = (keys[entry * WORDS] ?? 0) & mask;
    while (slots[slot] !== FREE) slot = (slot + 1) & mask;
    slots[slot] = entry;
  };
  const reserve = (entries: number): void => {
    if (entries * WORDS > keys.length) {
      const larger = new Uint32Array(Math.max(keys.length * 2, entries * WORDS));
      larger.set(keys.subarray(0, count * WORDS));
      keys = larger;
    }
    if (entries * 2 <= slots.length) return;
    let size = slots.length;
    while (size < entries * 2) size *= 2;
    slots = new Int32Array(size).fill(FREE);
    for (let entry = 0; entry < count; entry++) place(entry);
  };
  const isKey = (entry: number): boolean => {
    const at = entry * WORDS;
    return (
      keys[at] === scratch[0] &&
      keys[at + 1] === scratch[1] &&
      keys[at + 2] === scratch[2] &&
      keys[at + 3] === scratch[3]
    );
  };
  return {
    get count() {
      return count;
    },
    add: (key) => {
      reserve(count + 1);
      readWords(key, scratch);
      keys.set(scratch, count * WORDS);
      place(count);
      count += 1;
      return count - 1;
    },
    find: (key, after = -1) => {
      readWords(key, scratch);
      const mask = slots.length - 1;
      let first = FREE;
      for (let slot = (scratch[0] ?? 0) & mask; slots[slot] !== FREE; slot = (slot + 1) & mask) {
        const entry = slots[slot] ?? FREE;
        if (entry > after && isKey(entry) && (first === FREE || entry < first)) first = entry;
      }
      return first;
    },
    load: (words, entries, stride) => {
      reserve(count + entries);
      for (let entry = 0; entry < entries; entry++) {
        // A view for each of a million entries would cost more than all the rest.
        for (let word = 0; word < WORDS; word++) keys[count * WORDS + word] = words[entry * stride + word] ?? 0;
        place(count);
        count += 1;
      }
    },
    copy: (entry, into, at) => {
      for (let word = 0; word < WORDS; word++) into[at + word] = keys[entry * WORDS + word] ?? 0;
    },
  };
}

/** 32 hex digits to four words. */
function readWords(key: string, into: Uint32Array): void {
  for (let word = 0; word < WORDS; word++) {
    let value = 0;
    for (let at = word * 8; at < word * 8 + 8; at++) value = (value << 4) | hexDigit(key.charCodeAt(at));
    into[word] = value;
  }
}

function hexDigit(code: number): number {
  return code < 58 ? code - 48 : code - 87;
}
