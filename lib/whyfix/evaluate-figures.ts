import type { ChartOptions, Trace } from "corrigenda/report";
import type { Interval } from "corrigenda/stats";
import type { Evaluation } from "./evaluate.ts";
import { qualityName } from "./evaluate-metrics.ts";
import { qualityOf, type RankedSystem } from "./evaluate-ranking.ts";

/** More lines than these are no figure; the table has all. */
const MOST = 30;

export interface Line extends Interval {
  readonly name: string;
}

/** Values with their intervals, a line each, the first on top. */
export function lines(all: readonly Line[]): Trace {
  return {
    ...{ type: "scatter", mode: "markers", orientation: "h", marker: { size: 9 } },
    x: all.map(({ value }) => value),
    y: all.map(({ name }) => name),
    interval: { low: all.map(({ low }) => low), high: all.map(({ high }) => high) },
    hovertemplate: "%{y}: %{x:.3f}<extra></extra>",
  };
}

export function lineLayout(all: readonly Line[], zero?: number): Pick<ChartOptions, "layout" | "height"> {
  const line = {
    type: "line",
    x0: zero ?? 0,
    x1: zero ?? 0,
    yref: "paper",
    y0: 0,
    y1: 1,
    line: { dash: "dot", width: 1.5 },
  };
  return {
    layout: {
      yaxis: { autorange: "reversed", automargin: true, type: "category" },
      ...(zero === undefined ? {} : { shapes: [line] }),
    },
    height: 110 + 26 * all.length,
  };
}

/** The ranking with its intervals; undefined where nothing ranks. */
export function rankingFigure({ ranking: { by, systems } }: Evaluation): ChartOptions | undefined {
  const all = systems.flatMap((one) => {
    const quality = qualityOf(by, one);
    return quality ? [{ name: one.system, ...quality }] : [];
  });
  if (all.length < 2) return undefined;
  const some = all.slice(0, MOST);
  return {
    id: "ranking",
    title: by === "judge" ? "Which explanations the judge prefers" : "Which explanations are nearest to the reference",
    caption:
      by === "judge"
        ? "Points: share of comparisons that a way of asking is expected to win against all others (Bradley-Terry); lines: 95 % interval over the learner errors, each by itself: of many ways some miss 0.5 by chance. 0.5 is the average."
        : "Points: mean METEOR against the reference explanations; lines: 95 % interval over the learner errors.",
    x: { title: by === "judge" ? "expected wins" : "METEOR" },
    y: { title: "way of asking" },
    data: [lines(some)],
    ...lineLayout(some, by === "judge" ? 0.5 : undefined),
  };
}

/** What METEOR gains from one level of a factor to another; undefined without references. */
export function effectFigure({ differences }: Evaluation): ChartOptions | undefined {
  const all = differences
    .filter(({ measure }) => measure === "meteor")
    .map(({ level, against, difference }) => ({ name: `${level} less ${against}`, ...difference }));
  if (all.length === 0) return undefined;
  const some = all.slice(0, MOST);
  return {
    id: "effects",
    title: "Effect of each factor on the likeness to the reference",
    caption: "Points: mean difference of METEOR on the same learner errors, all else equal; lines: 95 % interval.",
    x: { title: "METEOR" },
    y: { title: "levels" },
    data: [lines(some)],
    ...lineLayout(some, 0),
  };
}

/** What the judge prefers of two levels; undefined without a judge. */
export function judgedFigure({ judge }: Evaluation): ChartOptions | undefined {
  const all = (judge?.differences ?? []).map(({ level, against, wins }) => ({
    ...{ name: `${level} against ${against}`, ...wins },
  }));
  if (all.length === 0) return undefined;
  const some = all.slice(0, MOST);
  return {
    id: "judged",
    title: "Effect of each factor before the judge",
    caption:
      "Points: share of pairs that differ in this factor alone and are won by the level named first, ties as half; lines: 95 % interval over the learner errors. 0.5 is no difference.",
    x: { title: "pairs won" },
    y: { title: "levels" },
    data: [lines(some)],
    ...lineLayout(some, 0.5),
  };
}

/** Quality against cost, the ways that no other one beats joined by a line; undefined where nothing ranks or costs. */
export function paretoFigure({ ranking: { by, systems } }: Evaluation): ChartOptions | undefined {
  const all = systems.flatMap((one, at) => {
    const quality = qualityOf(by, one);
    return quality ? [{ ...one, quality, place: at + 1 }] : [];
  });
  if (all.length < 2 || all.every(({ usdPer1000 }) => usdPer1000 === 0)) return undefined;
  const [front, others] = [all.filter(({ onFront }) => onFront), all.filter(({ onFront }) => !onFront)];
  const byCost = front.sort((a, b) => a.usdPer1000 - b.usdPer1000);
  return {
    id: "pareto",
    title: "Quality against cost",
    caption:
      "Points: ways of asking, numbered by their place in the table; vertical lines: 95 % interval. Joined: those of which none is both cheaper and as good.",
    x: { title: "cost of 1,000 explanations", unit: "US dollars" },
    y: { title: qualityName(by) },
    data: [pareto("others", others, "markers+text"), pareto("not beaten", byCost, "lines+markers+text")],
    layout: { showlegend: true, xaxis: { rangemode: "tozero" } },
  };
}

interface Placed extends RankedSystem {
  readonly quality: Interval;
  readonly place: number;
}

function pareto(name: string, some: readonly Placed[], mode: string): Trace {
  return {
    ...{ type: "scatter", name, mode, marker: { size: 9 } },
    ...{ text: some.map(({ place }) => String(place)), textposition: "bottom right" },
    x: some.map(({ usdPer1000 }) => usdPer1000),
    y: some.map(({ quality }) => quality.value),
    interval: { low: some.map(({ quality }) => quality.low), high: some.map(({ quality }) => quality.high) },
    customdata: some.map(({ system }) => system),
    hovertemplate: "%{customdata}: %{y:.3f} for $%{x:.4f}<extra></extra>",
  };
}
