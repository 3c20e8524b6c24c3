import { type Engine, plotCode, svgOf } from "./engine.ts";
import { JSDOM_WINDOW } from "./jsdom-window.ts";
import { type Bundle, loadPlotly } from "./plotly.ts";
import { pdfOf } from "./svg-pdf.ts";

/** Images without a browser: plotly in jsdom, texts measured by a canvas, pixels by resvg, PDF by pdfkit. Flat figures only. */
export async function jsdomEngine(): Promise<Engine> {
  const windows = new Map<Bundle, JsdomWindow>();
  const windowOf = async (bundle: Bundle): Promise<JsdomWindow> => {
    const window = windows.get(bundle) ?? (await openWindow(bundle));
    windows.set(bundle, window);
    return window;
  };
  return {
    name: "jsdom",
    plot: async (drawing) => {
      const window = await windowOf(drawing.bundle);
      // Plotly marks quotes in styles in a way that fits how browsers write them, not how jsdom does.
      return svgOf((await window.eval(plotCode(drawing))) as string).replaceAll("TOBESTRIPPED", "'");
    },
    png: async (svg) => {
      const { Resvg } = await import("@resvg/resvg-js");
      // 1: a heatmap's pixels keep their edges.
      return new Resvg(svg, { fitTo: { mode: "zoom", value: 2 }, imageRendering: 1, font: { loadSystemFonts: true } })
        .render()
        .asPng();
    },
    pdf: pdfOf,
    close: async () => {
      for (const window of windows.values()) window.close();
    },
  };
}

interface JsdomWindow extends Record<string, unknown> {
  eval(code: string): unknown;
  close(): void;
}

async function openWindow(bundle: Bundle): Promise<JsdomWindow> {
  const [{ JSDOM, VirtualConsole }, { createCanvas }] = await Promise.all([import("jsdom"), import("@napi-rs/canvas")]);
  const page = "<!doctype html><html><body></body></html>";
  const options = {
    runScripts: "outside-only",
    pretendToBeVisual: true,
    virtualConsole: new VirtualConsole(),
  } as const;
  const { window } = new JSDOM(page, options);
  const canvas = createCanvas(1, 1).getContext("2d");
  const measureText = (font: string, text: string): number => {
    canvas.font = font;
    return canvas.measureText(text).width;
  };
  Object.assign(window, { TextDecoder, TextEncoder, structuredClone, measureText });
  const { prototype } = window.HTMLCanvasElement as { prototype: Record<string, unknown> };
  prototype.getContext = function (this: { width: number; height: number }, kind: string): unknown {
    return kind === "2d" ? pixelsOf(this, createCanvas) : null;
  };
  prototype.toDataURL = function (this: { width: number; height: number }): string {
    return pixelsOf(this, createCanvas).canvas.toDataURL("image/png");
  };
  window.eval(JSDOM_WINDOW);
  window.eval(await loadPlotly(bundle));
  return window;
}

type CreateCanvas = typeof import("@napi-rs/canvas").createCanvas;
const drawn = new WeakMap<object, ReturnType<ReturnType<CreateCanvas>["getContext"]>>();

/** The pixels behind a canvas element, in its size. */
function pixelsOf(element: { width: number; height: number }, createCanvas: CreateCanvas) {
  const known = drawn.get(element);
  if (known && known.canvas.width === element.width && known.canvas.height === element.height) return known;
  const made = createCanvas(element.width, element.height).getContext("2d");
  drawn.set(element, made);
  return made;
}
