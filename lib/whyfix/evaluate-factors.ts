import { bootstrap, holm, type Interval, mean, pairedPermutation } from "corrigenda/stats";
import { FACTORS, type FactorName, fixedWith, type Scored, type ScoreName, variedFactors } from "./evaluate-scores.ts";

/** What is measured of every explanation: scores against the reference, and what was asked for. */
export type Measure = ScoreName | "words" | "within" | "complete";
/** In the order in which they are shown. */
export const MEASURES: readonly Measure[] = [
  ...(["meteor", "chrf", "rougeL", "rouge1", "rouge2", "bleu", "bleu1", "bleu2"] as const),
  ...(["words", "within", "complete"] as const),
];

/** The mean of a measure over one level of a factor. */
export interface LevelMean {
  readonly factor: FactorName;
  readonly level: string;
  readonly measure: Measure;
  /** Explanations, and the learner errors that they belong to. */
  readonly n: number;
  readonly errors: number;
  /** Mean over the learner errors of each one's mean; 95 % interval, errors drawn whole. */
  readonly mean: Interval;
}

/** Two levels of a factor on the same learner errors, all other factors equal. */
export interface LevelDifference {
  readonly factor: FactorName;
  readonly level: string;
  readonly against: string;
  readonly measure: Measure;
  readonly pairs: number;
  readonly errors: number;
  readonly difference: Interval;
  /** Of a paired permutation test over the learner errors. */
  readonly p: number;
  /** Adjusted over all differences of this measure. @see Holm 1979 */
  readonly pHolm: number;
}

const RESAMPLES = 2_000;

/** The measure of an explanation; undefined where it has none. */
export function measureOf(answer: Scored, measure: Measure): number | undefined {
  if (measure === "words") return answer.words;
  if (measure === "within" || measure === "complete") {
    const value = answer[measure];
    return value === null ? undefined : Number(value);
  }
  return answer.scores?.[measure];
}

/** Means of every measure for every level of the factors that vary (of the method where none does). */
export function levelMeans(answers: readonly Scored[], seed: number | string): LevelMean[] {
  const varied = variedFactors(answers);
  const factors = varied.length > 0 ? varied : FACTORS.slice(0, 1);
  return factors.flatMap((factor) =>
    [...Map.groupBy(answers, ({ factors: { [factor]: level } }) => level)].flatMap(([level, some]) =>
      MEASURES.flatMap((measure) => {
        const values = errorMeans(some, measure);
        if (values.length === 0) return [];
        const n = some.filter((answer) => measureOf(answer, measure) !== undefined).length;
        const key = `${seed}, ${factor}, ${level}, ${measure}`;
        return [{ factor, level, measure, n, errors: values.length, mean: meanInterval(values, key) }];
      }),
    ),
  );
}

/** All pairs of levels of the factors that vary, in every measure. */
export function levelDifferences(answers: readonly Scored[], seed: number | string): LevelDifference[] {
  return MEASURES.flatMap((measure) => {
    const found = variedFactors(answers).flatMap((factor) => {
      const levels = [...new Set(answers.map(({ factors }) => factors[factor]))];
      return levels.flatMap((against, at) =>
        levels.slice(at + 1).flatMap((level) => {
          const gaps = levelGaps(answers, { factor, level, against }, (answer) => measureOf(answer, measure));
          return gaps.perError.length === 0 ? [] : [{ factor, level, against, measure, gaps }];
        }),
      );
    });
    const tested = found.map(({ gaps, ...names }) => ({
      ...names,
      ...testOf(gaps, `${seed}, ${JSON.stringify(names)}`),
    }));
    const adjusted = holm(tested.map(({ p }) => p));
    return tested.map((one, at) => ({ ...one, pHolm: adjusted[at] as number }));
  });
}

interface Gaps {
  readonly pairs: number;
  /** The mean gap of each learner error. */
  readonly perError: readonly number[];
}

/** What a measure gains from one level to another, by learner error. */
function levelGaps(
  answers: readonly Scored[],
  { factor, level, against }: Pick<LevelDifference, "factor" | "level" | "against">,
  value: (answer: Scored) => number | undefined,
): Gaps {
  const rest = FACTORS.filter((other) => !fixedWith(factor).includes(other));
  const keyOf = ({ data_index, factors }: Scored): string =>
    JSON.stringify([data_index, ...rest.map((f) => factors[f])]);
  const own = answers.filter(({ factors }) => factors[factor] === level || factors[factor] === against);
  const gaps = new Map<number, number[]>();
  let pairs = 0;
  for (const [, group] of Map.groupBy(own, keyOf)) {
    const sides = [level, against].map((name) =>
      group.filter(({ factors }) => factors[factor] === name).flatMap((answer) => value(answer) ?? []),
    ) as [number[], number[]];
    const error = group[0]?.data_index;
    if (error === undefined || sides.some((side) => side.length === 0)) continue;
    pairs += 1;
    gaps.set(error, [...(gaps.get(error) ?? []), mean(sides[0]) - mean(sides[1])]);
  }
  return { pairs, perError: [...gaps.values()].map((some) => mean(some)) };
}

function testOf(
  { pairs, perError }: Gaps,
  seed: string,
): Omit<LevelDifference, "factor" | "level" | "against" | "measure" | "pHolm"> {
  const zeros = perError.map(() => 0);
  const { p } = pairedPermutation(perError, zeros, { seed, permutations: RESAMPLES });
  return { pairs, errors: perError.length, difference: meanInterval(perError, seed), p };
}

/** One value a learner error: the mean over its explanations. */
export function errorMeans(answers: readonly Scored[], measure: Measure): number[] {
  return [...Map.groupBy(answers, ({ data_index }) => data_index).values()].flatMap((some) => {
    const values = some.flatMap((answer) => measureOf(answer, measure) ?? []);
    return values.length === 0 ? [] : [mean(values)];
  });
}

/** A mean with its 95 % interval (percentiles of 2,000 resamples). */
export function meanInterval(values: readonly number[], seed: string): Interval {
  const { value, low, high } = bootstrap(values, mean, { seed, resamples: RESAMPLES, method: "percentile" });
  return { value, low, high };
}
