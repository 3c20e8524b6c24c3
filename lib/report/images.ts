import type { JsonObject } from "corrigenda/json";
import { findBrowser } from "./browser.ts";
import type { Chart } from "./chart.ts";
import { PRINT } from "./colours.ts";
import type { Engine } from "./engine.ts";
import { type Plate, plateOf } from "./plate.ts";
import { coloured, templateOf } from "./template.ts";

/** Static images of charts, in print colours on white. */
export interface Images {
  /** What draws them. */
  readonly engine: Engine["name"];
  /** The plot alone. Equal charts give equal bytes. */
  plot(chart: Chart): Promise<string>;
  /** With title, caption and source. */
  svg(chart: Chart): Promise<string>;
  png(chart: Chart): Promise<Uint8Array>;
  pdf(chart: Chart): Promise<Uint8Array>;
  close(): Promise<void>;
}

export interface ImageOptions {
  /** A Chromium; false: draw without one. Default: the one that is found. */
  readonly browser?: string | false;
}

/** px of every image */
const WIDTH = 800;

/** Opens what draws images: Chromium where it is there, otherwise jsdom. Open it once for many charts, and close it. */
export async function openImages({ browser }: ImageOptions = {}): Promise<Images> {
  const engine = browser === undefined ? await anyEngine() : await engineOf(browser);
  const plots = new WeakMap<Chart, Promise<string>>();
  let last: Promise<unknown> = Promise.resolve();
  // Both engines have one window to draw in.
  const inTurn = <T>(job: () => Promise<T>): Promise<T> => {
    const next = last.then(job, job);
    last = next.catch(() => undefined);
    return next;
  };
  const plot = (chart: Chart): Promise<string> => {
    const known = plots.get(chart) ?? inTurn(() => engine.plot(drawingOf(chart)));
    plots.set(chart, known);
    return known;
  };
  const plate = async (chart: Chart): Promise<Plate> =>
    plateOf(chart, await plot(chart), { width: WIDTH, height: chart.height });
  const converted = async (chart: Chart, to: "png" | "pdf"): Promise<Uint8Array> => {
    const { svg, ...size } = await plate(chart);
    return inTurn(() => engine[to](svg, size));
  };
  return {
    ...{ engine: engine.name, plot, close: () => inTurn(engine.close) },
    svg: async (chart) => (await plate(chart)).svg,
    png: (chart) => converted(chart, "png"),
    pdf: (chart) => converted(chart, "pdf"),
  };
}

async function engineOf(browser: string | false): Promise<Engine> {
  if (browser) return (await import("./chromium-engine.ts")).chromiumEngine(browser);
  return (await import("./jsdom-engine.ts")).jsdomEngine();
}

/** A Chromium that is there and does not start (its sandbox, a missing library) counts as none. */
async function anyEngine(): Promise<Engine> {
  const found = await findBrowser();
  return found === undefined ? engineOf(false) : engineOf(found).catch(() => engineOf(false));
}

/** A chart as plotly reads it, in print colours. */
export function printed({ spec: { data, layout } }: Chart): { data: JsonObject[]; layout: JsonObject } {
  const { data: traces, layout: own } = coloured({ data, layout }, PRINT) as { data: JsonObject[]; layout: JsonObject };
  return { data: traces, layout: { ...own, template: templateOf(PRINT) } };
}

function drawingOf(chart: Chart) {
  return { ...printed(chart), width: WIDTH, height: chart.height, bundle: chart.bundle };
}
