import { kendall, mean, quantile, replicates, spearman } from "corrigenda/stats";
import type { Judged, PointScale, Points } from "./evaluate-people.ts";
import { PRIOR } from "./evaluate-ranking.ts";
import { systemOf, variedFactors } from "./evaluate-scores.ts";
import { bradleyTerry, expectedWins } from "./ranking.ts";

/** A rank correlation; without ends where too few resamples define it. */
export interface Correlation {
  readonly value: number;
  readonly low: number | null;
  readonly high: number | null;
}

/** Whether people and the ranking put the ways of asking in the same order, on one scale of people. */
export interface RankAgreement {
  readonly scale: PointScale;
  /** Ways of asking that both know. */
  readonly systems: number;
  readonly kendall: Correlation;
  readonly spearman: Correlation;
}

const RESAMPLES = 1_000;

type Qualities = ReadonlyMap<string, number>;

/** Rank correlations with intervals over the learner errors, people and ranking drawn together; none for fewer than 3 systems. */
export function rankAgreement(points: ReadonlyMap<PointScale, Points>, judged: Judged): RankAgreement[] {
  const quality = qualities(judged);
  const rated = [...points.values()].flatMap((scale) => [...scale.values()].flatMap((own) => [...own.keys()]));
  const errors = [...new Set([...rated, ...quality.errors])].sort((a, b) => a - b);
  const ranked = quality.of(errors);
  const known = [...points].flatMap(([scale, own]) => {
    const [theirs, ours] = both(own, ranked, errors);
    const [tau, rho] = theirs.length < 3 ? [Number.NaN, Number.NaN] : [kendall(theirs, ours), spearman(theirs, ours)];
    const drawn = { taus: [] as number[], rhos: [] as number[] };
    return Number.isNaN(tau) || Number.isNaN(rho) ? [] : [{ scale, own, systems: theirs.length, tau, rho, drawn }];
  });
  if (known.length === 0) return [];
  const draw = (positions: Uint32Array): number => {
    const some = Array.from(positions, (at) => errors[at] as number);
    const order = quality.of(some);
    for (const { own, systems, drawn } of known) {
      const [x, y] = both(own, order, some);
      if (x.length < systems) continue;
      drawn.taus.push(kendall(x, y));
      drawn.rhos.push(spearman(x, y));
    }
    return 0;
  };
  replicates(errors.length, draw, { seed: `${judged.seed}, people, ranks`, to: RESAMPLES });
  return known.map(({ scale, systems, tau, rho, drawn: { taus, rhos } }) => ({
    ...{ scale, systems, kendall: withEnds(tau, taus), spearman: withEnds(rho, rhos) },
  }));
}

/** People's means over these learner errors, and what the ranking goes by, of the systems that both know. */
function both(points: Points, ranked: Qualities, drawn: readonly number[]): readonly [number[], number[]] {
  const [theirs, ours]: [number[], number[]] = [[], []];
  for (const [system, own] of points) {
    const values = drawn.flatMap((error) => own.get(error) ?? []);
    const rank = ranked.get(system);
    if (values.length === 0 || rank === undefined) continue;
    theirs.push(mean(values));
    ours.push(rank);
  }
  return [theirs, ours];
}

/** Percentiles of the resamples that define it. */
function withEnds(value: number, drawn: readonly number[]): Correlation {
  const defined = drawn.filter((one) => !Number.isNaN(one));
  if (defined.length < RESAMPLES / 2) return { value, low: null, high: null };
  return { value, low: quantile(defined, 0.025), high: quantile(defined, 0.975) };
}

/** What the ranking goes by, as a function of the learner errors: they repeat where they are drawn. */
function qualities({ answers, verdicts, ranking }: Judged): {
  readonly errors: readonly number[];
  of(drawn: readonly number[]): Qualities;
} {
  const varied = variedFactors(answers);
  if (ranking.by === "judge") {
    const byError = Map.groupBy(verdicts, ({ error }) => error);
    const games = (error: number) =>
      (byError.get(error) ?? []).map(({ first, second, outcome }) => ({
        ...{ a: systemOf(first, varied), b: systemOf(second, varied), score: outcome },
      }));
    const known = new Map([...byError.keys()].map((error) => [error, games(error)]));
    const of = (drawn: readonly number[]) =>
      expectedWins(
        bradleyTerry(
          drawn.flatMap((error) => known.get(error) ?? []),
          PRIOR,
        ),
      );
    return { errors: [...byError.keys()], of };
  }
  const scored = answers.flatMap(({ scores, factors, data_index }) =>
    scores ? [{ system: systemOf({ factors }, varied), error: data_index, meteor: scores.meteor }] : [],
  );
  const bySystem = new Map(
    [...Map.groupBy(scored, ({ system }) => system)].map(([system, some]) => {
      const errors = Map.groupBy(some, ({ error }) => error);
      return [system, new Map([...errors].map(([error, few]) => [error, mean(few.map(({ meteor }) => meteor))]))];
    }),
  );
  const of = (drawn: readonly number[]): Qualities =>
    new Map(
      [...bySystem].flatMap(([system, own]) => {
        const values = drawn.flatMap((error) => own.get(error) ?? []);
        return values.length === 0 ? [] : [[system, mean(values)] as const];
      }),
    );
  return { errors: [...new Set(scored.map(({ error }) => error))], of };
}
