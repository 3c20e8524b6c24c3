import { type Chart, chart, loadPlotly, type MimeBundle } from "corrigenda/report";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { chromium } from "./chromium.ts";

const { browser, open, close } = await chromium("corrigenda-notebook-charts");
afterAll(close);

const EVIL = "</script><img src=x onerror=\"document.title='hacked'\">";
const axes = { x: { title: EVIL }, y: { title: "y" } };
const bars = chart({ id: "bars", title: EVIL, ...axes, data: [{ type: "bar", name: EVIL, x: [EVIL], y: [1] }] });
const line = chart({
  id: "line",
  title: "A line",
  caption: "Read it so",
  source: "a run",
  ...axes,
  data: [{ x: [1, 2], y: [1, 2] }],
});
const flow = chart({
  ...{ id: "flow", title: "A flow" },
  data: [{ type: "sankey", node: { label: ["a", "b"] }, link: { source: [0], target: [1], value: [1] } }],
});

/** As a kernel asks. */
function shown(one: Chart): Promise<MimeBundle> {
  const display = one[Symbol.for("Jupyter.display") as keyof Chart] as unknown as () => Promise<MimeBundle>;
  return display();
}

let outputs: MimeBundle[] = [];
beforeAll(async () => {
  outputs = [await shown(bars), await shown(line), await shown(flow), await shown(bars)];
}, 60_000);

const htmlOf = (output: MimeBundle | undefined): string => String(output?.["text/html"]);

describe("a chart in a notebook", () => {
  test("is a plot, an image that needs no script, SVG, PNG and text", () => {
    const [, output = {}] = outputs;
    expect(Object.keys(output)).toEqual([
      "application/vnd.plotly.v1+json",
      "text/html",
      "image/svg+xml",
      "image/png",
      "text/plain",
    ]);
    expect(output["application/vnd.plotly.v1+json"]).toMatchObject({
      data: [{ x: [1, 2] }],
      layout: { title: { text: "A line" } },
    });
    expect(htmlOf(output)).toMatch(/^<div [^>]*><b>A line<\/b>.*<img alt="A line" src="data:image\/svg\+xml;base64,/);
    expect(String(output["image/png"]).slice(0, 8)).toBe("iVBORw0K");
    expect(String(output["image/svg+xml"]).slice(0, 5)).toBe("<svg ");
    expect(output["text/plain"]).toBe("A line\nRead it so\nSource: a run");
  });

  test("brings plotly once, with the first output that needs it; all trace types when one needs them", async () => {
    const sizes = outputs.map((output) => htmlOf(output).length);
    const most = async (bundle: "cartesian" | "full"): Promise<number> => (await loadPlotly(bundle)).length / 2;
    expect(sizes[0]).toBeGreaterThan(400_000);
    expect(sizes[0]).toBeLessThan(await most("cartesian"));
    expect(sizes[1]).toBeLessThan(60_000);
    expect(sizes[2]).toBeGreaterThan(2_000_000);
    expect(sizes[2]).toBeLessThan(await most("full"));
    expect(sizes[3]).toBeLessThan(60_000);
  });
});

describe.skipIf(!browser)("a notebook's page in Chromium", () => {
  // As the classic notebook does: outputs go in one by one, scripts run as they come, a module loader is there.
  const insert = (parts: readonly string[]): string => `<!doctype html><title>N</title><body><script>
    window.define = () => { throw new Error("plotly took the notebook's module loader"); };
    window.define.amd = {};
    window.Plotly = "the page's own";
    const put = (html) => {
      const area = document.createElement("div");
      area.innerHTML = html;
      document.body.append(area);
      for (const old of area.querySelectorAll("script")) {
        const script = document.createElement("script");
        script.textContent = old.textContent;
        old.replaceWith(script);
      }
    };
    for (const html of ${JSON.stringify(parts).replaceAll("<", "\\u003c")}) put(html);
  </script>`;

  test("turns every image into a plot, also those that came before plotly, and leaves the page's names alone", async () => {
    const [first, second, third, again] = outputs.map(htmlOf) as [string, string, string, string];
    const { page, said, asked } = await open("notebook.html", insert([second, again, first, third]));
    await page.waitForFunction("document.querySelectorAll('[data-plot] .main-svg:first-child').length === 4");
    expect(await page.locator("img").count()).toBe(0);
    expect(await page.evaluate("window.Plotly")).toBe("the page's own");
    expect(await page.locator(".xtick text").allTextContents()).toContain(EVIL);
    expect([await page.title(), said, asked]).toEqual(["N", [], []]);
  });

  test("without plotly keeps the images", async () => {
    const { page, said } = await open("images.html", insert([htmlOf(outputs[1])]));
    await page.waitForTimeout(100);
    expect(await page.locator("img").count()).toBe(1);
    expect(await page.evaluate("document.images[0].naturalWidth")).toBe(800);
    expect(said).toEqual([]);
  });
});
