import type { ReportSection, TableOptions } from "corrigenda/report";
import type { Timing } from "./collect-words.ts";
import type { Evaluation } from "./evaluate-result.ts";
import type { TraceMetrics } from "./metrics-tally.ts";
import { gainOf } from "./report-evaluation.ts";
import { count } from "./report-traces-figures.ts";

export interface CostFacts {
  /** What the run's replies cost, US dollars. */
  readonly usd: number;
  /** Of the process that made the last traces; undefined where it left none. */
  readonly timing: Timing | undefined;
}

/** How fast and how dear the traces were. */
export function costSection(metrics: readonly TraceMetrics[], { usd, timing }: CostFacts): ReportSection {
  const traces = metrics.reduce((sum, { statistics }) => sum + statistics.traces, 0);
  const isOffline = metrics.some(({ provider }) => provider === "offline");
  return {
    title: "Cost and speed",
    intro: `${isOffline ? "Answers were simulated: costs are what their tokens would have cost, times are those of a service on this machine. " : ""}Times are those of the last process that made traces${timing ? `, ${timing.concurrency} at a time` : ""}.`,
    parts: [
      {
        table: {
          id: "cost",
          columns: [
            { key: "what", label: "what" },
            { key: "value", label: "value" },
          ],
          rows: [
            { what: "tokens per trace", value: mean(metrics, "tokens", traces) },
            {
              what: "tokens of re-prompts per wrong answer put right",
              value: single(metrics)?.tokensPerImprovement ?? null,
            },
            { what: "cost per trace, US dollars", value: traces === 0 ? null : usd / traces },
            { what: "traces per second", value: timing?.traces_per_second ?? null },
            { what: "duration of a call, median, ms", value: timing?.latency_ms.p50 ?? null },
            { what: "duration of a call that 95 % stay below, ms", value: timing?.latency_ms.p95 ?? null },
          ],
        },
      },
    ],
  };
}

/** What the source says of itself, beside what this run says. Source: R4.72 to R4.74. */
export function claimsSection(
  metrics: readonly TraceMetrics[],
  facts: CostFacts,
  evaluation: Evaluation | undefined,
): ReportSection {
  const [own] = metrics;
  const simulated = own?.provider === "offline" ? " (simulated)" : "";
  const said = (text: string | undefined): string => (text === undefined ? "not measured" : `${text}${simulated}`);
  return {
    title: "The source's claims",
    intro:
      "Figures that the source gives for itself, without data, beside this run's. Its speeds are those of a service's answers; of its gain in accuracy it does not say who knew the reference answer.",
    parts: [
      {
        table: {
          id: "claims",
          columns: [
            { key: "what", label: "what" },
            { key: "source", label: "the source", wide: true },
            { key: "here", label: "this run", wide: true },
          ],
          rows: [
            {
              what: "traces per second",
              source: "about 0.3 one by one, 1.2 with several at a time, 2.0 in batches",
              here: said(speedWords(facts)),
            },
            { what: "tokens per trace", source: "150 to 300", here: said(own?.tokens.value.toFixed(0)) },
            { what: "cost per trace", source: "$0.0003 to $0.0006", here: said(costWords(metrics, facts)) },
            { what: "accuracy gained", source: "15 to 25 %", here: said(gainWords(own, evaluation)) },
            {
              what: "traces until a policy has settled",
              source: "200 to 500 in each of 54 contexts, 10,000 to 25,000 in all",
              here: `not measured in one run; ${contextWords(metrics)}`,
            },
          ],
        } satisfies TableOptions,
      },
    ],
  };
}

function speedWords({ timing }: CostFacts): string | undefined {
  if (!timing || timing.traces_per_second === null) return undefined;
  return `${timing.traces_per_second.toFixed(1)}, ${timing.concurrency} at a time`;
}

function costWords(metrics: readonly TraceMetrics[], { usd }: CostFacts): string | undefined {
  const traces = metrics.reduce((sum, { statistics }) => sum + statistics.traces, 0);
  return traces === 0 ? undefined : `$${(usd / traces).toPrecision(2)}`;
}

function gainWords(own: TraceMetrics | undefined, evaluation: Evaluation | undefined): string | undefined {
  const gain = (evaluation && gainOf(evaluation)?.difference) ?? own?.delta;
  if (!gain || !own) return undefined;
  return `${points(gain.value)} points, 95 % ${points(gain.low)} to ${points(gain.high)}, feedback ${own.feedback}`;
}

function contextWords(metrics: readonly TraceMetrics[]): string {
  const seen = metrics.flatMap(({ contexts }) => Object.values(contexts)).sort((a, b) => a - b);
  const decisions = seen.reduce((sum, n) => sum + n, 0);
  return `${count(decisions)} decisions in ${seen.length} contexts, a median of ${count(seen[seen.length >> 1] ?? 0)} each`;
}

function mean(metrics: readonly TraceMetrics[], of: "tokens", traces: number): number | null {
  return traces === 0 ? null : metrics.reduce((sum, { statistics }) => sum + statistics[of], 0) / traces;
}

/** Intervals are those of one data set and one kind of feedback. */
function single(metrics: readonly TraceMetrics[]): TraceMetrics | undefined {
  return metrics.length === 1 ? metrics[0] : undefined;
}

/** A difference of shares, in percentage points. */
export function points(share: number): string {
  return `${share < 0 ? "−" : "+"}${Math.abs(100 * share).toFixed(1)}`;
}
