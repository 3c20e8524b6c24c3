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

/** Every number of an evaluation that a figure of the report draws, in their order; first the best way of asking. */
export function evaluationMetrics(evaluation: Evaluation): { headline: Named; metrics: Named[] } {
  const { provider, means, differences, judge } = evaluation;
  const metric = namer(provider);
  return {
    headline: headlineOf(evaluation),
    metrics: [
      ...rankingMetrics(evaluation),
      ...evaluation.answer.flatMap(({ factor, best, next, gain }) =>
        gain === null
          ? []
          : [metric(`${factor}: ${best} gains on ${next}`, gain, evaluation.explanations, gainUnit(evaluation))],
      ),
      ...means.map((one) => metric(meanName(one), one.mean, one.n, unitOf(one.measure))),
      ...differences.map((one) => metric(differenceName(one), one.difference, one.pairs, unitOf(one.measure))),
      ...(judge?.differences ?? []).map((one) => metric(judgedName(one), one.wins, one.pairs, "share")),
      ...peopleMetrics(evaluation),
      ...(judge?.agreement ?? []).map(({ criterion, same }) =>
        metric(`judge with itself: ${criterion}`, same, judge?.pairs ?? 0, "share"),
      ),
    ],
  };
}

/** Makes metrics; a bare number has no interval. */
function namer(provider: string) {
  return (name: string, given: Interval | number, n: number, unit: string): Named => {
    const { value, low, high } = typeof given === "number" ? { value: given, low: null, high: null } : given;
    return { name, value, low, high, n, unit, provider };
  };
}

function headlineOf({ provider, ranking: { by, systems }, explanations }: Evaluation): Named {
  const metric = namer(provider);
  const [best] = systems;
  const quality = best && qualityOf(by, best);
  if (!best || !quality) return metric("explanations evaluated", explanations, explanations, "explanations");
  const name = `best by ${by}: ${best.system}: ${qualityName(by)}`;
  return by === "judge"
    ? metric(name, quality, best.judged, "share")
    : metric(name, quality, best.n, "score in 0 to 1");
}

function rankingMetrics({ provider, ranking }: Evaluation): Named[] {
  const [metric, { systems }] = [namer(provider), ranking];
  const lead = ranking.lead
    ? [metric("lead of the best over the next", ranking.lead, systems.length, unitOfLead(ranking.by))]
    : [];
  const each = systems.flatMap(({ system, wins, judged, rank, meteor, n, usdPer1000 }) => [
    ...(wins ? [metric(`${system}: ${qualityName("judge")}`, wins, judged, "share")] : []),
    ...(rank ? [metric(`${system}: mean place by METEOR`, rank, n, "place")] : []),
    ...(meteor ? [metric(`${system}: METEOR`, meteor, n, "score in 0 to 1")] : []),
    metric(`${system}: cost of 1,000 explanations`, usdPer1000, n, "US dollars"),
  ]);
  return [...lead, ...each];
}

const gainUnit = ({ ranking: { by } }: Evaluation): string => (by === "judge" ? "share" : "score in 0 to 1");
const unitOfLead = (by: "judge" | "reference" | null): string => (by === "judge" ? "share" : "places");

function peopleMetrics({ provider, people }: Evaluation): Named[] {
  const metric = namer(provider);
  if (!people) return [];
  const { systems, correlations, pairs } = people;
  return [
    ...systems.flatMap(({ system, points, errors }) =>
      Object.entries(points).map(([scale, mean]) =>
        metric(`people: ${system}: ${scale}`, mean, errors, "points, 1 to 5"),
      ),
    ),
    ...correlations.flatMap(({ scale, systems: n, kendall, spearman }) => [
      { ...metric(`people and ranking: Kendall's tau-b, ${scale}`, kendall.value, n, "coefficient"), ...kendall },
      { ...metric(`people and ranking: Spearman's rho, ${scale}`, spearman.value, n, "coefficient"), ...spearman },
    ]),
    ...(pairs ? [metric("people and judge: pairs with the same verdict", pairs.same, pairs.pairs, "share")] : []),
  ];
}

/** What the order of the ranking measures. */
export function qualityName(by: "judge" | "reference" | null): string {
  return by === "judge" ? "expected share of wins before the judge" : "METEOR";
}

function unitOf(measure: Measure): string {
  if (measure === "words") return "words";
  return (SCORES as readonly string[]).includes(measure) ? "score in 0 to 1" : "share";
}
