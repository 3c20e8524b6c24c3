import { colourMap, DARK, LIGHT, PRINT } from "./colours.ts";
import { templateOf } from "./template.ts";

const THEMES = Object.fromEntries(
  Object.entries({ light: LIGHT, dark: DARK, print: PRINT }).map(([name, colours]) => [
    name,
    { colours: colourMap(colours), template: templateOf(colours) },
  ]),
);

/** Browser code: draws the figures in the page's colours, again when those change (dark mode, printing). */
export const FIGURE_SCRIPT = `
const THEMES = ${JSON.stringify(THEMES).replaceAll("<", "\\u003c")};
const dark = matchMedia("(prefers-color-scheme: dark)");
function drawFigure(root, { colours, template }) {
  const named = (key, value) => (typeof value === "string" && Object.hasOwn(colours, value) ? colours[value] : value);
  const spec = JSON.parse(root.querySelector("script").textContent, named);
  const plot = root.querySelector(".plot");
  for (const note of plot.querySelectorAll("noscript")) note.remove();
  const config = { responsive: true, displaylogo: false, displayModeBar: false };
  return Plotly.react(plot, spec.data, { ...spec.layout, template, autosize: true }, config);
}
function drawFigures(theme) {
  for (const root of document.querySelectorAll("[data-figure]")) drawFigure(root, THEMES[theme]);
}
const drawOnScreen = () => drawFigures(dark.matches ? "dark" : "light");
drawOnScreen();
dark.addEventListener("change", drawOnScreen);
addEventListener("beforeprint", () => drawFigures("print"));
addEventListener("afterprint", drawOnScreen);
`;
