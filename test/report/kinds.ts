import type { JsonObject } from "corrigenda/json";
import { type Axis, type Chart, chart, type Trace } from "corrigenda/report";

const x: Axis = { title: "method" };
const y: Axis = { title: "mean length", unit: "words" };
const METHODS = ["baseline", "dictionary", "collocation", "metalinguistic", "mixture of all"];
const sine = Array.from({ length: 21 }, (_, n) => Math.sin(n / 3));
const at = sine.map((_, n) => n);
const grid = Array.from({ length: 8 }, (_, row) => Array.from({ length: 10 }, (_, column) => (row - 3) * (column - 4)));
const lengths = [12, 31, 33, 34, 35, 36, 36, 38, 40, 41, 44, 47, 49, 50, 50, 51, 58, 71, 90];

const bars = (name: string, values: readonly number[]): Trace => ({
  ...{ type: "bar", name, x: METHODS, y: values },
  interval: { low: values.map((value) => value - 4), high: values.map((value) => value + 6) },
});

/** A chart of every kind that a report may use. */
export function kinds(): Chart[] {
  const one = (id: string, data: readonly Trace[], layout: JsonObject = {}): Chart =>
    chart({ id, title: `A chart of the kind ${id}`, source: "made up for this page", x, y, data, layout });
  return [
    chart({
      id: "bars",
      title:
        "Explanations grow with what the prompt holds: a title long enough that it has to be broken on a small screen",
      caption:
        "Bars: mean of 37 answers; lines: 95 % interval. The dotted line is the limit of 50 words, which is in the prompt.",
      source: "made up for this page; not a result",
      ...{ x, y },
      data: [bars("at most 50 words", [31, 40, 44, 47, 52]), bars("at most 80 words", [51, 58, 61, 70, 77])],
      layout: {
        barmode: "group",
        shapes: [
          {
            type: "line",
            xref: "paper",
            x0: 0,
            x1: 1,
            y0: 50,
            y1: 50,
            line: { dash: "dot", color: "--ink", width: 1.5 },
          },
        ],
      },
    }),
    one("bars-across", [
      {
        type: "bar",
        orientation: "h",
        y: METHODS,
        x: [3, 5, 8, 2, 9],
        interval: { low: [2, 4, 6, 1, 7], high: [4, 7, 9, 4, 12] },
      },
    ]),
    chart({
      ...{ id: "bands", title: "A line with its band", x: { title: "round" }, y: { title: "score" } },
      data: [1, 2].map((n) => ({
        ...{ type: "scatter", mode: "lines", name: `run ${n}`, x: at, y: sine.map((value) => value * n) },
        interval: {
          low: sine.map((value) => value * n - 0.3),
          high: sine.map((value) => value * n + 0.3),
          as: "band" as const,
        },
      })),
    }),
    one(
      "points",
      [1, 2, 3, 4, 5, 6, 7].map((n) => ({
        type: "scatter",
        mode: "markers",
        name: `group ${n}`,
        x: at,
        y: sine.map((value) => value + n),
      })),
    ),
    one("boxes", [
      { type: "box", name: "all", y: lengths },
      { type: "box", name: "some", y: lengths.slice(3, 12) },
    ]),
    one("violins", [
      { type: "violin", name: "all", y: lengths },
      { type: "violin", name: "some", y: lengths.slice(3, 12) },
    ]),
    one("histogram", [{ type: "histogram", x: lengths, xbins: { start: 0, end: 100, size: 10 } }]),
    one("heatmap", [
      { type: "heatmap", x: [...METHODS, "f", "g", "h", "i", "j"], z: grid, colorbar: { title: { text: "gain" } } },
    ]),
    one("contour", [{ type: "contour", z: grid, contours: { showlabels: true } }]),
    chart({ id: "pie", title: "Shares of a whole", data: [{ type: "pie", labels: METHODS, values: [5, 4, 3, 2, 1] }] }),
    chart({
      ...{ id: "sankey", title: "What became of the requests", height: 320 },
      data: [
        {
          type: "sankey",
          node: { label: ["sent", "answered", "failed", "within the limit", "too long"] },
          link: { source: [0, 0, 1, 1], target: [1, 2, 3, 4], value: [95, 5, 80, 15] },
        },
      ],
    }),
    chart({
      ...{ id: "radar", title: "Scores on four scales" },
      data: [
        {
          type: "scatterpolar",
          r: [6, 7, 5.5, 6.5, 6],
          theta: ["task", "coherence", "words", "grammar", "task"],
          fill: "toself",
        },
      ],
    }),
    one(
      "panels",
      [
        { type: "bar", x: ["a", "b"], y: [1, 2] },
        { type: "scatter", x: at, y: sine, xaxis: "x2", yaxis: "y2" },
      ],
      {
        grid: { rows: 1, columns: 2, pattern: "independent", xgap: 0.4 },
        ...{ showlegend: false, xaxis2: { title: { text: "round" } }, yaxis2: { title: { text: "score" } } },
      },
    ),
  ];
}
