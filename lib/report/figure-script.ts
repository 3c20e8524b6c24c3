/** Browser code: draws the figures in the page's colours, again when those change (dark mode, printing). */
export const FIGURE_SCRIPT = `
function figureTheme() {
  const style = getComputedStyle(document.documentElement);
  const colour = (name) => style.getPropertyValue("--" + name).trim();
  const axis = {
    gridcolor: colour("rule"), zerolinecolor: colour("line"), linecolor: colour("line"), tickcolor: colour("line"),
    automargin: true, autotickangles: [0, -35, -90], title: { standoff: 10 },
  };
  return {
    layout: {
      font: { family: colour("sans"), size: 13, color: colour("ink") },
      paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)",
      colorway: [1, 2, 3, 4, 5, 6, 7].map((n) => colour("series-" + n)),
      margin: { l: 48, r: 12, t: 12, b: 40 },
      xaxis: { ...axis, showgrid: false }, yaxis: axis,
      legend: { orientation: "h", x: 0, y: 1.02, yanchor: "bottom" },
      hoverlabel: { bgcolor: colour("card"), bordercolor: colour("line"), font: { color: colour("ink"), family: colour("sans") } },
      bargap: 0.32, bargroupgap: 0.08,
    },
    data: {
      bar: [{ marker: { line: { width: 0 } }, error_y: { color: colour("ink"), thickness: 1.2, width: 4 } }],
      heatmap: [{ colorscale: [[0, colour("card")], [1, colour("series-1")]], xgap: 2, ygap: 2, colorbar: { outlinewidth: 0, thickness: 12 } }],
    },
  };
}
// A text such as "--series-2" in a figure's data is that colour of the page, in light and dark.
function themed(key, value) {
  if (typeof value !== "string" || !/^--(series-[1-7]|ink|soft|line|bad)$/.test(value)) return value;
  return getComputedStyle(document.documentElement).getPropertyValue(value).trim();
}
function drawFigures() {
  const template = figureTheme();
  for (const root of document.querySelectorAll("[data-figure]")) {
    const spec = JSON.parse(root.querySelector("script").textContent, themed);
    const plot = root.querySelector(".plot");
    for (const note of plot.querySelectorAll("noscript")) note.remove();
    const config = { responsive: true, displaylogo: false, displayModeBar: false };
    Plotly.react(plot, spec.data, { ...spec.layout, template, autosize: true }, config);
  }
}
drawFigures();
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawFigures);
addEventListener("beforeprint", drawFigures);
addEventListener("afterprint", drawFigures);
`;
