import type { ReportSection, TableOptions } from "corrigenda/report";
import type { Interval } from "corrigenda/stats";
import type { Evaluation } from "./evaluate.ts";
import { qualityOf, type RankedSystem } from "./evaluate-ranking.ts";
import { between, percent, plural, usdText } from "./report-texts.ts";

const SIMULATED =
  "Simulated: texts and verdicts are drawn by rule, prices are what the model named would cost; nothing here speaks of a method or a model.";

/** What the page says first: the best way of asking, whether it is told apart from the next, what it costs; a line a factor. */
export function answerSection(evaluation: Evaluation): ReportSection {
  const { provider, answer, ranking } = evaluation;
  const [best] = ranking.systems;
  const quality = best && qualityOf(ranking.by, best);
  const text =
    best && quality
      ? [bestText(evaluation, best, quality), leadText(evaluation, best), cheapText(evaluation, best)]
      : ["Nothing ranks: there is neither a judge nor a reference explanation."];
  return {
    title: "Answer",
    intro: [...(provider === "offline" ? [SIMULATED] : []), ...text].filter((one) => one !== "").join(" "),
    parts: answer.length === 0 ? [] : [{ table: answerTable(evaluation) }],
  };
}

function bestText({ ranking: { by } }: Evaluation, best: RankedSystem, quality: Interval): string {
  const price = `${usdText(best.usdPer1000)} per 1,000 explanations`;
  if (by === "judge")
    return `Best by the judge: ${best.system}, expected to win ${percent(quality.value)} of comparisons (95 % interval ${between(quality)}), for ${price}.`;
  const range = `${quality.low.toFixed(3)} to ${quality.high.toFixed(3)}`;
  return `Nearest to the references: ${best.system}, METEOR ${quality.value.toFixed(3)} (95 % interval ${range}), for ${price}.`;
}

function leadText({ ranking: { by, systems, lead } }: Evaluation, { first }: RankedSystem): string {
  const [, next] = systems;
  if (!next || !lead) return "";
  const [scale, unit, digits] = by === "judge" ? ([100, "percentage points", 1] as const) : ([1, "places", 2] as const);
  const shown = (value: number): string => (scale * value).toFixed(digits).replace("-", "−");
  const told = lead.low > 0 ? "the data tell the two apart" : "the data do not tell the two apart";
  return `It leads ${next.system} by ${shown(lead.value)} ${unit} (${shown(lead.low)} to ${shown(lead.high)}): ${told}. In ${percent(first ?? 0)} of resamples it comes first.`;
}

/** The cheapest way that nothing beats, where it is not the best itself. */
function cheapText({ ranking: { by, systems } }: Evaluation, best: RankedSystem): string {
  const front = systems.filter(({ onFront }) => onFront).sort((a, b) => a.usdPer1000 - b.usdPer1000);
  const [least] = front;
  const quality = least && qualityOf(by, least);
  if (!least || !quality || least.system === best.system || best.usdPer1000 === 0) return "";
  const value = by === "judge" ? percent(quality.value) : quality.value.toFixed(3);
  const saved = percent(1 - least.usdPer1000 / best.usdPer1000);
  return `Of ${plural(front.length, "way")} that no other beats in quality and cost the cheapest is ${least.system}: ${value} for ${usdText(least.usdPer1000)}, ${saved} less.`;
}

function answerTable({ answer, ranking: { by } }: Evaluation): TableOptions {
  const gain =
    by === "judge"
      ? { label: "expected wins gained on the next", unit: "share", digits: 3 }
      : { label: "METEOR gained on the next", digits: 4 };
  return {
    id: "answer",
    caption: "The best level of each factor, all else equal; Factors has all comparisons with adjusted p",
    columns: [
      { key: "factor", label: "factor" },
      { key: "best", label: "best" },
      { key: "next", label: "next best" },
      { key: "gain", note: "95 % interval", ...gain },
      { key: "told", label: "told apart", note: "interval without 0" },
      { key: "usd", label: "cost of 1,000", unit: "US dollars", digits: 4 },
      { key: "usdNext", label: "of the next", unit: "US dollars", digits: 4 },
    ],
    rows: answer.map(({ factor, best, next, gain, usdPer1000, usdNext }) => ({
      ...{ factor, best, next: next ?? "only level asked for", gain: gain && { ...gain } },
      ...{ told: gain && gain.low > 0, usd: usdPer1000, usdNext },
    })),
  };
}
