import { type Interval, mean } from "corrigenda/stats";
import { type Drawn, drawnOf, leadOf, NOTHING, RESAMPLES } from "./evaluate-draws.ts";
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
  /** Share of resamples of the learner errors in which it is the best; null where nothing ranks. */
  readonly first: number | null;
}

export interface Ranking {
  /** What the order goes by; null where there is neither a judge nor a reference. */
  readonly by: "judge" | "reference" | null;
  /** The best first. */
  readonly systems: readonly RankedSystem[];
  /** How far the best is before the next one, in what the order goes by; null where fewer than two rank. */
  readonly lead: Interval | null;
}

/** Half a win and half a loss against an average player. */
export const PRIOR = 0.5;

/** All ways of asking in order: by the judge's preferences where there are any, else by METEOR. */
export function ranking(answers: readonly Scored[], verdicts: readonly Verdict[], seed: number | string): Ranking {
  const varied = variedFactors(answers);
  const name = (answer: Pick<Scored, "factors">): string => systemOf(answer, varied);
  const games = verdicts.map(({ first, second, outcome }) => ({ a: name(first), b: name(second), score: outcome }));
  const errors = verdicts.map(({ error }) => error);
  const groups = Map.groupBy(answers, name);
  const wins = games.length > 0 ? winDraws(games, errors, `${seed}, wins`) : NOTHING;
  const places = placeDraws(groups, `${seed}, places`);
  const by = games.length > 0 ? "judge" : places.values.size > 0 ? "reference" : null;
  const drawn = by === "judge" ? wins : places;
  const best = firstShares(drawn, by);
  const systems = [...groups].map(([system, some]): Omit<RankedSystem, "onFront"> => {
    const meteor = errorMeans(some, "meteor");
    return {
      ...{ system, factors: (some[0] as Scored).factors, n: some.length },
      wins: wins.values.get(system) ?? null,
      judged: games.filter(({ a, b }) => a === system || b === system).length,
      rank: places.values.get(system) ?? null,
      meteor: meteor.length === 0 ? null : meanInterval(meteor, `${seed}, ${system}, meteor`),
      words: mean(some.map(({ words }) => words)),
      usdPer1000: 1_000 * mean(some.map(({ usd }) => usd)),
      first: by === null ? null : (best.get(system) ?? 0),
    };
  });
  const order = ordered(systems, by);
  return { by, systems: order, lead: leadOf(drawn, order[0]?.system, order[1]?.system) };
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

/** Expected wins, one fit a resample. @param errors of the games */
export function winDraws(games: readonly Game[], errors: readonly number[], seed: string): Drawn {
  const fit = (some: readonly Game[]): Map<string, number> => expectedWins(bradleyTerry(some, PRIOR));
  return drawnOf(games.length, (positions) => fit(Array.from(positions, (at) => games[at] as Game)), seed, errors);
}

/** Mean places by METEOR, ties sharing theirs, over the learner errors on which every way has a score. */
function placeDraws(groups: ReadonlyMap<string, readonly Scored[]>, seed: string): Drawn {
  const scores = [...groups].map(([system, some]) => ({
    system,
    byError: new Map(some.flatMap(({ data_index, scores }) => (scores ? [[data_index, scores.meteor]] : []))),
  }));
  const shared = [...(scores[0]?.byError.keys() ?? [])].filter((error) =>
    scores.every(({ byError }) => byError.has(error)),
  );
  if (shared.length === 0 || scores.length < 2) return NOTHING;
  const places = scores.map(({ system, byError }) => ({
    system,
    places: shared.map((error) => {
      const gaps = scores.map((other) => (other.byError.get(error) as number) - (byError.get(error) as number));
      return 0.5 + gaps.reduce((place, gap) => place + (gap > 0 ? 1 : gap === 0 ? 0.5 : 0), 0);
    }),
  }));
  const means = (positions: ArrayLike<number>): Map<string, number> =>
    new Map(places.map((one) => [one.system, mean(Array.from(positions, (at) => one.places[at] as number))]));
  return drawnOf(shared.length, means, seed);
}

/** How often each is the best; who ties for it shares. Places are better where they are lower. */
function firstShares({ draws }: Drawn, by: Ranking["by"]): Map<string, number> {
  const wins = new Map<string, number>();
  for (let at = 0; at < RESAMPLES; at++) {
    let [most, winners] = [Number.NEGATIVE_INFINITY, [] as string[]];
    for (const [system, values] of draws) {
      const value = by === "judge" ? (values[at] as number) : -(values[at] as number);
      if (value > most) [most, winners] = [value, [system]];
      else if (value === most) winners.push(system);
    }
    for (const system of winners) wins.set(system, (wins.get(system) ?? 0) + 1 / winners.length);
  }
  return new Map([...wins].map(([system, won]) => [system, won / RESAMPLES]));
}
