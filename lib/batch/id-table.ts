/**
 * Ids with their numbers in order of arrival, in 20 to 40 bytes an id where a Map of strings takes 150 and leaves
 * garbage: ids are kept as 63 mixed bits, so two different ids among a file's 100,000 are taken for one in 1 of
 * 2 · 10^9 files.
 */
export interface IdTable {
  /** False where the id is there already. */
  add(id: string): boolean;
  /** How many ids came before this one, or -1 where it is unknown. */
  find(id: string): number;
  /** Forgets all ids and keeps its memory. */
  clear(): void;
}

const LANES = 2;
const PRIMES = [0x9e3779b1, 0x85ebca6b, 0xc2b2ae35, 0x27d4eb2f] as const;

export function idTable(): IdTable {
  let table = new Uint32Array(LANES * 1024);
  let numbers = new Uint32Array(1024);
  let size = 0;
  const lanes = new Uint32Array(LANES);

  /** The slot of the words at `at` in `from`: where they are, or where they belong. */
  const slotOf = (from: Uint32Array, at: number): number => {
    const mask = numbers.length - 1;
    let slot = (from[at] ?? 0) & mask;
    while (!isFree(table, slot) && !isSame(table, slot * LANES, from, at)) slot = (slot + 1) & mask;
    return slot;
  };
  const put = (from: Uint32Array, at: number, number: number): void => {
    const slot = slotOf(from, at);
    for (let lane = 0; lane < LANES; lane++) table[slot * LANES + lane] = from[at + lane] ?? 0;
    numbers[slot] = number;
  };
  const grow = (): void => {
    const [words, counts] = [table, numbers];
    table = new Uint32Array(words.length * 2);
    numbers = new Uint32Array(counts.length * 2);
    for (let slot = 0; slot < counts.length; slot++)
      if (!isFree(words, slot)) put(words, slot * LANES, counts[slot] ?? 0);
  };
  const find = (id: string): number => {
    mix(id, lanes);
    const slot = slotOf(lanes, 0);
    return isFree(table, slot) ? -1 : (numbers[slot] ?? -1);
  };
  return {
    add: (id) => {
      if (find(id) >= 0) return false;
      if ((size + 1) * 2 > numbers.length) grow();
      put(lanes, 0, size);
      size += 1;
      return true;
    },
    find,
    clear: () => {
      table.fill(0);
      size = 0;
    },
  };
}

function isFree(table: Uint32Array, slot: number): boolean {
  return table[slot * LANES + LANES - 1] === 0;
}

function isSame(a: Uint32Array, atA: number, b: Uint32Array, atB: number): boolean {
  for (let lane = 0; lane < LANES; lane++) if (a[atA + lane] !== b[atB + lane]) return false;
  return true;
}

function mix(id: string, lanes: Uint32Array): void {
  let [a, b, c, d] = [id.length, ~id.length, 1, 2];
  for (let at = 0; at < id.length; at++) {
    const code = id.charCodeAt(at);
    a = Math.imul(a ^ code, PRIMES[0]) ^ (d >>> 13);
    b = Math.imul(b ^ code, PRIMES[1]) ^ (a >>> 15);
    c = Math.imul(c ^ code, PRIMES[2]) ^ (b >>> 14);
    d = Math.imul(d ^ code, PRIMES[3]) ^ (c >>> 16);
  }
  lanes[0] = a ^ (a >>> 16) ^ (c << 7) ^ (c >>> 25);
  lanes[1] = (b ^ (b >>> 16) ^ (d << 11) ^ (d >>> 21)) | 1; // never the mark of a free slot
}
