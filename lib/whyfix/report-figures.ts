import type { Axis, ChartOptions, Trace } from "corrigenda/report";
import { type Interval, wilson } from "corrigenda/stats";
import type { Experiment } from "./experiment.ts";
import type { WordSpread } from "./report-records.ts";
import { between, count, percent, plural, total, usdText } from "./report-texts.ts";
import type { CellSummary } from "./summary.ts";

const METHOD: Axis = { title: "method" };

/** Answers of some cells that keep to the word limit; n counts answers with a limit alone. */
export interface Within extends Interval {
  readonly hits: number;
  readonly n: number;
}

/** Undefined where no cell has a limit and an answer. */
export function withinLimit(cells: readonly CellSummary[]): Within | undefined {
  const limited = cells.flatMap(({ words }) => (words?.limit === undefined ? [] : [words]));
  const n = total(limited.map((words) => words.n));
  const hits = total(limited.map(({ within }) => within));
  return n === 0 ? undefined : { ...wilson(hits, n), hits, n };
}

/** Share of explanations within their limit, a bar per method and length. */
export function withinFigure(cells: readonly CellSummary[], { levels }: Experiment): ChartOptions | undefined {
  if (withinLimit(cells) === undefined) return undefined;
  const limited = cells.filter(({ words }) => words?.limit !== undefined);
  const lengths = levels.length.filter(({ name }) => limited.some(({ length }) => length === name));
  const data = lengths.map(({ name, words }): Trace => {
    const bars = methodsOf(limited).flatMap((method) => {
      const within = withinLimit(limited.filter((cell) => cell.method === method && cell.length === name));
      return within ? [{ method, ...within }] : [];
    });
    return {
      type: "bar",
      name: `at most ${words} words`,
      x: bars.map(({ method }) => method),
      y: bars.map(({ value }) => value),
      interval: { low: bars.map(({ low }) => low), high: bars.map(({ high }) => high) },
      customdata: bars.map((bar) => [
        `${count(bar.hits)} of ${count(bar.n)}`,
        `${percent(bar.value)} (${between(bar)})`,
      ]),
      hovertemplate: "%{x}: %{customdata[1]}<br>%{customdata[0]} explanations<extra>%{fullData.name}</extra>",
    };
  });
  return {
    id: "within-limit",
    title: "Share of English explanations within their word limit",
    caption: "Bars: share of the answers of a method and limit; lines: 95 % interval (Wilson). Higher is better.",
    x: METHOD,
    y: { title: "share of answers", unit: "%" },
    data,
    layout: { barmode: "group", yaxis: { range: [0, 1.02], tickformat: ".0%", dtick: 0.25 } },
  };
}

/** How long the explanations are, a box per method and length, with the limits as lines. */
export function wordsFigure(words: readonly WordSpread[], { levels }: Experiment): ChartOptions | undefined {
  if (words.length === 0) return undefined;
  const lengths = levels.length.filter(({ name }) => words.some(({ length }) => length === name));
  const colour = (index: number): string => `--series-${(index % 7) + 1}`;
  const data = lengths.map(({ name, words: limit }, index): Trace => {
    const boxes = words.filter(({ length }) => length === name);
    return {
      type: "box",
      name: limit === undefined ? "no limit" : `at most ${limit} words`,
      x: boxes.map(({ method }) => method),
      lowerfence: boxes.map(({ p5 }) => p5),
      q1: boxes.map(({ q1 }) => q1),
      median: boxes.map(({ median }) => median),
      q3: boxes.map(({ q3 }) => q3),
      upperfence: boxes.map(({ p95 }) => p95),
      mean: boxes.map(({ mean }) => mean),
      boxmean: true,
      marker: { color: colour(index) },
    };
  });
  const limits = lengths.flatMap(({ words: limit }, index) => (limit === undefined ? [] : [{ limit, index }]));
  return {
    id: "words",
    title: "Words of the English explanations",
    caption:
      "Box: middle half of the answers; line: median; dashed line: mean; whiskers: 5th to 95th percentile. " +
      "Dotted lines: the limits, in their boxes' colours.",
    x: METHOD,
    y: { title: "length", unit: "words" },
    data,
    layout: {
      boxmode: "group",
      boxgap: 0.35,
      yaxis: { rangemode: "tozero" },
      shapes: limits.map(({ limit, index }) => ({
        ...{ type: "line", xref: "paper", x0: 0, x1: 1, y0: limit, y1: limit },
        line: { dash: "dot", width: 1.5, color: colour(index) },
      })),
    },
  };
}

/** What failed, a bar per method, in parts by reason. */
export function failureFigure(cells: readonly CellSummary[]): ChartOptions | undefined {
  const reasons = [...new Set(cells.flatMap(({ failed }) => Object.keys(failed)))].sort();
  if (reasons.length === 0) return undefined;
  const methods = methodsOf(cells);
  const failures = (method: string, reason: string): number =>
    total(cells.filter((cell) => cell.method === method).map(({ failed }) => failed[reason] ?? 0));
  return {
    id: "failures",
    title: "Failures by method and reason",
    caption: "Number of requests without an answer that could be used.",
    x: METHOD,
    y: { title: "requests" },
    data: reasons.map((reason) => ({
      type: "bar",
      name: reason,
      x: methods,
      y: methods.map((method) => failures(method, reason)),
      hovertemplate: "%{x}: %{y}<extra>%{fullData.name}</extra>",
    })),
    layout: {
      barmode: "stack",
      showlegend: true,
      yaxis: { rangemode: "tozero", tickformat: ",d" },
    },
    height: 300,
  };
}

/** What each method cost; undefined where nothing has a price. */
export function costFigure(cells: readonly CellSummary[]): ChartOptions | undefined {
  if (total(cells.map(({ usd }) => usd)) === 0) return undefined;
  const bars = methodsOf(cells).map((method) => {
    const own = cells.filter((cell) => cell.method === method);
    const answered = total(own.map((cell) => cell.answered));
    return { method, answered, usd: total(own.map(({ usd }) => usd)) };
  });
  return {
    id: "cost",
    title: "Cost by method",
    caption: "US dollars for all of a method's requests. A request that several rows share is paid once.",
    x: METHOD,
    y: { title: "cost", unit: "US dollars" },
    data: [
      {
        type: "bar",
        x: bars.map(({ method }) => method),
        y: bars.map(({ usd }) => usd),
        customdata: bars.map(({ usd, answered }) => `${usdText(usd)}, ${plural(answered, "answer")}`),
        hovertemplate: "%{x}: %{customdata}<extra></extra>",
      },
    ],
    layout: { yaxis: { rangemode: "tozero", tickformat: "$,.2~r" } },
    height: 300,
  };
}

/** In the order in which they were asked. */
export function methodsOf(cells: readonly { readonly method: string }[]): string[] {
  return [...new Set(cells.map(({ method }) => method))];
}

/** Cells of one method side by side; otherwise in the order given. */
export function byMethod(cells: readonly CellSummary[]): CellSummary[] {
  return methodsOf(cells).flatMap((method) => cells.filter((cell) => cell.method === method));
}
