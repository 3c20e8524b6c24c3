import type { ReportPart, ReportSection, TableOptions } from "corrigenda/report";
import type { Evaluation } from "./evaluate.ts";
import { confusionFigure, qwkFigure, scorerName } from "./report-figures.ts";

/** What a model and the baseline reached on held-out essays. */
export function evaluationSection(name: string, evaluation: Evaluation): ReportSection {
  const { provider, scored, essays, failed, partial, baseline, length, dispersion } = evaluation;
  const figures = [qwkFigure(name, evaluation), confusionFigure(name, evaluation)];
  const whose = provider === "offline" ? "A simulator answered: its figures say nothing about any model. " : "";
  return {
    title: `Evaluation of ${scorerName(evaluation)}`,
    intro: `${whose}${count(scored)} of ${count(essays)} held-out essays scored, ${count(failed)} failed, ${count(partial)} by fewer than three passes. The baseline is a ridge regression over ${count(baseline.columns)} features that learned from the ${count(baseline.essays)} training essays alone. Correlation with the number of words: bands given ${number(length.given)}, model ${number(length.model)}, baseline ${number(length.baseline)}. Passes are ${number(dispersion.mean)} bands apart on average; ${count(dispersion.low_confidence)} scores are of low confidence.`,
    parts: [
      ...figures.flatMap((figure): ReportPart[] => (figure ? [{ figure }] : [])),
      { table: agreementTable(name, evaluation) },
    ],
  };
}

function agreementTable(name: string, { agreement }: Evaluation): TableOptions {
  const cell = ({ value, low, high }: Evaluation["agreement"][number]["model"]["qwk"]) =>
    low === null || high === null ? value : { value, low, high };
  return {
    id: `agreement-${name}`,
    caption: "Agreement with the bands given, with 95 % bootstrap intervals; the difference is paired",
    columns: [
      { key: "band", label: "band" },
      { key: "n", label: "essays" },
      { key: "measure", label: "measure" },
      ...["model", "baseline", "difference"].map((key) => ({ key, label: key, digits: 2 })),
    ],
    rows: agreement.flatMap(({ target, n, model, baseline, difference }) =>
      MEASURE_NAMES.map(([measure, label]) => ({
        ...{ band: target, n, measure: label, model: cell(model[measure]), baseline: cell(baseline[measure]) },
        difference: cell(difference[measure]),
      })),
    ),
  };
}

const MEASURE_NAMES = [
  ["qwk", "QWK"],
  ["mae", "mean distance, bands"],
  ["within_05", "share within 0.5"],
  ["within_10", "share within 1.0"],
] as const;

export function count(value: number): string {
  return value.toLocaleString("en-US");
}

export function number(value: number | null | undefined): string {
  return typeof value === "number" ? value.toFixed(2).replace("-", "−") : "not defined";
}
