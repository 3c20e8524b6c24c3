import { keyedRng } from "corrigenda/rng";
import { nearDuplicates, plainWords } from "./near-duplicates.ts";

/** What a split needs to know of an example. */
export interface Splittable {
  readonly prompt: string;
  readonly essay: string;
  readonly overall: number;
}

export interface SplitOptions {
  /** Share of the examples that go to validation, [0, 1). */
  readonly ratio: number;
  readonly seed: number;
}

/** What is kept apart and how well that worked. */
export interface SplitReport {
  /** Different questions after normalising. */
  readonly prompts: number;
  /** Examples that must stay together: by question, near-equal question or near-equal essay. */
  readonly groups: number;
  readonly largestGroup: number;
  /** Essays that nearly repeat another one. */
  readonly nearDuplicateEssays: number;
  /** Questions that nearly repeat another one. */
  readonly nearDuplicatePrompts: number;
  readonly wantedValidation: number;
  readonly validation: number;
}

const ESSAY_SHINGLE = 4;
const PROMPT_SHINGLE = 3;
const SWEEPS = 4;
const ORDERS = 8;
/** The size as a whole counts more than that of one band. */
const TOTAL_WEIGHT = 3;

/** Collects examples one by one, then splits them: memory is a signature and a few numbers per example. */
export function splitter(): {
  add(example: Splittable): void;
  /** True per example, in the order of `add`, where it belongs to validation. */
  split(options: SplitOptions): { readonly validation: readonly boolean[]; readonly report: SplitReport };
} {
  const bands: number[] = [];
  const sets = disjointSets();
  const essays = nearDuplicates(ESSAY_SHINGLE);
  const prompts = nearDuplicates(PROMPT_SHINGLE);
  const firstOf = new Map<string, number>();
  const promptMembers: number[] = [];
  const seen = { essays: 0, prompts: 0 };
  return {
    add: ({ prompt, essay, overall }) => {
      const me = bands.push(overall) - 1;
      sets.add();
      const like = essays.add(essay);
      if (like.length > 0) seen.essays += 1;
      for (const other of like) sets.join(me, other);
      const key = plainWords(prompt).join(" ");
      if (key === "") return;
      const first = firstOf.get(key);
      if (first !== undefined) {
        sets.join(me, first);
        return;
      }
      firstOf.set(key, me);
      promptMembers.push(me);
      const near = prompts.add(prompt);
      if (near.length > 0) seen.prompts += 1;
      for (const other of near) sets.join(me, promptMembers[other] ?? me);
    },
    split: ({ ratio, seed }) => {
      const groups = groupsOf(bands.length, sets.root);
      const wanted = ratio > 0 && bands.length > 1 ? Math.ceil(bands.length * ratio) : 0;
      const chosen: ReadonlySet<number> = wanted === 0 ? new Set() : choose(groups, bands, wanted, seed);
      const validation = bands.map((_, place) => chosen.has(sets.root(place)));
      return {
        validation,
        report: {
          prompts: firstOf.size,
          groups: groups.size,
          largestGroup: Math.max(0, ...[...groups.values()].map(({ length }) => length)),
          nearDuplicateEssays: seen.essays,
          nearDuplicatePrompts: seen.prompts,
          wantedValidation: wanted,
          validation: validation.filter((one) => one).length,
        },
      };
    },
  };
}

function groupsOf(count: number, root: (place: number) => number): Map<number, number[]> {
  const groups = new Map<number, number[]>();
  for (let place = 0; place < count; place++) {
    const members = groups.get(root(place));
    if (members === undefined) groups.set(root(place), [place]);
    else members.push(place);
  }
  return groups;
}

interface Parts {
  readonly groups: ReadonlyMap<number, readonly number[]>;
  /** Per group: examples by band. */
  readonly counts: ReadonlyMap<number, ReadonlyMap<number, number>>;
  readonly wanted: number;
  /** Examples of each band that validation should have. */
  readonly goal: ReadonlyMap<number, number>;
}

/**
 * Whole groups for validation, so that each band has its share there. Groups are tried in several drawn orders, and the
 * choice that comes nearest to the wanted counts is taken. Training keeps at least one group.
 */
function choose(groups: Parts["groups"], bands: readonly number[], wanted: number, seed: number): ReadonlySet<number> {
  const goal = new Map<number, number>();
  for (const band of bands) goal.set(band, (goal.get(band) ?? 0) + wanted / bands.length);
  const counts = new Map([...groups].map(([root, members]) => [root, countsBy(members, bands)]));
  const parts = { groups, counts, wanted, goal };
  let best: { readonly chosen: ReadonlySet<number>; readonly off: number } | undefined;
  for (let order = 0; order < ORDERS; order++) {
    const roots = keyedRng(seed, "split", order).shuffle([...groups.keys()]);
    const size = (root: number): number => groups.get(root)?.length ?? 0;
    const tried = fill(parts, order === 0 ? roots.sort((a, b) => size(b) - size(a)) : roots);
    if (best === undefined || tried.off < best.off) best = tried;
  }
  return best?.chosen ?? new Set();
}

/** Groups go in or out, in this order, where that brings the counts nearer; `off`: how far they are in the end. */
function fill(
  { groups, counts, wanted, goal }: Parts,
  order: readonly number[],
): { readonly chosen: ReadonlySet<number>; readonly off: number } {
  const short = new Map(goal);
  let missing = wanted;
  const chosen = new Set<number>();
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    for (const root of order) {
      const sign = chosen.has(root) ? -1 : 1;
      if (sign > 0 && chosen.size >= groups.size - 1) continue;
      const members = counts.get(root) ?? new Map<number, number>();
      const size = sign * (groups.get(root)?.length ?? 0);
      let gain = TOTAL_WEIGHT * (missing ** 2 - (missing - size) ** 2);
      for (const [band, count] of members) {
        const now = short.get(band) ?? 0;
        gain += now ** 2 - (now - sign * count) ** 2;
      }
      if (gain <= 0) continue;
      missing -= size;
      for (const [band, count] of members) short.set(band, (short.get(band) ?? 0) - sign * count);
      if (sign > 0) chosen.add(root);
      else chosen.delete(root);
    }
  }
  const off = [...short.values()].reduce((sum, one) => sum + one ** 2, TOTAL_WEIGHT * missing ** 2);
  return { chosen, off };
}

function countsBy(members: readonly number[], bands: readonly number[]): Map<number, number> {
  const counts = new Map<number, number>();
  for (const place of members) counts.set(bands[place] ?? 0, (counts.get(bands[place] ?? 0) ?? 0) + 1);
  return counts;
}

function disjointSets(): { add(): void; root(place: number): number; join(a: number, b: number): void } {
  const parents: number[] = [];
  const root = (place: number): number => {
    let at = place;
    for (let up = parents[at] ?? at; up !== at; up = parents[at] ?? at) {
      parents[at] = parents[up] ?? up;
      at = up;
    }
    return at;
  };
  return {
    add: () => {
      parents.push(parents.length);
    },
    root,
    join: (a, b) => {
      const [one, other] = [root(a), root(b)].sort((x, y) => x - y) as [number, number];
      parents[other] = one;
    },
  };
}
