import { bootstrap, cohenKappa, type Interval, mean } from "corrigenda/stats";
import { meanInterval } from "./evaluate-factors.ts";
import { type RankAgreement, rankAgreement } from "./evaluate-people-rank.ts";
import { qualityOf, type Ranking } from "./evaluate-ranking.ts";
import { type Scored, systemOf, variedFactors } from "./evaluate-scores.ts";
import { choice, type Verdict } from "./judge-verdicts.ts";
import type { Rating } from "./ratings-import.ts";

/** The scales on which people give points. */
export const POINTS = ["Accuracy", "Helpfulness"] as const;
export type PointScale = (typeof POINTS)[number];

/** A way of asking before people, and in the ranking. */
export interface RatedSystem {
  readonly system: string;
  /** Learner errors that people rated. */
  readonly errors: number;
  /** Mean points, 1 to 5; 95 % intervals over the learner errors. */
  readonly points: Readonly<Partial<Record<PointScale, Interval>>>;
  /** What the ranking goes by: the judge's expected wins, or METEOR. */
  readonly quality: Interval | null;
}

/** People and judge on the same pairs of explanations. */
export interface PairAgreement {
  readonly pairs: number;
  readonly errors: number;
  /** Share on which both take the same side, or both none. */
  readonly same: Interval;
  /** Cohen's kappa of first, second and tie; null where it is not defined. */
  readonly kappa: number | null;
  /** Pairs on which they take opposite sides. */
  readonly opposite: number;
}

/** A pair on which people and judge take opposite sides. */
export interface PeopleDisagreement {
  readonly error: number;
  readonly sentence: string;
  readonly first: { readonly system: string; readonly text: string };
  readonly second: { readonly system: string; readonly text: string };
  readonly people: string;
  readonly judge: string;
  /** What people said: "4.5 against 2.0 points", "votes 2 to 0". */
  readonly said: string;
  readonly reasons: readonly [string, string];
}

/** What people said of a run's explanations, beside the ranking. */
export interface People {
  readonly raters: number;
  readonly cells: number;
  readonly systems: readonly RatedSystem[];
  readonly correlations: readonly RankAgreement[];
  /** Null where no judged pair was rated. */
  readonly pairs: PairAgreement | null;
  readonly disagreements: readonly PeopleDisagreement[];
}

export interface Judged {
  readonly answers: readonly Scored[];
  readonly verdicts: readonly Verdict[];
  readonly ranking: Ranking;
  readonly seed: number | string;
}

/** Pairs listed for a person to look at. */
const MOST = 20;

/** People beside the judge; null where nobody rated an explanation that is evaluated here. */
export function people(all: readonly Rating[], judged: Judged): People | null {
  const { answers, verdicts, ranking, seed } = judged;
  const byId = new Map(answers.map((answer) => [answer.custom_id, answer]));
  const ratings = all.filter(({ item }) => item.split(" ").every((id) => byId.has(id)));
  if (ratings.length === 0) return null;
  const varied = variedFactors(answers);
  const nameOf = (id: string): string => systemOf(byId.get(id) as Scored, varied);
  const points = pointsOf(ratings, nameOf);
  const met = meetings(ratings, verdicts);
  const side = (one: Scored) => ({ system: systemOf(one, varied), text: one.text });
  return {
    raters: new Set(ratings.map(({ rater }) => rater)).size,
    cells: ratings.length,
    systems: ratedSystems(points, ranking, seed),
    correlations: rankAgreement(points, judged),
    pairs: met.length === 0 ? null : pairAgreement(met, seed),
    disagreements: met
      .filter(({ verdict, outcome }) => Math.abs(verdict.outcome - outcome) === 1)
      .sort((a, b) => b.gap - a.gap)
      .slice(0, MOST)
      .map(({ verdict, outcome, said }) => ({
        ...{ error: verdict.error, sentence: verdict.first.sentence, reasons: verdict.reasons, said },
        ...{ first: side(verdict.first), second: side(verdict.second) },
        ...{ people: choice(outcome), judge: choice(verdict.outcome) },
      })),
  };
}

/** Mean points by system and learner error. */
export type Points = ReadonlyMap<string, ReadonlyMap<number, number>>;

