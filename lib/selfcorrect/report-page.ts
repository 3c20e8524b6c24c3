import type { Report, ReportPart, ReportSection, TableOptions } from "corrigenda/report";
import type { Interval } from "corrigenda/stats";
import { ANSWERERS } from "corrigenda/text";
import { z } from "zod";
import type { Evaluation } from "./evaluate-result.ts";
import type { TraceMetrics } from "./metrics-tally.ts";
import { type CostFacts, claimsSection, costSection, points } from "./report-claims.ts";
import { comparisonSection, gainOf } from "./report-evaluation.ts";
import { type RegretLine, regretSection } from "./report-regret.ts";
import { type ShownTrace, traceDetails, traceTable } from "./report-traces.ts";
import {
  accuracyFigure,
  actionFigure,
  calibrationFigure,
  count,
  rewardFigure,
  transitionFigure,
} from "./report-traces-figures.ts";

/** Of a run's config.json, what its report names. */
export const TracesConfig = z.object({
  ...{ model: z.string(), algorithm: z.string(), seed: z.number() },
  ...{ temperature: z.number().nullish(), maxTokens: z.number().optional(), repetition: z.number().default(0) },
  provider: z.looseObject({ name: z.enum(ANSWERERS) }).optional(),
});

export interface SelfcorrectReportInput extends CostFacts {
  readonly run: string;
  readonly model: string;
  readonly algorithm: string;
  /** One for each data set and kind of feedback. */
  readonly metrics: readonly TraceMetrics[];
  /** Questions without a trace. */
  readonly failed: number;
  readonly evaluation: Evaluation | undefined;
  readonly regret: readonly RegretLine[];
  readonly shown: readonly ShownTrace[];
}

/** The page of a run of traces, as data; it reads the same with and without a comparison. */
export function selfcorrectReport(input: SelfcorrectReportInput): Report {
  const { run, model, algorithm, metrics, evaluation, regret, shown } = input;
  const [first] = metrics;
  const traces = metrics.reduce((sum, { statistics }) => sum + statistics.traces, 0);
  const provider = first?.provider ?? "offline";
  const names = metrics.map(({ dataset }) => dataset).join(", ");
  return {
    title: `Asking again: ${names === "" ? run : names}`,
    question: "When is it worth asking a model again, with which words, and when is it better to stop?",
    provider: provider === "offline" ? "offline" : `${provider}, ${model}`,
    facts: {
      ...{ run, traces: count(traces), policy: algorithm },
      feedback: [...new Set(metrics.map(({ feedback }) => feedback))].join(", "),
      ...(input.failed > 0 && { "without a trace": count(input.failed) }),
    },
    stats: first ? statsOf(first, evaluation) : [],
    sections: [
      ...metrics.flatMap((one) => traceSections(one, metrics.length > 1)),
      comparisonSection(run, evaluation),
      ...(regret.length > 0 ? [regretSection(regret)] : []),
      costSection(metrics, input),
      claimsSection(metrics, input, evaluation),
      {
        title: "Traces",
        intro: "How single questions went: ● right, ○ wrong. Answers and prompts are shown as they came.",
        parts: shown.length === 0 ? [] : [{ table: traceTable(shown) }],
      },
    ],
    details: traceDetails(shown),
  };
}

function statsOf(own: TraceMetrics, evaluation: Evaluation | undefined): NonNullable<Report["stats"]> {
  const { accuracy, delta, fixed, broken, tokens, statistics, provider, feedback } = own;
  const gain = evaluation && gainOf(evaluation);
  const shown = gain?.difference ?? delta;
  const n = gain?.questions ?? statistics.traces;
  const whose = `${feedback === "oracle" ? ", feedback oracle" : ""}${provider === "offline" ? ", simulated" : ""}`;
  const [first, last] = [accuracy[0], accuracy.at(-1)];
  return [
    {
      label: gain ? "Gained over never asking again" : "Change in accuracy",
      value: `${points(shown.value)} points`,
      note: `95 %: ${points(shown.low)} to ${points(shown.high)}, n = ${count(n)} questions${whose}`,
    },
    ...(first && last
      ? [
          { label: "Right at the first answer", value: percent(first), note: interval(first) },
          { label: "Right at the last answer", value: percent(last), note: interval(last) },
        ]
      : []),
    { label: "Wrong to right", value: percent(fixed), note: `right to wrong ${percent(broken)}` },
    {
      label: "Tokens per trace",
      value: count(Math.round(tokens.value)),
      note: `${own.turns.value.toFixed(2)} answers`,
    },
  ];
}

