import { type Interval, mean, quantile, replicates } from "corrigenda/stats";
import { errorMeans, meanInterval } from "./evaluate-factors.ts";
import { type FactorName, type Scored, systemOf, variedFactors } from "./evaluate-scores.ts";
import type { Verdict } from "./judge-verdicts.ts";
import { bradleyTerry, expectedWins, type Game, paretoFront } from "./ranking.ts";

/** A way of asking with what it reaches. */
export interface RankedSystem {
  readonly system: string;
  readonly factors: Readonly<Record<FactorName, string>>;
  /** Explanations. */
  readonly n: number;
  /** Share of comparisons that it is expected to win against all other ways; null where nothing was judged. */
  readonly wins: Interval | null;
  readonly judged: number;
  /** Mean place by METEOR on learner errors that all ways explained and that have a reference; 1 is best. */
  readonly rank: Interval | null;
  readonly meteor: Interval | null;
  readonly words: number;
  /** US dollars for 1,000 explanations. */
  readonly usdPer1000: number;
  /** No other way is cheaper and as good. */
  readonly onFront: boolean;
}

export interface Ranking {
  /** What the order goes by; null where there is neither a judge nor a reference. */
  readonly by: "judge" | "reference" | null;
  /** The best first. */
  readonly systems: readonly RankedSystem[];
}

const RESAMPLES = 1_000;
/** Half a win and half a loss against an average player. */
const PRIOR = 0.5;

/** All ways of asking in order: by the judge's preferences where there are any, else by METEOR. */
export function ranking(answers: readonly Scored[], verdicts: readonly Verdict[], seed: number | string): Ranking {
  const varied = variedFactors(answers);
  const name = (answer: Pick<Scored, "factors">): string => systemOf(answer, varied);
  const games = verdicts.map(({ first, second, outcome }) => ({ a: name(first), b: name(second), score: outcome }));
  const errors = verdicts.map(({ error }) => error);
  const wins = games.length > 0 ? winIntervals(games, errors, `${seed}, wins`) : new Map<string, Interval>();
  const groups = Map.groupBy(answers, name);
  const places = meanPlaces(groups, `${seed}, places`);
  const systems = [...groups].map(([system, some]): Omit<RankedSystem, "onFront"> => {
    const meteor = errorMeans(some, "meteor");
    return {
      ...{ system, factors: (some[0] as Scored).factors, n: some.length },
      wins: wins.get(system) ?? null,
      judged: games.filter(({ a, b }) => a === system || b === system).length,
      rank: places.get(system) ?? null,
      meteor: meteor.length === 0 ? null : meanInterval(meteor, `${seed}, ${system}, meteor`),
      words: mean(some.map(({ words }) => words)),
      usdPer1000: 1_000 * mean(some.map(({ usd }) => usd)),
    };
  });
  const by = games.length > 0 ? "judge" : places.size > 0 ? "reference" : null;
  return { by, systems: ordered(systems, by) };
}

/** How good a way of asking is, by what the order goes by; undefined where it was not judged or scored. */
export function qualityOf(
  by: Ranking["by"],
  { wins, meteor }: Pick<RankedSystem, "wins" | "meteor">,
): Interval | undefined {
  return (by === "judge" ? wins : by === "reference" ? meteor : null) ?? undefined;
}

function ordered(systems: readonly Omit<RankedSystem, "onFront">[], by: Ranking["by"]): RankedSystem[] {
  const offers = systems.flatMap((one) => {
    const quality = qualityOf(by, one)?.value;
    return quality === undefined ? [] : [{ system: one.system, cost: one.usdPer1000, quality }];
  });
  const front = paretoFront(offers);
  const goodness = (one: Omit<RankedSystem, "onFront">): number =>
    by === "judge" ? (one.wins?.value ?? -1) : -(one.rank?.value ?? Number.POSITIVE_INFINITY);
  return systems
    .map((one) => ({ ...one, onFront: front.has(one.system) }))
    .sort((a, b) => (by === null ? 0 : goodness(b) - goodness(a)));
}

/** Expected wins with percentile intervals over the learner errors, one fit a resample. */
function winIntervals(games: readonly Game[], errors: readonly number[], seed: string): Map<string, Interval> {
  const fit = (some: readonly Game[]): Map<string, number> => expectedWins(bradleyTerry(some, PRIOR));
  const draws = new Map<string, number[]>();
  const one = (positions: Uint32Array): number => {
    for (const [system, value] of fit(Array.from(positions, (at) => games[at] as Game))) {
      const values = draws.get(system);
      if (values) values.push(value);
      else draws.set(system, [value]);
    }
    return 0;
  };
  replicates(games.length, one, { seed, clusters: errors, to: RESAMPLES });
  return new Map(
    [...fit(games)].map(([system, value]) => {
      const values = draws.get(system) ?? [value];
      return [system, { value, low: quantile(values, 0.025), high: quantile(values, 0.975) }];
    }),
  );
}

/** Mean places by METEOR, ties sharing theirs, over the learner errors on which every way has a score. */
function meanPlaces(groups: ReadonlyMap<string, readonly Scored[]>, seed: string): Map<string, Interval> {
  const scores = [...groups].map(([system, some]) => ({
    system,
    byError: new Map(some.flatMap(({ data_index, scores }) => (scores ? [[data_index, scores.meteor]] : []))),
  }));
  const shared = [...(scores[0]?.byError.keys() ?? [])].filter((error) =>
    scores.every(({ byError }) => byError.has(error)),
  );
  if (shared.length === 0 || scores.length < 2) return new Map();
  return new Map(
    scores.map(({ system, byError }) => {
      const places = shared.map((error) => {
        const gaps = scores.map((other) => (other.byError.get(error) as number) - (byError.get(error) as number));
        return 0.5 + gaps.reduce((place, gap) => place + (gap > 0 ? 1 : gap === 0 ? 0.5 : 0), 0);
      });
      return [system, meanInterval(places, `${seed}, ${system}`)];
    }),
  );
}
