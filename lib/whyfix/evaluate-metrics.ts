import type { Interval } from "corrigenda/stats";
import type { Evaluation } from "./evaluate.ts";
import type { LevelDifference, LevelMean, Measure } from "./evaluate-factors.ts";
import { qualityOf } from "./evaluate-ranking.ts";
import { SCORES } from "./evaluate-scores.ts";
import type { JudgedDifference } from "./judge-differences.ts";
import type { Metric } from "./summary.ts";

/** What measures are called wherever they are shown. */
export const MEASURE_NAMES: Readonly<Record<Measure, string>> = {
  bleu: "BLEU",
  bleu1: "BLEU, smoothing 1",
  bleu2: "BLEU, smoothing 2",
  meteor: "METEOR",
  rouge1: "ROUGE-1",
  rouge2: "ROUGE-2",
  rougeL: "ROUGE-L",
  chrf: "chrF",
  words: "words",
  within: "within the word limit",
  complete: "all entries asked for",
};

/** One number as it is drawn, and as metrics.json has it: without an interval the ends are null. */
type Named = Omit<Metric, "low" | "high"> & { readonly low: number | null; readonly high: number | null };

export const meanName = ({ factor, level, measure }: Pick<LevelMean, "factor" | "level" | "measure">): string =>
  `${factor} ${level}: ${MEASURE_NAMES[measure]}`;
export const differenceName = ({ factor, level, against, measure }: Omit<LevelDifference, "difference">): string =>
  `${factor} ${level} less ${against}: ${MEASURE_NAMES[measure]}`;
export const judgedName = ({ factor, level, against }: JudgedDifference): string =>
  `${factor} ${level} against ${against}: share of judged pairs won`;

/** Every number of an evaluation that a figure or a table of the report shows with an interval, in their order. */
export function evaluationMetrics(evaluation: Evaluation): { headline: Named; metrics: Named[] } {
  const { provider, ranking, means, differences, judge, explanations } = evaluation;
  const metric = (name: string, interval: Interval, n: number, unit: string): Named => {
    const { value, low, high } = interval;
    return { name, value, low, high, n, unit, provider };
  };
  const bare = (name: string, value: number, n: number, unit: string): Named => ({
    ...{ name, value, low: null, high: null, n, unit, provider },
  });
  const [best] = ranking.systems;
  const quality = best && qualityOf(ranking.by, best);
  const unit = ranking.by === "judge" ? "share" : "score in 0 to 1";
  const headline =
    best && quality
      ? metric(
          `best by ${ranking.by}: ${best.system}: ${qualityName(ranking.by)}`,
          quality,
          ranking.by === "judge" ? best.judged : best.n,
          unit,
        )
      : bare("explanations evaluated", explanations, explanations, "explanations");
  return {
    headline,
    metrics: [
      ...ranking.systems.flatMap((one) => [
        ...(one.wins ? [metric(`${one.system}: ${qualityName("judge")}`, one.wins, one.judged, "share")] : []),
        ...(one.rank ? [metric(`${one.system}: mean place by METEOR`, one.rank, one.n, "place")] : []),
        ...(one.meteor ? [metric(`${one.system}: METEOR`, one.meteor, one.n, "score in 0 to 1")] : []),
        bare(`${one.system}: cost of 1,000 explanations`, one.usdPer1000, one.n, "US dollars"),
      ]),
      ...means.map((one) => metric(meanName(one), one.mean, one.n, unitOf(one.measure))),
      ...differences.map((one) => metric(differenceName(one), one.difference, one.pairs, unitOf(one.measure))),
      ...(judge?.differences ?? []).map((one) => metric(judgedName(one), one.wins, one.pairs, "share")),
      ...(judge?.agreement ?? []).map(({ criterion, same }) =>
        metric(`judge with itself: ${criterion}`, same, judge?.pairs ?? 0, "share"),
      ),
    ],
  };
}

/** What the order of the ranking measures. */
export function qualityName(by: "judge" | "reference" | null): string {
  return by === "judge" ? "expected share of wins before the judge" : "METEOR";
}

function unitOf(measure: Measure): string {
  if (measure === "words") return "words";
  return (SCORES as readonly string[]).includes(measure) ? "score in 0 to 1" : "share";
}
