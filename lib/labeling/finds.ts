import type { Finds } from "corrigenda/stats";
import type { GoldDataset } from "./gold.ts";
import { exactKey, type NameRule, nameMatcher } from "./name-match.ts";

/** A data set as it was found: the words of the page, and other names for the same. */
export interface Named {
  readonly name: string;
  readonly aliases: readonly string[];
}

/** Different names of a document, found and known. Several found names may stand for one that is known, and the reverse. */
export interface MentionFinds {
  readonly found: number;
  /** Of the found ones: those that are a known name. */
  readonly right: number;
  readonly known: number;
  /** Of the known ones: those that a found name matches. */
  readonly reached: number;
}

/** One name and what it came to. */
export interface JudgedName {
  readonly name: string;
  readonly what: "right" | "extra" | "missed";
}

export interface DocumentFinds {
  readonly mentions: MentionFinds;
  /** Found names of one data set count once. */
  readonly datasets: Finds;
  readonly names: readonly JudgedName[];
}

/** Compares what was found in a document with what is known to be there. */
export function documentFinds(found: readonly Named[], gold: readonly GoldDataset[], rule: NameRule): DocumentFinds {
  const matches = nameMatcher(rule);
  const different = distinct(found);
  const known = gold.flatMap(({ names }) => names);
  const isKnown = (name: string): boolean => known.some((one) => matches(name, one));
  const right = different.filter(({ name }) => isKnown(name));
  const missed = known.filter((one) => !different.some(({ name }) => matches(name, one)));
  const allNames = ({ name, aliases }: Named): string[] => [name, ...aliases];
  const isOf = (one: Named, { names }: GoldDataset): boolean =>
    allNames(one).some((name) => names.some((other) => matches(name, other)));
  const hits = gold.filter((set) => different.some((one) => isOf(one, set))).length;
  const strangers = different.filter((one) => !gold.some((set) => isOf(one, set)));
  return {
    mentions: {
      found: different.length,
      right: right.length,
      known: known.length,
      reached: known.length - missed.length,
    },
    datasets: { hits, extra: clusters(strangers, matches), missed: gold.length - hits },
    names: [
      ...different.map(({ name }): JudgedName => ({ name, what: isKnown(name) ? "right" : "extra" })),
      ...missed.map((name): JudgedName => ({ name, what: "missed" })),
    ],
  };
}

/** Each name once, with the aliases of all its places. */
function distinct(found: readonly Named[]): Named[] {
  const byKey = new Map<string, { name: string; aliases: Set<string> }>();
  for (const { name, aliases } of found) {
    const own = byKey.get(exactKey(name)) ?? { name, aliases: new Set<string>() };
    for (const alias of aliases) own.aliases.add(alias);
    byKey.set(exactKey(name), own);
  }
  return [...byKey.values()].map(({ name, aliases }) => ({ name, aliases: [...aliases] }));
}

/** How many different data sets names stand for: those that share a name or alias are one. */
function clusters(names: readonly Named[], matches: (a: string, b: string) => boolean): number {
  const groups: string[][] = [];
  for (const { name, aliases } of names) {
    const own = [name, ...aliases];
    const touching = groups.filter((group) => group.some((a) => own.some((b) => matches(a, b))));
    for (const group of touching) groups.splice(groups.indexOf(group), 1);
    groups.push([...touching.flat(), ...own]);
  }
  return groups.length;
}
