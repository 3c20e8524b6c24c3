import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { contentHash, type JsonObject } from "corrigenda/json";
import type { Chart, MimeBundle } from "./chart.ts";
import { type Html, html, markup, verbatim } from "./html.ts";
import { type Images, openImages, printed } from "./images.ts";
import { NOTEBOOK_SCRIPT } from "./notebook-script.ts";
import { loadPlotly } from "./plotly.ts";

/** What a notebook shows of a chart: an image everywhere, a plot where scripts run. */
export async function notebookBundle(chart: Chart): Promise<MimeBundle> {
  const { title, caption, source } = chart;
  const { plot, svg, png } = await withImages(async (images) => ({
    plot: await images.plot(chart),
    svg: await images.svg(chart),
    png: await images.png(chart),
  }));
  const { data, layout } = printed(chart);
  const shown = { data, layout: { ...layout, height: chart.height, title: { text: "" } } };
  const lines = [title, caption, source === undefined ? undefined : `Source: ${source}`];
  return {
    "application/vnd.plotly.v1+json": { data, layout: { ...layout, height: chart.height, title: { text: title } } },
    "text/html": markup(await outputOf(chart, shown, plot)),
    "image/svg+xml": svg,
    "image/png": Buffer.from(png).toString("base64"),
    "text/plain": lines.filter((line) => line !== undefined).join("\n"),
  };
}

async function outputOf(chart: Chart, shown: JsonObject, plot: string): Promise<Html> {
  const { title, caption, source, height } = chart;
  const key = contentHash(shown).slice(0, 16);
  const level = chart.bundle === "full" ? 2 : 1;
  const image = `data:image/svg+xml;base64,${Buffer.from(plot).toString("base64")}`;
  const note = "color:#666;font-size:90%";
  const call = `(${NOTEBOOK_SCRIPT})(${[key, level, height, shown, await carry(level)].map(literal).join(", ")});`;
  return html`<div data-corrigenda-chart="${key}" style="max-width:800px;padding:8px;background:#fff;color:#000"><b>${title}</b>${caption === undefined ? undefined : html`<div style="${note}">${caption}</div>`}<div data-plot=""><img alt="${title}" src="${image}" style="max-width:100%"></div>${source === undefined ? undefined : html`<div style="${note}">Source: ${source}</div>`}</div>${verbatim("script", call)}`;
}

/** JavaScript of a value, also inside a script element. */
function literal(value: unknown): string {
  return JSON.stringify(value).replaceAll("<", "\\u003c");
}

let carried = 0;

/** Plotly, packed, in the first output of a process that needs it: a page of a notebook then has it once. Otherwise "". */
async function carry(level: 1 | 2): Promise<string> {
  if (carried >= level) return "";
  carried = level;
  const packed = await promisify(gzip)(await loadPlotly(level === 2 ? "full" : "cartesian"), { level: 9 });
  return packed.toString("base64");
}

const IDLE_MS = 2_000;
let open: Promise<Images> | undefined;
let users = 0;
let timer: NodeJS.Timeout | undefined;

/** The process's images: kept from cell to cell, closed when a notebook draws nothing for a while. */
async function withImages<T>(job: (images: Images) => Promise<T>): Promise<T> {
  users += 1;
  open ??= openImages();
  try {
    return await job(await open);
  } finally {
    users -= 1;
    clearTimeout(timer);
    timer = setTimeout(closeIdle, IDLE_MS).unref();
  }
}

function closeIdle(): void {
  if (users > 0) return;
  const images = open;
  open = undefined;
  void images?.then((one) => one.close()).catch(() => undefined); // gone already: nothing is left to close
}
