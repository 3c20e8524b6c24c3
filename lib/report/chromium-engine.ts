import type { BrowserContext, Page } from "playwright-core";
import { openBrowser } from "./browser.ts";
import { type Engine, plotCode, type Size, svgOf } from "./engine.ts";
import { type Bundle, loadPlotly } from "./plotly.ts";

/** Images by Chromium: one browser for all figures, a page for each bundle of plotly and one for conversions. */
export async function chromiumEngine(executable: string): Promise<Engine> {
  const browser = await openBrowser(executable);
  const context = await browser.newContext({ deviceScaleFactor: 2, offline: true });
  const pages = new Map<Bundle | "paper", Page>();
  const pageOf = async (name: Bundle | "paper"): Promise<Page> => {
    const page = pages.get(name) ?? (await newPage(context, name));
    pages.set(name, page);
    return page;
  };
  const paper = async (svg: string, size: Size): Promise<Page> => {
    const page = await pageOf("paper");
    await page.bringToFront(); // a page behind another takes a second for every screenshot
    await page.setViewportSize(size);
    await page.setContent(`<!doctype html><style>body { margin: 0 } svg { display: block }</style>${svg}`);
    return page;
  };
  return {
    name: "Chromium",
    plot: async (drawing) => svgOf(await (await pageOf(drawing.bundle)).evaluate(plotCode(drawing))),
    png: async (svg, size) => (await paper(svg, size)).screenshot({ clip: { x: 0, y: 0, ...size } }),
    pdf: async (svg, { width, height }) => {
      const page = await paper(svg, { width, height });
      return page.pdf({ width: `${width}px`, height: `${height}px`, printBackground: true, pageRanges: "1" });
    },
    close: () => browser.close(),
  };
}

async function newPage(context: BrowserContext, name: Bundle | "paper"): Promise<Page> {
  const page = await context.newPage();
  if (name !== "paper") await page.evaluate(await loadPlotly(name));
  return page;
}