function pointsOf(ratings: readonly Rating[], nameOf: (id: string) => string): ReadonlyMap<PointScale, Points> {
  const scored = (scale: PointScale): Points => {
    const own = ratings.filter((rating) => rating.scale === scale);
    return new Map(
      [...Map.groupBy(own, ({ item }) => nameOf(item))].map(([system, some]) => {
        const errors = Map.groupBy(some, ({ data_index }) => data_index);
        return [
          system,
          new Map([...errors].map(([error, few]) => [error, mean(few.map(({ value }) => Number(value)))])),
        ];
      }),
    );
  };
  return new Map(POINTS.map((scale) => [scale, scored(scale)]));
}

/** In the ranking's order. */
function ratedSystems(
  points: ReadonlyMap<PointScale, Points>,
  { by, systems }: Ranking,
  seed: number | string,
): RatedSystem[] {
  return systems.flatMap((one) => {
    const { system } = one;
    const found = POINTS.flatMap((scale) => {
      const values = [...(points.get(scale)?.get(system) ?? [])];
      return values.length === 0 ? [] : [{ scale, values }];
    });
    if (found.length === 0) return [];
    const errors = new Set(found.flatMap(({ values }) => values.map(([error]) => error)));
    const intervals = found.map(({ scale, values }) => {
      const own = values.map(([, value]) => value);
      return [scale, meanInterval(own, `${seed}, people, ${scale}, ${system}`)];
    });
    return [
      { system, errors: errors.size, points: Object.fromEntries(intervals), quality: qualityOf(by, one) ?? null },
    ];
  });
}

interface Meeting {
  readonly verdict: Verdict;
  /** Of people, for the verdict's first text: 1 better, 0 worse, 0.5 no difference. */
  readonly outcome: number;
  readonly said: string;
  /** How far apart people hold the two: points, or the share of votes. */
  readonly gap: number;
}

/** Judged pairs on which people spoke: by their votes on this very pair, else by the points of both texts. */
function meetings(ratings: readonly Rating[], verdicts: readonly Verdict[]): Meeting[] {
  const votes = Map.groupBy(
    ratings.filter(({ scale }) => scale === "Preference"),
    ({ item }) => item,
  );
  const scores = Map.groupBy(
    ratings.filter(({ scale }) => (POINTS as readonly string[]).includes(scale)),
    ({ item }) => item,
  );
  return verdicts.flatMap((verdict) => {
    const [one, two] = [verdict.first.custom_id, verdict.second.custom_id];
    const straight = votes.get(`${one} ${two}`);
    const turned = votes.get(`${two} ${one}`);
    if (straight ?? turned) return [voted(verdict, straight ?? turned ?? [], straight ? "first" : "second")];
    const [x, y] = [one, two].map((id) => scores.get(id)?.map(({ value }) => Number(value)));
    if (!x || !y) return [];
    const [left, right] = [mean(x), mean(y)];
    const said = `${left.toFixed(1)} against ${right.toFixed(1)} points`;
    return [{ verdict, outcome: (Math.sign(left - right) + 1) / 2, said, gap: Math.abs(left - right) / 4 }];
  });
}

function voted(verdict: Verdict, votes: readonly Rating[], own: "first" | "second"): Meeting {
  const times = (value: string): number => votes.filter((vote) => vote.value === value).length;
  const [wins, losses] = own === "first" ? [times("first"), times("second")] : [times("second"), times("first")];
  const most = (n: number): boolean => n * 2 > votes.length;
  const outcome = most(wins) ? 1 : most(losses) ? 0 : 0.5;
  const gap = Math.abs(wins - losses) / votes.length;
  return { verdict, outcome, said: `votes ${wins} to ${losses}, ties ${times("tie")}`, gap };
}

function pairAgreement(met: readonly Meeting[], seed: number | string): PairAgreement {
  const both = met.map(({ outcome, verdict }) => [outcome, verdict.outcome] as const);
  const clusters = met.map(({ verdict }) => verdict.error);
  const options = { seed: `${seed}, people, pairs`, resamples: 2_000, method: "percentile", clusters } as const;
  const { value, low, high } = bootstrap(both, (some) => mean(some.map(([x, y]) => Number(x === y))), options);
  const kappa = cohenKappa(
    both.map(([x]) => x),
    both.map(([, y]) => y),
  );
  return {
    ...{ pairs: met.length, errors: new Set(clusters).size, same: { value, low, high } },
    kappa: Number.isNaN(kappa) ? null : kappa,
    opposite: both.filter(([x, y]) => Math.abs(x - y) === 1).length,
  };
}
