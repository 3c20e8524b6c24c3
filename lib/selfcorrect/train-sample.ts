import { keyedRng } from "corrigenda/rng";

/** Keeps a part of a stream in bounded memory. */
export interface GroupSample<T> {
  add(group: string, item: T): void;
  /** Whole groups, of at most the limit's items, in the order of their first items. A single larger group is kept whole. */
  kept(): T[];
}

/**
 * Draws whole groups from a stream of unknown length: each gets a number from seed and name, and the lowest stay. So the draw
 * depends on no order, and a group is never cut.
 */
export function groupSample<T>(limit: number, seed: number): GroupSample<T> {
  let groups = new Map<string, { readonly number: number; readonly items: T[] }>();
  /** Groups of this number and above were dropped: what comes of them later is dropped too. */
  let [bound, count] = [1, 0];
  const shrink = (most: number): void => {
    const sorted = [...groups].sort(([, a], [, b]) => a.number - b.number);
    let kept = 0;
    for (const [at, [, { number, items }]] of sorted.entries()) {
      kept += items.length;
      if (kept <= most || at === 0) continue;
      bound = number;
      break;
    }
    groups = new Map([...groups].filter(([, { number }]) => number < bound));
    count = [...groups.values()].reduce((sum, { items }) => sum + items.length, 0);
  };
  return {
    add: (group, item) => {
      const own = groups.get(group) ?? { number: keyedRng(seed, "drawn groups", group).next(), items: [] };
      if (own.number >= bound) return;
      own.items.push(item);
      groups.set(group, own);
      count += 1;
      if (count > 2 * limit) shrink(limit);
    },
    kept: () => {
      if (count > limit) shrink(limit);
      return [...groups.values()].flatMap(({ items }) => items);
    },
  };
}
