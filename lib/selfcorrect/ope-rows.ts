import type { Metrics } from "corrigenda/results";
import type { PolicyValue } from "corrigenda/stats";
import type { OpeLog } from "./ope-decisions.ts";

/** A line of ope.jsonl. */
export interface OpeRow {
  readonly policy: string;
  /**
   * "decision": the mean reward of the next action, in the contexts that the log met. "trace": the mean sum of rewards of a
   * whole trace that the policy would have made.
   */
  readonly per: "decision" | "trace";
  readonly estimator: string;
  readonly value: number;
  readonly low: number;
  readonly high: number;
  readonly error: number;
  /** Decisions, or traces. */
  readonly n: number;
  readonly effective_sample_size: number;
  readonly max_weight: number;
  /** Weights that were left to the model. */
  readonly clipped: number;
  /** tau or lambda; null for Infinity (doubly robust) and where there is none. */
  readonly setting: number | null;
}

/** Fewer effective decisions than this are called too few. */
export const FEW = 100;
export function opeRow(
  policy: string,
  per: OpeRow["per"],
  estimator: string,
  { value, low, high, error, n, effectiveSampleSize, maxWeight, clipped, setting }: PolicyValue & { setting?: number },
): OpeRow {
  return {
    ...{ policy, per, estimator, value, low, high, error, n },
    ...{ effective_sample_size: effectiveSampleSize, max_weight: maxWeight, clipped },
    setting: setting === undefined || setting === Infinity ? null : setting,
  };
}

/** The doubly robust value of the first policy that asks again leads; where there is none, the log's own mean. */
export function metricsOf(rows: readonly OpeRow[], provider: string, feedback: OpeLog["feedback"]): Metrics {
  const metrics = rows.map(({ policy, per, estimator, value, low, high, n }) => ({
    ...{ name: `reward per ${per} of ${policy}, ${estimator}, feedback ${feedback}`, value, low, high, n },
    ...{ unit: "corrected answers", provider },
  }));
  const lead = rows.findIndex(({ policy, estimator }) => estimator === "dr" && policy !== "never");
  return { headline: metrics[Math.max(0, lead)] as Metrics["headline"], metrics };
}
