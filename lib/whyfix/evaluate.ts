import { mean } from "corrigenda/stats";
import { EXPECTED_COUNTS } from "./answers.ts";
import type { Row } from "./data/index.ts";
import { type Ablation, ablations } from "./evaluate-ablation.ts";
import { type FactorAnswer, factorAnswers } from "./evaluate-answer.ts";
import { type Disagreement, disagreements, type SideBySide, sideBySide } from "./evaluate-examples.ts";
import { type LevelDifference, type LevelMean, levelDifferences, levelMeans } from "./evaluate-factors.ts";
import { type People, people } from "./evaluate-people.ts";
import { type Ranking, ranking } from "./evaluate-ranking.ts";
import { type FactorName, type Scored, variedFactors } from "./evaluate-scores.ts";
import type { JudgeRecord } from "./judge.ts";
import { type JudgedDifference, judgedDifferences } from "./judge-differences.ts";
import { type SelfAgreement, selfAgreement, verdictsOf } from "./judge-verdicts.ts";
import type { Rating } from "./ratings-import.ts";

export * from "./correct.ts";
export { sameLemma } from "./correct-lemma.ts";
export { correctionMetrics } from "./correct-metrics.ts";
export { evaluationMetrics } from "./evaluate-metrics.ts";
export { evaluationReport } from "./evaluate-report.ts";
export * from "./evaluate-run.ts";
export { Scored, scoredAnswers } from "./evaluate-scores.ts";
export * from "./judge.ts";
export { judgeItems, judgePairs } from "./judge-pairs.ts";
export { type JudgeEffects, judgeQuestion, judgeStages } from "./judge-run.ts";
export { bradleyTerry, expectedWins, paretoFront } from "./ranking.ts";
export { Rating } from "./ratings-import.ts";

/** Lengths of one method's explanations for one limit, in words; the deviation is the population's. */
export interface LengthRow {
  readonly method: string;
  readonly length: string;
  readonly n: number;
  readonly mean: number;
  readonly deviation: number;
  readonly min: number;
  readonly max: number;
}

/** Entries of one list in one method's answers. */
export interface EntryRow {
  readonly method: string;
  readonly list: string;
  readonly wanted: number;
  readonly mean: number;
  /** Share of answers with exactly as many as wanted. */
  readonly share: number;
  readonly n: number;
}

/** Everything that is known of a run's explanations: evaluation.json. */
export interface Evaluation {
  /** Who explained. */
  readonly provider: string;
  readonly explanations: number;
  readonly errors: number;
  /** Explanations with a reference. */
  readonly referenced: number;
  readonly varied: readonly FactorName[];
  readonly ranking: Ranking;
  /** The best level of each factor. */
  readonly answer: readonly FactorAnswer[];
  readonly means: readonly LevelMean[];
  readonly differences: readonly LevelDifference[];
  readonly ablations: readonly Ablation[];
  readonly lengths: readonly LengthRow[];
  readonly entries: readonly EntryRow[];
  /** Null where nobody judged. */
  readonly judge: {
    readonly model: string;
    readonly pairs: number;
    /** Pairs of which a reply could not be read. */
    readonly unread: number;
    readonly agreement: readonly SelfAgreement[];
    readonly differences: readonly JudgedDifference[];
  } | null;
  /** Null where nobody rated. */
  readonly people: People | null;
  readonly disagreements: readonly Disagreement[];
  readonly sideBySide: readonly SideBySide[];
}

export interface EvaluationInput {
  readonly provider: string;
  readonly rows: readonly Row[];
  readonly answers: readonly Scored[];
  readonly judged?: { readonly model: string; readonly records: readonly JudgeRecord[] } | undefined;
  /** Of people, where sheets came back. */
  readonly ratings?: readonly Rating[];
  readonly seed: number | string;
}

/** Evaluates a run's explanations. Pure: equal input gives equal numbers. */
export function evaluate({ provider, rows, answers, judged, ratings = [], seed }: EvaluationInput): Evaluation {
  const { verdicts, unread } = verdictsOf(judged?.records ?? [], answers);
  const order = ranking(answers, verdicts, seed);
  const judge = judged && {
    ...{ model: judged.model, pairs: verdicts.length, unread },
    agreement: selfAgreement(verdicts, seed),
    differences: judgedDifferences(verdicts, seed),
  };
  const [means, differences] = [levelMeans(answers, seed), levelDifferences(answers, seed)];
  return {
    ...{ provider, explanations: answers.length },
    errors: new Set(answers.map(({ data_index }) => data_index)).size,
    referenced: answers.filter(({ scores }) => scores !== null).length,
    varied: variedFactors(answers),
    ranking: order,
    answer: factorAnswers({ answers, verdicts, ranking: order, means, differences, seed }),
    ...{ means, differences },
    ablations: ablations(answers, seed),
    lengths: lengthRows(answers),
    entries: entryRows(answers),
    judge: judge ?? null,
    people: people(ratings, { answers, verdicts, ranking: order, seed }),
    disagreements: disagreements(verdicts, answers),
    sideBySide: sideBySide(answers, rows, order),
  };
}

function lengthRows(answers: readonly Scored[]): LengthRow[] {
  const groups = Map.groupBy(answers, ({ factors: { method, length } }) => JSON.stringify([method, length]));
  return [...groups].map(([key, some]) => {
    const [method, length] = JSON.parse(key) as [string, string];
    const words = some.map((answer) => answer.words);
    const centre = mean(words);
    const deviation = Math.sqrt(mean(words.map((one) => (one - centre) ** 2)));
    const [min, max] = words.reduce(
      ([low, high], one) => [Math.min(low, one), Math.max(high, one)],
      [Number.POSITIVE_INFINITY, 0],
    ) as [number, number];
    return { method, length, n: some.length, mean: centre, deviation, min, max };
  });
}

function entryRows(answers: readonly Scored[]): EntryRow[] {
  return [...Map.groupBy(answers, ({ factors: { method } }) => method)].flatMap(([method, some]) =>
    Object.entries(EXPECTED_COUNTS).flatMap(([list, wanted]) => {
      const counts = some.flatMap(({ entries }) => entries[list] ?? []);
      if (counts.length === 0) return [];
      const share = mean(counts.map((count) => Number(count === wanted)));
      return [{ method, list, wanted, mean: mean(counts), share, n: counts.length }];
    }),
  );
}
