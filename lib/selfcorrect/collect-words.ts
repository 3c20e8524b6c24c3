import { z } from "zod";
import type { Summary } from "./summary.ts";
import type { TraceStatistics } from "./summary-tally.ts";
import { NONE } from "./types.ts";

/** timing.json: what the last process made, and how fast. It differs from machine to machine. */
export const Timing = z.object({
  traces: z.number(),
  seconds: z.number(),
  traces_per_second: z.number().nullable(),
  calls: z.number(),
  /** Of the calls that were made, waits included. */
  latency_ms: z.object({ p50: z.number().nullable(), p95: z.number().nullable() }),
  concurrency: z.number(),
  provider: z.string(),
});
export type Timing = z.infer<typeof Timing>;

export interface Collected {
  readonly statistics: TraceStatistics;
  readonly summary: Summary;
  readonly timing: Timing | undefined;
}

/** What a finished run found, for the terminal. */
export function closingLines({ statistics: all, summary, timing }: Collected): string[] {
  const { pipeline_stats: stats, policy_stats: policy, feedback, provider } = summary;
  const percent = (n: number): string => `${((100 * n) / Math.max(1, all.traces)).toFixed(1)} %`;
  const asked = Object.entries(all.actions).filter(([id]) => id !== NONE);
  const favourites = asked.slice(0, 3).map(([id, n]) => `${id} ${n.toLocaleString("en-US")}`);
  return [
    `${all.traces.toLocaleString("en-US")} traces, ${all.failed} questions without one; ${summary.avg_turns_per_trace} turns a trace`,
    `right at first ${percent(all.right_first)}, at last ${percent(all.right_last)}: ${all.fixed} put right, ${all.broken} made wrong ` +
      `(feedback: ${feedback}, provider: ${provider})`,
    `policy ${policy.algorithm}: ${stats.policy_updates} updates, average reward ${policy.avg_reward}; asked again most with ${favourites.join(", ") || "nothing"}`,
    ...(timing ? [timingLine(timing)] : []),
  ];
}

function timingLine({ traces, seconds, traces_per_second, calls, latency_ms: { p50, p95 } }: Timing): string {
  const rate = traces_per_second === null ? "" : ` (${traces_per_second.toFixed(1)} a second)`;
  const latency =
    p50 === null || p95 === null ? "" : `; calls took ${p50.toFixed(0)} ms, 95 % less than ${p95.toFixed(0)} ms`;
  return `the last process made ${traces.toLocaleString("en-US")} traces in ${seconds.toFixed(1)} s${rate} with ${calls.toLocaleString("en-US")} calls${latency}`;
}
