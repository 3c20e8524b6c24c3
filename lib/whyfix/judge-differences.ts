import { bootstrap, holm, type Interval, mean, pairedPermutation } from "corrigenda/stats";
import { differing, type FactorName } from "./evaluate-scores.ts";
import type { Verdict } from "./judge-verdicts.ts";

/** Two levels of a factor before the judge, all else equal. */
export interface JudgedDifference {
  readonly factor: FactorName;
  readonly level: string;
  readonly against: string;
  readonly pairs: number;
  readonly errors: number;
  /** Share of the pairs that `level` wins, ties as half; 0.5 is no difference. */
  readonly wins: Interval;
  /** Of a paired permutation test over the learner errors. */
  readonly p: number;
  /** Adjusted over all differences that were judged. @see Holm 1979 */
  readonly pHolm: number;
}

const RESAMPLES = 2_000;

/** What the judge prefers, for every two levels that met. */
export function judgedDifferences(verdicts: readonly Verdict[], seed: number | string): JudgedDifference[] {
  const meetings = Map.groupBy(verdicts.flatMap(meetingOf), ({ factor, level, against }) =>
    JSON.stringify([factor, level, against]),
  );
  const tested = [...meetings].map(([key, some]) => {
    const [factor, level, against] = JSON.parse(key) as [FactorName, string, string];
    const clusters = some.map(({ error }) => error);
    const options = { seed: `${seed}, judged, ${key}`, resamples: RESAMPLES, method: "percentile", clusters } as const;
    const scores = some.map(({ score }) => score);
    const { value, low, high } = bootstrap(scores, mean, options);
    const perError = [...Map.groupBy(some, ({ error }) => error).values()].map((own) =>
      mean(own.map(({ score }) => score)),
    );
    const half = perError.map(() => 0.5);
    const { p } = pairedPermutation(perError, half, { seed: options.seed, permutations: RESAMPLES });
    return {
      ...{ factor, level, against, pairs: some.length, errors: perError.length },
      wins: { value, low, high },
      p,
    };
  });
  const adjusted = holm(tested.map(({ p }) => p));
  return tested.map((one, at) => ({ ...one, pHolm: adjusted[at] as number }));
}

interface Meeting {
  readonly factor: FactorName;
  readonly level: string;
  readonly against: string;
  readonly error: number;
  /** For `level`. */
  readonly score: number;
}

/** Both ways round a meeting is the same one: the level that comes later in the alphabet is the one that is scored. */
function meetingOf({ first, second, error, outcome }: Verdict): Meeting[] {
  return differing(first, second).map((factor) => {
    const [one, two] = [first.factors[factor], second.factors[factor]];
    return one > two
      ? { factor, level: one, against: two, error, score: outcome }
      : { factor, level: two, against: one, error, score: 1 - outcome };
  });
}
