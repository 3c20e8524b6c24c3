import {
  chiSquareIndependence,
  chiSquareTest,
  holm,
  mcnemar,
  mean,
  pairedTTest,
  signTest,
  wilcoxonSignedRank,
  wilson,
} from "corrigenda/stats";
import { type Estimated, estimated } from "./ratings-agreement.ts";
import type { Rating } from "./ratings-import.ts";
import { type Scale, scalesOf } from "./ratings-scales.ts";

/** A method's mean on a scale: each explanation's ratings are averaged first. */
export interface MethodMean {
  readonly scale: Scale;
  readonly method: string;
  readonly n: number;
  readonly mean: Estimated;
}

/** Two methods on the same learner errors. */
export interface Comparison {
  readonly scale: Scale;
  readonly better: string;
  readonly worse: string;
  /** Learner errors that both were rated on. */
  readonly n: number;
  /** In points of the scale, 0 or more. */
  readonly difference: Estimated;
  readonly wilcoxonP: number;
  /** Holm's, over all comparisons of the scale. */
  readonly adjustedP: number;
  readonly signP: number;
  readonly tP: number | undefined;
}

/** What raters preferred of pairs that differ in one thing; one vote a pair, that of most raters, else a tie. */
export interface PreferenceCount {
  /** "fifty or eighty". */
  readonly contrast: string;
  /** A method, or "all". */
  readonly method: string;
  readonly first: number;
  readonly second: number;
  readonly tie: number;
  /** Share of the first among those that are no tie. */
  readonly share: Estimated | undefined;
  /** Chi-square test of first against second, for ten votes and more; undefined without a vote. */
  readonly p: number | undefined;
  /** The same by the binomial, exact: right for few votes too. */
  readonly exactP: number;
  /** Holm's, over all rows of the table. */
  readonly adjustedP: number | undefined;
}

/** Do preferences depend on the method? */
export interface Dependence {
  readonly contrast: string;
  readonly statistic: number;
  readonly df: number;
  readonly p: number;
  /** Cramér's V; NaN where there is one row or column. */
  readonly v: number;
}

/** Which side holds the crucial information. */
export interface Preservation {
  readonly contrast: string;
  readonly n: number;
  readonly first: Estimated;
  readonly second: Estimated;
  /** McNemar's test, mid-p. */
  readonly p: number;
  readonly adjustedP: number;
}

interface Scored {
  readonly cluster: number;
  readonly value: number;
}

/** Means of all methods on a scale, best first. */
export function methodMeans(ratings: readonly Rating[], seed: number): MethodMean[] {
  return scalesOf("scores").flatMap((scale) => {
    const means = [...scoresOf(ratings, scale)].flatMap(([method, scores]) => {
      const items = [...scores].map(([cluster, value]): Scored => ({ cluster, value }));
      const found = estimated(items, `${seed} ${scale} ${method}`, meanOf);
      return found ? [{ scale, method, n: items.length, mean: found }] : [];
    });
    return means.sort((a, b) => b.mean.value - a.mean.value || (a.method < b.method ? -1 : 1));
  });
}

/** Every two methods on each scale, paired by learner error. */
export function comparisons(ratings: readonly Rating[], seed: number): Comparison[] {
  return scalesOf("scores").flatMap((scale) => {
    const scores = scoresOf(ratings, scale);
    const methods = [...scores.keys()].sort();
    const found: Comparison[] = [];
    for (const [i, a] of methods.entries())
      for (const b of methods.slice(i + 1)) {
        const one = compare(scale, [a, b], { scores, seed });
        if (one) found.push(one);
      }
    const adjusted = holm(found.map(({ wilcoxonP }) => wilcoxonP));
    return found.map((one, at) => ({ ...one, adjustedP: adjusted[at] as number }));
  });
}

/** Votes by contrast, for all methods and for each. */
export function preferences(ratings: readonly Rating[]): PreferenceCount[] {
  const votes = votesOf(ratings, "Preference");
  const rows = [...new Set(votes.map(({ contrast }) => contrast))].flatMap((contrast) => {
    const own = votes.filter((vote) => vote.contrast === contrast);
    const methods = [...new Set(own.map(({ method }) => method))];
    const each =
      methods.length > 1
        ? methods.map((method) => ({ method, own: own.filter((vote) => vote.method === method) }))
        : [];
    return [{ method: "all", own }, ...each].map(({ method, own: some }) => counted(contrast, method, some));
  });
  const tested = rows.flatMap(({ p }) => (p === undefined ? [] : [p]));
  const adjusted = holm(tested);
  let at = 0;
  return rows.map((row) => ({ ...row, adjustedP: row.p === undefined ? undefined : adjusted[at++] }));
}

/** The chi-square test of method by vote, for each contrast. */
export function dependences(rows: readonly PreferenceCount[]): Dependence[] {
  return rows.flatMap(({ method, contrast }) => {
    if (method !== "all") return [];
    const table = rows
      .filter((row) => row.contrast === contrast && row.method !== "all")
      .map(({ first, tie, second }) => [first, tie, second]);
    return table.length < 2 ? [] : [{ contrast, ...chiSquareIndependence(table) }];
  });
}

