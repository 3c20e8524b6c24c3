import type { Json, JsonObject } from "corrigenda/json";
import { type Colours, colourMap, SANS } from "./colours.ts";

/** Plotly's defaults in a page's colours: readable axes, quiet grids, legends above. */
export function templateOf(colours: Colours): JsonObject {
  const { ink, line, rule, card, series } = colours;
  const font = { family: SANS, size: 13, color: ink };
  const axis = {
    ...{ gridcolor: rule, zerolinecolor: line, linecolor: line, tickcolor: line, ticks: "outside", ticklen: 4 },
    ...{ automargin: true, autotickangles: [0, -35, -90], title: { standoff: 10, font: { size: 13.5 } } },
  };
  const dial = { gridcolor: rule, linecolor: line, tickcolor: line };
  const scale = [
    [0, card],
    [1, series[0] ?? ink],
  ];
  const colorbar = { outlinewidth: 0, thickness: 12, len: 0.9, title: { side: "right", font: { size: 13.5 } } };
  return {
    layout: {
      ...{ font, paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)", colorway: series },
      ...{ margin: { l: 48, r: 14, t: 14, b: 40 }, bargap: 0.32, bargroupgap: 0.08 },
      ...{ xaxis: { ...axis, showgrid: false }, yaxis: axis, colorscale: { sequential: scale } },
      polar: { bgcolor: "rgba(0,0,0,0)", angularaxis: dial, radialaxis: dial },
      ternary: { bgcolor: "rgba(0,0,0,0)" },
      legend: { orientation: "h", x: 0, y: 1.02, yanchor: "bottom" },
      hoverlabel: { bgcolor: card, bordercolor: line, font: { ...font, color: ink } },
    },
    data: {
      bar: [{ marker: { line: { width: 0 } }, error_x: whisker(ink), error_y: whisker(ink) }],
      scatter: [{ error_x: whisker(undefined), error_y: whisker(undefined) }],
      heatmap: [{ colorscale: scale, xgap: 2, ygap: 2, colorbar }],
      contour: [{ colorscale: scale, colorbar, line: { color: ink }, contours: { labelfont: { color: ink } } }],
      histogram2d: [{ colorscale: scale, colorbar }],
      histogram2dcontour: [
        { colorscale: scale, colorbar, line: { color: ink }, contours: { labelfont: { color: ink } } },
      ],
      sankey: [{ node: { color: series[0], line: { width: 0 } }, link: { color: `${line}99` } }],
      pie: [{ marker: { line: { color: card, width: 1.5 } } }],
      table: [
        {
          header: { fill: { color: rule }, line: { color: line } },
          cells: { fill: { color: card }, line: { color: rule } },
        },
      ],
    },
  };
}

/** A figure with every "--series-1", "--bad", … in it turned into that colour. */
export function coloured<T extends Json>(value: T, colours: Colours): T {
  const named = colourMap(colours);
  return JSON.parse(JSON.stringify(value), (_key, one: unknown) =>
    typeof one === "string" ? (named[one] ?? one) : one,
  );
}

function whisker(color: string | undefined): JsonObject {
  return { ...(color === undefined ? {} : { color }), thickness: 1.3, width: 4 };
}