/** What the traces of one data set show. */
function traceSections(metrics: TraceMetrics, isOneOfMany: boolean): ReportSection[] {
  const { dataset, feedback, calibration, statistics } = metrics;
  const name = isOneOfMany ? `-${dataset}-${feedback}`.toLowerCase().replace(/[^a-z0-9-]+/g, "-") : "";
  const of = isOneOfMany ? `: ${dataset}, feedback ${feedback}` : "";
  const isAnyAction = Object.keys(statistics.actions).length > 0;
  const policy: ReportPart[] = [
    { figure: transitionFigure(name, metrics) },
    ...(isAnyAction ? [{ figure: actionFigure(name, metrics) }, { figure: rewardFigure(name, metrics) }] : []),
  ];
  return [
    {
      title: `Accuracy by turn${of}`,
      intro: FEEDBACK[feedback],
      parts: [{ figure: accuracyFigure(name, metrics) }, { table: traceFigures(name, metrics) }],
    },
    {
      title: `Modes, actions, rewards${of}`,
      intro: `What the classifier saw, what the policy did about it, and what that earned. ${count(statistics.turns)} answers.`,
      parts: policy,
    },
    {
      title: `Confidence${of}`,
      intro: `Expected calibration error ${fixed3(calibration.ece)}, Brier score ${fixed3(calibration.brier)} over ${count(calibration.n)} answers of all turns; answers of one question are not independent.`,
      parts: calibration.n > 0 ? [{ figure: calibrationFigure(name, metrics) }] : [],
    },
  ];
}

const FEEDBACK = {
  oracle:
    "Feedback oracle: a trace stops as soon as its answer is right by the reference. No figure of this run says what asking again does where nobody knows the answer.",
  none: "Feedback none: the policy saw the turn and its last prompt alone.",
  classifier: "Feedback classifier: the policy saw what a classifier made of the answers, never the reference.",
} as const;

/** Every figure of the traces with its interval, by the names of the literature. */
function traceFigures(name: string, metrics: TraceMetrics): TableOptions {
  const { accuracy, majority, pass, delta, fixed, broken, flips, turns, tokens, tokensPerImprovement } = metrics;
  const k = accuracy.length;
  const rows: [string, Interval | undefined][] = [
    ["Acc@t1", accuracy[0]],
    [`Acc@t${k}`, accuracy.at(-1)],
    [`Δ(t1, t${k})`, delta],
    ["Δ right to wrong", broken],
    ["Δ wrong to right", fixed],
    [`m1@t${k}`, majority.at(-1)],
    [`p1@t${k} (knows the reference)`, pass.at(-1)],
    ["answers changed by a re-prompt", flips],
    ["answers per trace", turns],
    ["tokens per trace", tokens],
    ["tokens per improvement", tokensPerImprovement],
  ];
  return {
    id: `figures${name}`,
    caption: "The traces in figures, with 95 % intervals",
    columns: [
      { key: "what", label: "figure" },
      { key: "value", label: "value" },
    ],
    rows: rows.map(([what, value]) => ({ what, value: value ?? null })),
  };
}

function percent({ value }: Interval): string {
  return `${(100 * value).toFixed(1)} %`;
}

function interval({ low, high }: Interval): string {
  return `95 %: ${(100 * low).toFixed(1)} to ${(100 * high).toFixed(1)}`;
}

function fixed3(value: number): string {
  return Number.isNaN(value) ? "not defined" : value.toFixed(3);
}
