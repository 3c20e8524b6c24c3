import { keyedRng } from "corrigenda/rng";
import { mersenneByKey } from "./random-mersenne.ts";

/** What masks draw from. */
export interface Chance {
  /** Uniform in [0, 1). */
  random(): number;
  /** Uniform integer in [0, n). @param n [1, 2^32) */
  below(n: number): number;
}

/** The draws of one document: they depend on nothing but the seed and the document's number. */
export function documentChance(seed: number, document: number): Chance {
  const rng = keyedRng(seed, "mask", document);
  return { random: rng.next, below: rng.int };
}

/** CPython's `random` after random.seed(seed): random() and what randint, shuffle, choice and sample are made of. */
export function pythonChance(seed: number): Chance {
  const word = mersenneByKey(seed);
  return {
    random: () => ((word() >>> 5) * 67_108_864 + (word() >>> 6)) / 2 ** 53,
    below: (n) => {
      const unused = Math.clz32(n);
      for (;;) {
        const drawn = word() >>> unused;
        if (drawn < n) return drawn;
      }
    },
  };
}

/** Shuffles in place, as CPython's random.shuffle does with its own draws. */
export function shuffleInPlace<T>(items: T[], chance: Chance): void {
  for (let last = items.length - 1; last > 0; last--) {
    const other = chance.below(last + 1);
    [items[last], items[other]] = [items[other] as T, items[last] as T];
  }
}

/** Above this many items CPython remembers what it took; up to it, it takes from a pool. */
const SMALL_SET = 21;

/** `count` different items in the order in which they were drawn, as CPython's random.sample. @param count [0, items.length] */
export function sampleOf<T>(items: readonly T[], count: number, chance: Chance): T[] {
  const n = items.length;
  if (count > n) throw new RangeError(`a sample of ${count} out of ${n}`);
  const setSize = SMALL_SET + (count > 5 ? 4 ** Math.ceil(Math.log(count * 3) / Math.log(4)) : 0);
  if (n <= setSize) {
    const pool = [...items];
    return Array.from({ length: count }, (_, taken) => {
      const at = chance.below(n - taken);
      const item = pool[at] as T;
      pool[at] = pool[n - taken - 1] as T;
      return item;
    });
  }
  const taken = new Set<number>();
  while (taken.size < count) taken.add(chance.below(n));
  return [...taken].map((at) => items[at] as T);
}
