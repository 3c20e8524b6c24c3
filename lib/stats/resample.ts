import { keyedRng, type Rng } from "corrigenda/rng";
import { needCount, needPairs, needSome } from "./input.ts";

/** A statistic of the items at the given positions, which repeat; the array is reused, so it must not be kept. */
export type PositionStatistic = (positions: Uint32Array) => number;

export interface ReplicateOptions {
  readonly seed: number | string;
  /** One label an item: items with the same label (a document, an author) are drawn together. */
  readonly clusters?: ArrayLike<string | number> | undefined;
  /** Resamples [from, to): each depends on the seed and its own number alone, so parts can be computed apart. */
  readonly from?: number;
  readonly to: number;
}

/** What is drawn with replacement: items, or clusters of them. */
export interface Units {
  readonly count: number;
  /** The positions of the items of each cluster; absent where every item is a unit of its own. */
  readonly members?: readonly Uint32Array[];
}

/** Groups n items by label, in order of first appearance. */
export function unitsOf(n: number, clusters?: ArrayLike<string | number>): Units {
  needSome(n, "bootstrap");
  if (!clusters) return { count: n };
  needPairs({ length: n }, clusters, "bootstrap, items and clusters");
  const groups = new Map<string | number, number[]>();
  for (let i = 0; i < n; i++) {
    const label = clusters[i] as string | number;
    const group = groups.get(label);
    if (group) group.push(i);
    else groups.set(label, [i]);
  }
  const members = [...groups.values()].map((group) => Uint32Array.from(group));
  return { count: members.length, members };
}

/**
 * The statistic of resamples [from, to) of n items, drawn with replacement: the same numbers however the range is cut.
 * @param n [n >= 1] items @throws StudyError for no items, a bad range, or labels of another length
 */
export function replicates(n: number, statistic: PositionStatistic, options: ReplicateOptions): Float64Array {
  const { seed, clusters, from = 0, to } = options;
  needCount(from, "bootstrap, from");
  needCount(to, "bootstrap, resamples", from);
  const units = unitsOf(n, clusters);
  const draw = units.members ? clusterDraw(units.members) : itemDraw(n);
  const values = new Float64Array(to - from);
  for (let i = from; i < to; i++) values[i - from] = statistic(draw(keyedRng(seed, "bootstrap", i)));
  return values;
}

function itemDraw(n: number): (rng: Rng) => Uint32Array {
  const positions = new Uint32Array(n);
  return (rng) => {
    for (let i = 0; i < n; i++) positions[i] = rng.int(n);
    return positions;
  };
}

function clusterDraw(members: readonly Uint32Array[]): (rng: Rng) => Uint32Array {
  const count = members.length;
  // A resample of clusters can be longer than the list: at most `count` times the largest of them.
  const longest = members.reduce((most, one) => Math.max(most, one.length), 0);
  let buffer = new Uint32Array(Math.min(longest * count, 2 ** 16));
  return (rng) => {
    let used = 0;
    for (let i = 0; i < count; i++) {
      const drawn = members[rng.int(count)] as Uint32Array;
      if (used + drawn.length > buffer.length) buffer = enlarged(buffer, used + drawn.length);
      buffer.set(drawn, used);
      used += drawn.length;
    }
    return buffer.subarray(0, used);
  };
}

function enlarged(buffer: Uint32Array, least: number): Uint32Array<ArrayBuffer> {
  const larger = new Uint32Array(Math.max(least, buffer.length * 2));
  larger.set(buffer);
  return larger;
}
