import { FEW, type OpeRow } from "./ope-rows.ts";

/** The rows of ope.jsonl as a table for the terminal. */
export function opeWords(rows: readonly OpeRow[]): Readonly<Record<string, string | number>>[] {
  return rows.map((row) => {
    const { policy, per, estimator, value, low, high, n, effective_sample_size, max_weight, setting } = row;
    return {
      ...{ policy, per, estimator, value: value.toFixed(4), "95 %": `${low.toFixed(4)} to ${high.toFixed(4)}`, n },
      ...{ ess: Math.round(effective_sample_size), "max weight": max_weight.toPrecision(3) },
      ...{ "tau, lambda": setting === null ? "" : setting.toPrecision(3), note: noteOf(row) },
    };
  });
}

function noteOf({ estimator, effective_sample_size, setting }: OpeRow): string {
  if (estimator === "dm" || setting === 0) return "the model alone";
  return effective_sample_size < FEW ? "few" : "";
}