/** Shares of pairs in which each side holds the crucial information. */
export function preservation(ratings: readonly Rating[]): Preservation[] {
  const votes = votesOf(ratings, "Crucial Information Preservation");
  const rows = [...new Set(votes.map(({ contrast }) => contrast))].map((contrast) => {
    const own = votes.filter((vote) => vote.contrast === contrast);
    const times = (...values: string[]): number => own.filter(({ value }) => values.includes(value)).length;
    const share = (hits: number): Estimated => wilson(hits, own.length);
    return {
      ...{ contrast, n: own.length, first: share(times("first", "both")), second: share(times("second", "both")) },
      p: mcnemar(times("first"), times("second")).midP,
    };
  });
  const adjusted = holm(rows.map(({ p }) => p));
  return rows.map((row, at) => ({ ...row, adjustedP: adjusted[at] as number }));
}

/** Whether raters lean to a side of the sheet, whatever stands there: votes for A against votes for B. */
export function sideLeaning(
  ratings: readonly Rating[],
): { readonly a: number; readonly b: number; readonly p: number } | undefined {
  const places = ratings.filter(({ scale }) => scale === "Preference").map(({ place }) => place);
  const [a, b] = ["A", "B"].map((side) => places.filter((place) => place === side).length) as [number, number];
  return a + b === 0 ? undefined : { a, b, p: chiSquareTest([a, b]).p };
}

function compare(
  scale: Scale,
  [a, b]: readonly [string, string],
  { scores, seed }: { readonly scores: Scores; readonly seed: number },
): Comparison | undefined {
  const [left, right] = [scores.get(a), scores.get(b)];
  const items = [...(left ?? [])].flatMap(([cluster, value]): Scored[] => {
    const other = right?.get(cluster);
    // Means of a few whole numbers: rounding must not tell equal differences apart.
    return other === undefined ? [] : [{ cluster, value: Math.round((value - other) * 1e9) / 1e9 }];
  });
  if (items.length === 0) return undefined;
  const sign = meanOf(items) < 0 ? -1 : 1;
  const differences = items.map(({ value }) => sign * value);
  const turned = items.map(({ cluster, value }) => ({ cluster, value: sign * value }));
  const zeros = differences.map(() => 0);
  const difference = estimated(turned, `${seed} ${scale} ${a} ${b}`, meanOf) as Estimated;
  return {
    ...{ scale, better: sign === 1 ? a : b, worse: sign === 1 ? b : a, n: items.length, difference },
    ...{ wilcoxonP: wilcoxonSignedRank(differences).p, adjustedP: Number.NaN, signP: signTest(differences).exact },
    tP: items.length < 2 ? undefined : pairedTTest(differences, zeros).p,
  };
}

function counted(contrast: string, method: string, votes: readonly Vote[]): PreferenceCount {
  const times = (wanted: string): number => votes.filter(({ value }) => value === wanted).length;
  const [first, second, tie] = [times("first"), times("second"), times("tie")];
  const n = first + second;
  return {
    ...{ contrast, method, first, second, tie, adjustedP: undefined },
    share: n === 0 ? undefined : wilson(first, n),
    p: n === 0 ? undefined : chiSquareTest([first, second]).p,
    exactP: mcnemar(first, second).exact,
  };
}

type Scores = ReadonlyMap<string, ReadonlyMap<number, number>>;

/** The mean rating of each method's explanation of each learner error. */
function scoresOf(ratings: readonly Rating[], scale: Scale): Scores {
  const values = new Map<string, Map<number, number[]>>();
  for (const { scale: of, method, data_index, value } of ratings) {
    if (of !== scale) continue;
    const own = values.get(method) ?? new Map<number, number[]>();
    values.set(method, own.set(data_index, [...(own.get(data_index) ?? []), Number(value)]));
  }
  return new Map(
    [...values].map(([method, own]) => [
      method,
      new Map([...own].sort(([a], [b]) => a - b).map(([at, xs]) => [at, mean(xs)])),
    ]),
  );
}

interface Vote {
  readonly contrast: string;
  readonly method: string;
  readonly value: string;
}

/** One value a pair: what more than half of its raters say; without such a value a tie, or neither. */
function votesOf(ratings: readonly Rating[], scale: Scale): Vote[] {
  const pairs = new Map<string, Rating[]>();
  for (const rating of ratings)
    if (rating.scale === scale) pairs.set(rating.item, [...(pairs.get(rating.item) ?? []), rating]);
  return [...pairs.values()].flatMap((own) => {
    const [{ contrast = "", method } = { method: "" }] = own;
    if (scale === "Preference") return [{ contrast, method, value: majority(own.map(({ value }) => value)) ?? "tie" }];
    // Each side is voted on by itself.
    const holds = (side: string): boolean =>
      own.filter(({ value }) => value === side || value === "both").length * 2 > own.length;
    const [first, second] = [holds("first"), holds("second")];
    return [{ contrast, method, value: first ? (second ? "both" : "first") : second ? "second" : "neither" }];
  });
}

function majority(values: readonly string[]): string | undefined {
  return values.find((value) => values.filter((other) => other === value).length * 2 > values.length);
}

function meanOf(items: readonly Scored[]): number {
  return items.reduce((sum, { value }) => sum + value, 0) / items.length;
}
