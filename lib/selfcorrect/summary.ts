import type { Metrics } from "corrigenda/results";
import { wilson } from "corrigenda/stats";
import type { TraceStatistics } from "./summary-tally.ts";
import type { Feedback, Policy } from "./types.ts";

/** summary_YYYYMMDD_HHMMSS.json. Source: R4.50. */
export interface Summary {
  readonly pipeline_stats: {
    readonly traces_processed: number;
    readonly total_turns: number;
    readonly policy_updates: number;
    /** ISO 8601, UTC. */
    readonly start_time: string;
  };
  /** algorithm, total_actions and what the algorithm counts, and the mean reward of a decision. Source: R4.45, R4.51. */
  readonly policy_stats: ReturnType<Policy["stats"]> & { readonly avg_reward: number };
  readonly duration_seconds: number;
  readonly traces_per_second: number;
  readonly avg_turns_per_trace: number;
  readonly completed_at: string;
  /** Not in the source: what a number of a run without a real model, or with an oracle, must say. */
  readonly feedback: Feedback;
  readonly provider: string;
}

export interface SummaryInput {
  readonly statistics: Pick<TraceStatistics, "traces" | "turns" | "avg_reward" | "started" | "ended">;
  readonly policy: Pick<Policy, "stats">;
  readonly updates: number;
  readonly feedback: Feedback;
  readonly provider: string;
}

/** The source's summary of a run, rates and means to three digits. Its time is that of its answers, the first to the last. */
export function summaryOf({ statistics, policy, updates, feedback, provider }: SummaryInput): Summary {
  const { traces, turns, avg_reward, started, ended } = statistics;
  const seconds = traces === 0 ? 0 : (Date.parse(ended) - Date.parse(started)) / 1_000;
  return {
    pipeline_stats: {
      ...{ traces_processed: traces, total_turns: turns, policy_updates: updates },
      start_time: started,
    },
    policy_stats: { ...policy.stats(), avg_reward: rounded(avg_reward) },
    duration_seconds: rounded(seconds),
    traces_per_second: rounded(seconds > 0 ? traces / seconds : 0),
    avg_turns_per_trace: rounded(traces > 0 ? turns / traces : 0),
    completed_at: ended,
    ...{ feedback, provider },
  };
}

/** metrics.json of a run of traces. @param provider who answered */
export function traceMetrics(all: TraceStatistics, provider: string): Metrics {
  const { traces: n, right_first, right_last, fixed, broken, turns, tokens, reprompt_tokens } = all;
  const share = (name: string, hits: number) => ({ name, ...wilson(hits, n), n, unit: "share", provider });
  const mean = (name: string, sum: number, unit: string) => ({
    ...{ name, value: n === 0 ? 0 : sum / n, low: null, high: null, n, unit, provider },
  });
  return {
    headline: share("accuracy of the last answer", right_last),
    metrics: [
      share("accuracy of the first answer", right_first),
      share("wrong at first, right at last", fixed),
      share("right at first, wrong at last", broken),
      mean("change in accuracy", right_last - right_first, "share"),
      mean("turns per trace", turns, "turns"),
      mean("tokens per trace", tokens, "tokens"),
      mean("tokens of re-prompts per trace", reprompt_tokens, "tokens"),
      { ...mean("reward of a decision", 0, "reward"), value: all.avg_reward },
    ],
  };
}

function rounded(x: number): number {
  return Math.round(x * 1_000) / 1_000;
}
