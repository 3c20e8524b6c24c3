import { type Agreement, agreementOf, type Estimated } from "./ratings-agreement.ts";
import type { Imported, Rating } from "./ratings-import.ts";
import type { KeyLine } from "./ratings-sheets.ts";
import * as tests from "./ratings-tests.ts";

/** What is known of a run's ratings: the numbers of metrics.json and of the page. */
export interface Findings {
  readonly agreement: readonly Agreement[];
  readonly means: readonly tests.MethodMean[];
  readonly comparisons: readonly tests.Comparison[];
  readonly preferences: readonly tests.PreferenceCount[];
  readonly dependences: readonly tests.Dependence[];
  readonly preservation: readonly tests.Preservation[];
  readonly leaning: ReturnType<typeof tests.sideLeaning>;
}

export interface RatingsInput {
  readonly run: string;
  /** Who wrote the explanations. */
  readonly provider: string;
  readonly imported: Imported;
  readonly key: readonly KeyLine[];
  readonly findings: Findings;
}

/** Everything that the ratings say. The seed decides the intervals' resamples alone. */
export function findingsOf(ratings: readonly Rating[], seed: number): Findings {
  const preferences = tests.preferences(ratings);
  return {
    agreement: agreementOf(ratings, seed),
    means: tests.methodMeans(ratings, seed),
    comparisons: tests.comparisons(ratings, seed),
    ...{ preferences, dependences: tests.dependences(preferences) },
    preservation: tests.preservation(ratings),
    leaning: tests.sideLeaning(ratings),
  };
}

/** One number of metrics.json. */
interface Metric extends Estimated {
  readonly name: string;
  readonly n: number;
  readonly unit: string;
  readonly provider: string;
}

/** The numbers for metrics.json; those that are not defined are left out. */
export function ratingMetrics({ findings, provider, imported }: RatingsInput): { headline: Metric; metrics: Metric[] } {
  const all: Metric[] = [];
  const add = (name: string, of: Estimated | number | undefined, n: number, unit: string): void => {
    const found = typeof of === "number" ? { value: of, low: null, high: null } : of;
    if (found && Number.isFinite(found.value)) all.push({ name, ...pick(found), n, unit, provider });
  };
  for (const one of findings.agreement) {
    const name = (what: string): string => `${one.scale}, ${one.raters}: ${what}`;
    add(name("agreement"), one.percent, one.n, "share");
    add(name("Cohen's kappa"), one.kappa, one.n, "coefficient");
    add(name("quadratic kappa"), one.quadraticKappa, one.n, "coefficient");
    add(name("Gwet's AC1"), one.ac1, one.n, "coefficient");
    add(name("Gwet's AC2, quadratic"), one.ac2, one.n, "coefficient");
  }
  for (const { scale, method, n, mean } of findings.means) add(`${scale}, ${method}: mean`, mean, n, "points");
  for (const one of findings.comparisons) {
    const name = `${one.scale}, ${one.better} less ${one.worse}`;
    add(`${name}: difference`, one.difference, one.n, "points");
    add(`${name}: Wilcoxon p`, one.wilcoxonP, one.n, "p");
    add(`${name}: Wilcoxon p, Holm`, one.adjustedP, one.n, "p");
    add(`${name}: sign test p`, one.signP, one.n, "p");
    add(`${name}: paired t p`, one.tP, one.n, "p");
  }
  for (const one of findings.preferences) {
    const [name, n] = [`Preference, ${one.contrast}, ${one.method}`, one.first + one.second];
    add(`${name}: share of the first`, one.share, n, "share");
    add(`${name}: chi-square p`, one.p, n, "p");
    add(`${name}: chi-square p, Holm`, one.adjustedP, n, "p");
    add(`${name}: exact p`, n === 0 ? undefined : one.exactP, n, "p");
  }
  for (const { contrast, p, v } of findings.dependences) {
    const n = findings.preferences.find((row) => row.contrast === contrast && row.method === "all");
    const votes = n ? n.first + n.second + n.tie : 0;
    add(`Preference by method, ${contrast}: chi-square p`, p, votes, "p");
    add(`Preference by method, ${contrast}: Cramér's V`, v, votes, "coefficient");
  }
  for (const one of findings.preservation) {
    const name = `Crucial information, ${one.contrast}`;
    add(`${name}: first holds it`, one.first, one.n, "share");
    add(`${name}: second holds it`, one.second, one.n, "share");
    add(`${name}: McNemar mid-p`, one.p, one.n, "p");
    add(`${name}: McNemar mid-p, Holm`, one.adjustedP, one.n, "p");
  }
  const n = imported.ratings.length;
  const cells = { name: "cells rated", value: n, low: null, high: null, n, unit: "cells", provider };
  return { headline: all[0] ?? cells, metrics: [cells, ...all] };
}

function pick({ value, low, high }: Estimated): Estimated {
  return { value, low, high };
}
