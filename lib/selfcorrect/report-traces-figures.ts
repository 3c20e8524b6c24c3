import type { ChartOptions, Trace } from "corrigenda/report";
import type { Interval } from "corrigenda/stats";
import { MODES, type TraceMetrics } from "./metrics-tally.ts";
import { NONE } from "./types.ts";

/** Accuracy by turn, with what the majority and any answer so far would have reached. */
export function accuracyFigure(name: string, { accuracy, majority, pass, statistics }: TraceMetrics): ChartOptions {
  const line = (label: string, of: readonly Interval[], more: Partial<Trace> = {}): Trace => ({
    ...{ type: "scatter", mode: "lines+markers", name: label, x: of.map((_, at) => at + 1) },
    ...{ y: of.map(({ value }) => value), ...more },
  });
  const interval = { low: accuracy.map(({ low }) => low), high: accuracy.map(({ high }) => high) };
  return {
    id: `accuracy-by-turn${name}`,
    title: "Accuracy by turn",
    caption: `Points: share of ${count(statistics.traces)} traces; a trace that has ended keeps its last answer. Lines at "last answer": 95 % interval. "Any answer so far" knows the reference: no policy can do that.`,
    x: { title: "answers so far" },
    y: { title: "share right" },
    data: [
      line("last answer (Acc@t)", accuracy, { interval }),
      line("majority so far (m1@t)", majority, { line: { dash: "dash" } }),
      line("any answer so far (p1@t)", pass, { line: { dash: "dot" } }),
    ],
    layout: { xaxis: { dtick: 1 } },
  };
}

/** How the classifier's word on an answer goes over into that on the next one. */
export function transitionFigure(name: string, { transitions }: TraceMetrics): ChartOptions {
  const used = MODES.map((_, at) => at).filter((at) =>
    transitions.some((row, from) => (row[at] ?? 0) > 0 || (from === at && row.some((n) => n > 0))),
  );
  const names = used.map((at) => (MODES[at] ?? "").replaceAll("_", " "));
  const z = used.map((from) => used.map((to) => transitions[from]?.[to] ?? 0));
  return {
    id: `transitions${name}`,
    title: "From mode to mode",
    caption: "Cells: pairs of answers that follow each other, by what the classifier called each of them.",
    x: { title: "next answer" },
    y: { title: "answer" },
    data: [
      {
        ...{ type: "heatmap", x: names, y: names, z, xgap: 1, ygap: 1, showscale: false },
        ...{ text: z.map((row) => row.map((n) => (n === 0 ? "" : count(n)))), texttemplate: "%{text}" },
        hovertemplate: "%{y}, then %{x}: %{z}<extra></extra>",
      },
    ],
    layout: {
      xaxis: { type: "category", tickangle: -35, automargin: true },
      yaxis: { type: "category", autorange: "reversed", automargin: true },
    },
    height: 440,
  };
}

/** How often each action was taken; stopping first. */
export function actionFigure(name: string, { statistics }: TraceMetrics): ChartOptions {
  const taken = Object.entries(statistics.actions);
  const decisions = taken.reduce((sum, [, n]) => sum + n, 0);
  return {
    id: `actions${name}`,
    title: "What was decided",
    caption: `Bars: share of ${count(decisions)} decisions.`,
    x: { title: "share of decisions" },
    y: { title: "action" },
    data: [
      {
        ...{ type: "bar", orientation: "h", x: taken.map(([, n]) => n / decisions) },
        y: taken.map(([id]) => (id === NONE ? "none (stop)" : id)),
        text: taken.map(([, n]) => count(n)),
        hovertemplate: "%{y}: %{text} of all decisions<extra></extra>",
        ...{ textposition: "none", showlegend: false },
      },
    ],
    layout: { yaxis: { autorange: "reversed", automargin: true, tickfont: { size: 11 }, dtick: 1 } },
    height: 120 + 17 * taken.length,
  };
}

/** The mean reward of a decision over stretches of traces. */
export function rewardFigure(name: string, { statistics: { reward_trend: trend } }: TraceMetrics): ChartOptions {
  return {
    id: `reward${name}`,
    title: "Reward as traces go by",
    caption:
      "Points: mean reward of a decision over a stretch of equally many traces, drawn at its end; stopping earns 0.",
    x: { title: "traces" },
    y: { title: "mean reward", unit: "corrected answers" },
    data: [
      {
        ...{ type: "scatter", mode: "lines+markers", showlegend: false },
        ...{ x: trend.map(({ traces }) => traces), y: trend.map(({ avg_reward }) => avg_reward) },
      },
    ],
    height: 320,
  };
}

/** Confidence against what it promised. */
export function calibrationFigure(name: string, { calibration: { bins, n } }: TraceMetrics): ChartOptions {
  return {
    id: `calibration${name}`,
    title: "How often answers of a confidence are right",
    caption: `Points: up to 15 bins of equal width, ${count(n)} answers; lines: Wilson's 95 % interval. On the diagonal confidence and share agree.`,
    x: { title: "mean confidence of the bin" },
    y: { title: "share right" },
    data: [
      {
        ...{ type: "scatter", mode: "markers", name: "answers", x: bins.map(({ confidence }) => confidence) },
        ...{ y: bins.map(({ share }) => share.value), text: bins.map((bin) => `${count(bin.n)} answers`) },
        interval: { low: bins.map(({ share }) => share.low), high: bins.map(({ share }) => share.high) },
      },
      { type: "scatter", mode: "lines", name: "agreement", x: [0, 1], y: [0, 1], line: { dash: "dot" } },
    ],
    layout: { xaxis: { range: [0, 1] }, yaxis: { range: [0, 1] } },
  };
}

export function count(value: number): string {
  return value.toLocaleString("en-US");
}
