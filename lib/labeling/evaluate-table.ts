import type { Evaluation, EvaluationRow } from "./evaluate.ts";
import type { OverrideCell } from "./overrides.ts";

/** Scores for the terminal. */
export function scoreTable(rows: readonly EvaluationRow[]): Record<string, string>[] {
  return rows.map(({ system, level, rule, precision, recall, f1, low, high }) => ({
    ...{ after: system, level: level === "datasets" ? "data sets" : "mentions", names: rule },
    ...{ precision: precision.toFixed(2), recall: recall.toFixed(2) },
    F1: low === null || high === null ? f1.toFixed(2) : `${f1.toFixed(2)} [${low.toFixed(2)}, ${high.toFixed(2)}]`,
  }));
}

/** Overrides for the terminal. */
export function overrideTable(cells: readonly OverrideCell[]): Record<string, string | number>[] {
  return cells.map(({ process, from, to, mentions, right, wrong }) => ({ process, from, to, mentions, right, wrong }));
}

export function evaluationSentence({ documents, prefilter, metrics }: Evaluation, provider: string): string {
  const { value, low, high } = metrics.headline;
  const ends = low === null || high === null ? "" : ` [${low.toFixed(2)}, ${high.toFixed(2)}]`;
  const simulated = provider === "offline" ? " (simulated: it says nothing about any model)" : "";
  return `${metrics.headline.name} ${value.toFixed(2)}${ends} on ${documents.length} documents${simulated}; the prefilter keeps ${prefilter.kept} of ${prefilter.withGold} pages with a gold name`;
}
