import { isStudyError } from "corrigenda/error";
import { bootstrap, cohenKappa, gwetAc1, gwetAc2, percentAgreement, weightedKappa } from "corrigenda/stats";
import type { Rating } from "./ratings-import.ts";
import { SCALE_NAMES, SCALES, type Scale } from "./ratings-scales.ts";

const RESAMPLES = 2_000;

/** A number with its 95 % interval; null where so few ratings allow none. */
export interface Estimated {
  readonly value: number;
  readonly low: number | null;
  readonly high: number | null;
}

/** How far raters agree on a scale; what these ratings leave undefined is missing. */
export interface Agreement {
  readonly scale: Scale;
  /** "anna and ben", or "all 3". */
  readonly raters: string;
  /** Items that both (of all: two at least) have rated. */
  readonly n: number;
  readonly percent?: Estimated | undefined;
  readonly kappa?: Estimated | undefined;
  /** Ordered scales alone. */
  readonly quadraticKappa?: Estimated | undefined;
  readonly ac1?: Estimated | undefined;
  /** Quadratic weights; ordered scales alone. */
  readonly ac2?: Estimated | undefined;
}

/** An item's values by rater, and the learner error that it belongs to: items of one error are drawn together. */
interface Item {
  readonly values: readonly (string | undefined)[];
  readonly cluster: number;
}

/** Agreement of every two raters on each scale, and of all where there are more. */
export function agreementOf(ratings: readonly Rating[], seed: number): Agreement[] {
  const raters = [...new Set(ratings.map(({ rater }) => rater))].sort();
  return SCALE_NAMES.flatMap((scale) => {
    const items = itemsOf(
      ratings.filter((rating) => rating.scale === scale),
      raters,
    );
    const found: Agreement[] = [];
    for (const [i, a] of raters.entries())
      for (let j = i + 1; j < raters.length; j++) {
        const both = items.flatMap(({ values, cluster }) => {
          const [x, y] = [values[i], values[j]];
          return x === undefined || y === undefined ? [] : [{ values: [x, y], cluster }];
        });
        if (both.length > 0) found.push(ofTwo(scale, `${a} and ${raters[j]}`, { items: both, seed }));
      }
    const several = items.filter(({ values }) => values.filter((value) => value !== undefined).length > 1);
    if (raters.length > 2 && several.length > 0)
      found.push(ofAll(scale, `all ${raters.length}`, { items: several, seed }));
    return found;
  });
}

function ofTwo(
  scale: Scale,
  raters: string,
  { items, seed }: { readonly items: readonly Item[]; readonly seed: number },
): Agreement {
  const { values, ordered } = SCALES[scale];
  const estimate = (name: string, of: (a: readonly string[], b: readonly string[]) => number): Estimated | undefined =>
    estimated(items, `${seed} ${scale} ${raters} ${name}`, (some) => {
      return of(
        some.map((item) => item.values[0] as string),
        some.map((item) => item.values[1] as string),
      );
    });
  const all = domainOf(scale, values);
  return {
    ...{ scale, raters, n: items.length, percent: estimate("percent", percentAgreement) },
    kappa: estimate("kappa", cohenKappa),
    ac1: estimate("ac1", (a, b) => gwetAc1(a, b, all.length)),
    ...(ordered && {
      quadraticKappa: estimate("qwk", (a, b) => weightedKappa(a, b, all, "quadratic")),
      ac2: estimated(items, `${seed} ${scale} ${raters} ac2`, (some) => ac2(some, all, "quadratic")),
    }),
  };
}

function ofAll(
  scale: Scale,
  raters: string,
  { items, seed }: { readonly items: readonly Item[]; readonly seed: number },
): Agreement {
  const { values, ordered } = SCALES[scale];
  const all = domainOf(scale, values);
  const of = (weights: "identity" | "quadratic"): Estimated | undefined =>
    estimated(items, `${seed} ${scale} ${raters} ${weights}`, (some) => ac2(some, all, weights));
  return { scale, raters, n: items.length, ac1: of("identity"), ...(ordered && { ac2: of("quadratic") }) };
}

function ac2(items: readonly Item[], categories: readonly string[], weights: "identity" | "quadratic"): number {
  return gwetAc2(
    items.map(({ values }) => values),
    categories,
    weights,
  );
}

/** The values as they are after unblinding. */
function domainOf(scale: Scale, values: readonly string[]): readonly string[] {
  const sides: Readonly<Record<string, string>> = { A: "first", B: "second" };
  return SCALES[scale].sheet === "pairs" ? values.map((value) => sides[value] ?? value) : values;
}

/** A statistic with its interval: bootstrap of learner errors. Undefined where the ratings leave it undefined. */
export function estimated<T extends { readonly cluster: number }>(
  items: readonly T[],
  seed: string,
  statistic: (items: readonly T[]) => number,
): Estimated | undefined {
  const value = statistic(items);
  if (Number.isNaN(value)) return undefined;
  try {
    const clusters = items.map(({ cluster }) => cluster);
    const { low, high } = bootstrap(items, statistic, { seed, clusters, resamples: RESAMPLES });
    // No width: nothing varies from learner error to learner error, and the bootstrap knows nothing.
    return low === high ? { value, low: null, high: null } : { value, low, high };
  } catch (error) {
    if (!isStudyError(error, "dataset")) throw error;
    return { value, low: null, high: null };
  }
}

function itemsOf(ratings: readonly Rating[], raters: readonly string[]): Item[] {
  const items = new Map<string, { values: (string | undefined)[]; cluster: number }>();
  for (const { item, rater, value, data_index } of ratings) {
    const known = items.get(item) ?? { values: raters.map(() => undefined), cluster: data_index };
    known.values[raters.indexOf(rater)] = value;
    items.set(item, known);
  }
  return [...items].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, item]) => item);
}
