import type { PlanSummary } from "corrigenda/batch";
import { dollars } from "corrigenda/cli";
import { tellUnpriced } from "./calls.ts";
import type { CheckedQuestion } from "./job.ts";
import type { Workplace } from "./workplace.ts";

/** Says what the plan would cost, before anything is sent. */
export function approve<Row, Out>(
  place: Workplace,
  { guarded, maxCostUsd, calibration }: CheckedQuestion<Row, Out>,
  { summary, unpriced }: { readonly summary: PlanSummary; readonly unpriced: ReadonlySet<string> },
): void {
  const { log, provider } = place;
  guarded.verdict();
  tellUnpriced(place, unpriced, maxCostUsd);
  const spread = calibration ? ((calibration.high - calibration.low) / 2 / calibration.tokensPerByte) * 100 : 0;
  const counted = calibration ? ` ±${spread.toFixed(1)} % (${Math.min(calibration.n, summary.rows)} counted)` : "";
  const simulated = provider.name === "offline" ? ", simulated" : "";
  log.info(
    `plan: ${count(summary.requests)} requests (${count(summary.cached)} of ${count(summary.rows)} rows answered already, ` +
      `${count(summary.shared)} shared), ${count(summary.tokens)} input tokens${counted}, ` +
      `about ${dollars(summary.usd)} (${dollars(summary.usdLow)} to ${dollars(summary.usdHigh)}${simulated})`,
  );
}

function count(value: number): string {
  return Math.round(value).toLocaleString("en-US");
}
