import { keyedRng } from "corrigenda/rng";

/**
 * Deals items into parts: those of one group stay together, and each part gets its share of every label as nearly as the
 * groups allow. Large groups are dealt first; equal ones in an order that the seed decides.
 * @param labels [n] @param groups [n] @param shares of the parts; they sum to 1
 * @returns [n] each item's part, from 0
 */
export function dealtParts(
  labels: readonly string[],
  groups: readonly string[],
  shares: readonly number[],
  seed: number,
): number[] {
  const totals = new Map<string, number>();
  const counts = new Map<string, Map<string, number>>();
  for (const [at, label] of labels.entries()) {
    totals.set(label, (totals.get(label) ?? 0) + 1);
    const group = groups[at] ?? "";
    const own = counts.get(group) ?? new Map<string, number>();
    counts.set(group, own.set(label, (own.get(label) ?? 0) + 1));
  }
  const parts = shares.map((share) => ({ share, has: new Map<string, number>() }));
  const partOf = new Map<string, number>();
  for (const [group, own] of inOrder(counts, seed)) {
    const costs = parts.map(({ share, has }) => costOf(own, has, (label) => share * (totals.get(label) ?? 0)));
    const part = costs.indexOf(Math.min(...costs));
    const has = parts[part]?.has;
    for (const [label, count] of own) has?.set(label, (has.get(label) ?? 0) + count);
    partOf.set(group, part);
  }
  return groups.map((group) => partOf.get(group) ?? 0);
}

function inOrder<T extends ReadonlyMap<string, number>>(counts: ReadonlyMap<string, T>, seed: number): [string, T][] {
  const size = (own: T): number => [...own.values()].reduce((sum, count) => sum + count, 0);
  const shuffled = keyedRng(seed, "dealt parts").shuffle([...counts]);
  return shuffled
    .map((entry) => ({ entry, size: size(entry[1]) }))
    .sort((a, b) => b.size - a.size)
    .map(({ entry }) => entry);
}

/** How much further from its shares a part would be: the change of the squared distances, each in units of the share. */
function costOf(
  own: ReadonlyMap<string, number>,
  has: ReadonlyMap<string, number>,
  wanted: (label: string) => number,
): number {
  let cost = 0;
  for (const [label, count] of own) {
    const [before, aim] = [has.get(label) ?? 0, wanted(label)];
    cost += ((before + count - aim) ** 2 - (before - aim) ** 2) / aim;
  }
  return cost;
}
