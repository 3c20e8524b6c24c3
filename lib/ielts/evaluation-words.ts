import type { Metric, Metrics } from "corrigenda/results";
import type { Evaluation } from "./evaluate.ts";

/** metrics.json: QWK of the model on overall bands leads; what is not defined for these essays is left out. */
export function evaluationMetrics({ agreement: all, provider }: Pick<Evaluation, "agreement" | "provider">): Metrics {
  const metrics = all.flatMap(({ target, n, ...scorers }) =>
    (["model", "baseline", "difference"] as const).flatMap((who) =>
      Object.entries(scorers[who]).flatMap(([measure, { value, low, high }]): Metric[] => {
        const unit = measure === "qwk" ? "kappa" : measure === "mae" ? "bands" : "share";
        // The baseline is no model: its figures are real whoever answered.
        const whose = who === "baseline" ? "baseline" : provider;
        return value === null
          ? []
          : [{ name: `${target} ${measure}, ${who}`, value, low, high, n, unit, provider: whose }];
      }),
    ),
  );
  const [headline, ...rest] = metrics;
  return {
    headline: headline ?? { name: "overall qwk", value: 0, low: null, high: null, n: 0, unit: "kappa", provider },
    metrics: rest,
  };
}

/** For the terminal: a row per measure of the overall band and of each criterion. */
export function evaluationRows({ agreement: all }: Evaluation): Record<string, string | number>[] {
  const show = ({ value, low, high }: { value: number | null; low: number | null; high: number | null }): string => {
    if (value === null) return "not defined";
    return low === null || high === null
      ? value.toFixed(2)
      : `${value.toFixed(2)} [${low.toFixed(2)}, ${high.toFixed(2)}]`;
  };
  return all.flatMap(({ target, n, model, baseline, difference }) =>
    (["qwk", "mae", "within_05", "within_10"] as const).map((measure) => ({
      ...{ band: target, n, measure, model: show(model[measure]), baseline: show(baseline[measure]) },
      difference: show(difference[measure]),
    })),
  );
}

/** What the table does not say. */
export function evaluationWords(evaluation: Evaluation): string[] {
  const { essays, scored, failed, partial, passes, left_out, baseline, length, dispersion } = evaluation;
  const why = Object.entries(left_out).map(([reason, count]) => `${count} × ${reason}`);
  const r = (value: number | null | undefined): string =>
    typeof value === "number" ? value.toFixed(2) : "not defined";
  return [
    `${scored} of ${essays} essays scored, ${failed} failed, ${partial} by fewer than three passes; ${passes.failed} of ${passes.asked} passes failed`,
    ...(why.length === 0 ? [] : [`left out: ${why.join("; ")}`]),
    `baseline: ridge over ${baseline.columns} features, ${baseline.essays} training essays, penalty ${baseline.penalty}`,
    `correlation with the number of words: bands given ${r(length.given)}, model ${r(length.model)}, baseline ${r(length.baseline)}`,
    `passes: dispersion ${dispersion.mean.toFixed(2)} on average, ${dispersion.p95.toFixed(2)} at the 95th percentile; ${dispersion.low_confidence} of low confidence`,
  ];
}
