import { type Interval, mean } from "corrigenda/stats";
import { leadOf } from "./evaluate-draws.ts";
import type { LevelDifference, LevelMean } from "./evaluate-factors.ts";
import { type Ranking, winDraws } from "./evaluate-ranking.ts";
import { differing, FACTORS, type FactorName, type Scored } from "./evaluate-scores.ts";
import type { Verdict } from "./judge-verdicts.ts";

/** The best level of a factor beside the next best one, all else equal. */
export interface FactorAnswer {
  readonly factor: FactorName;
  readonly best: string;
  /** Null where only one level was asked for. */
  readonly next: string | null;
  /**
   * What the best gains on the next: by the judge, the share of comparisons that it is expected to win against all other levels,
   * less that of the next; else METEOR. Null where they never met.
   */
  readonly gain: Interval | null;
  /** US dollars for 1,000 explanations: of the best level, and of the next. */
  readonly usdPer1000: number;
  readonly usdNext: number | null;
}

export interface AnswerInput {
  readonly answers: readonly Scored[];
  readonly verdicts: readonly Verdict[];
  readonly ranking: Pick<Ranking, "by">;
  readonly means: readonly LevelMean[];
  readonly differences: readonly LevelDifference[];
  readonly seed: number | string;
}

/** Which method, model, input, … explains best, by how much and at what price: a line a factor. */
export function factorAnswers(input: AnswerInput): FactorAnswer[] {
  return FACTORS.flatMap((factor): FactorAnswer[] => {
    const groups = Map.groupBy(input.answers, ({ factors: { [factor]: level } }) => level);
    const cost = (level: string): number => 1_000 * mean((groups.get(level) ?? []).map(({ usd }) => usd));
    const [first] = groups.keys();
    if (first === undefined || (groups.size === 1 && first === "none")) return [];
    const alone = { next: null, gain: null, usdPer1000: cost(first), usdNext: null };
    if (groups.size === 1) return [{ factor, best: first, ...alone }];
    const found = input.ranking.by === "judge" ? judgedBest(factor, input) : scoredBest(factor, input);
    if (!found) return [];
    return [{ factor, ...found, usdPer1000: cost(found.best), usdNext: cost(found.next) }];
  });
}

interface Best {
  readonly best: string;
  readonly next: string;
  readonly gain: Interval | null;
}

/** By the pairs that differ in this factor alone. */
function judgedBest(factor: FactorName, { verdicts, seed }: AnswerInput): Best | undefined {
  const own = verdicts.filter(({ first, second }) => {
    const [only, other] = differing(first, second);
    return only === factor && other === undefined;
  });
  if (own.length === 0) return undefined;
  const games = own.map(({ first, second, outcome }) => ({
    ...{ a: first.factors[factor], b: second.factors[factor], score: outcome },
  }));
  const errors = own.map(({ error }) => error);
  const drawn = winDraws(games, errors, `${seed}, answer, ${factor}`);
  const [best, next] = [...drawn.values].sort(([, a], [, b]) => b.value - a.value).map(([level]) => level);
  return best === undefined || next === undefined ? undefined : { best, next, gain: leadOf(drawn, best, next) };
}

/** By METEOR: the two best means, and the difference of both on the same learner errors. */
function scoredBest(factor: FactorName, { means, differences }: AnswerInput): Best | undefined {
  const own = means.filter((one) => one.factor === factor && one.measure === "meteor");
  const [best, next] = own.sort((a, b) => b.mean.value - a.mean.value).map(({ level }) => level);
  if (best === undefined || next === undefined) return undefined;
  const found = differences.find(
    (one) =>
      one.factor === factor &&
      one.measure === "meteor" &&
      [one.level, one.against].every((is) => is === best || is === next),
  );
  if (!found) return { best, next, gain: null };
  const { value, low, high } = found.difference;
  return { best, next, gain: found.level === best ? { value, low, high } : { value: -value, low: -high, high: -low } };
}
