import { chart, figure, html, loadPlotly, page, table } from "corrigenda/report";
import { afterAll, describe, expect, test } from "vitest";
import { chromium } from "./chromium.ts";

const { browser, disk, open, close } = await chromium("corrigenda-report");

afterAll(close);

const EVIL = "<img src=x onerror=\"document.title='hacked'\">";

async function report(plotly?: string | { href: string }): Promise<string> {
  const rows = Array.from({ length: 120 }, (_, n) => ({
    n,
    why: { value: n === 7 ? EVIL : `reason ${n}`, detail: `d${n}` },
  }));
  const columns = [
    { key: "n", label: "n" },
    { key: "why", label: "why" },
  ];
  const bars = chart({
    ...{ id: "f", title: EVIL, x: { title: EVIL }, y: { title: "y" } },
    data: [{ type: "bar", name: EVIL, showlegend: true, x: [EVIL, "R&D <b>"], y: [1, 2] }],
  });
  const body = html`${figure(bars)}${table({ id: "t", columns, rows })}`;
  const details = { d7: { title: EVIL, fields: [{ label: "reply", value: EVIL, block: true }] } };
  const sections = [{ title: "S", body }];
  return page({
    title: "T",
    provider: "offline",
    sections,
    details,
    plotly: plotly ?? (await loadPlotly("cartesian")),
  });
}

describe.skipIf(!browser)("in Chromium", () => {
  test("draws figures, pages and details under its own policy, and runs nothing that came in as text", async () => {
    const { page, said, asked } = await open("report.html", await report(), { hash: "#detail=d7" });
    expect(await page.locator(".main-svg").count()).toBeGreaterThan(0);
    expect(await page.locator("[data-place]").textContent()).toBe("1–50 of 120");
    expect(await page.locator("dialog[open] pre").textContent()).toBe(EVIL);
    // Texts in a figure are shown as they were given, tags and all.
    expect(await page.locator(".plot .xtick text").allTextContents()).toEqual([EVIL, "R&D <b>"]);
    expect(await page.title()).toBe("T");
    expect([await page.locator("img").count(), said, asked]).toEqual([0, [], []]);
  });

  test("an injected script is refused by the policy", async () => {
    const injected = (await report()).replace("</main>", "<script>document.title='hacked'</script></main>");
    const { page, said } = await open("injected.html", injected);
    expect(await page.title()).toBe("T");
    expect(said.join()).toContain("Content Security Policy");
  });

  test("several pages share one plotly file, under a policy that still refuses an injected script", async () => {
    await disk.write("plotly.js", await loadPlotly("full"));
    const text = await report({ href: "plotly.js" });
    expect(text.length).toBeLessThan(100_000);
    const { page, said, asked } = await open("shared.html", text);
    expect(await page.locator(".main-svg").count()).toBeGreaterThan(0);
    expect([said, asked.map((url) => url.split("/").at(-1))]).toEqual([[], ["plotly.js"]]);
    const injected = text.replace("</main>", "<script>document.title='hacked'</script></main>");
    expect(await (await open("shared-injected.html", injected)).page.title()).toBe("T");
  });

  test("sorts, filters, turns pages and opens a row on a click", async () => {
    const { page } = await open("clicks.html", await report());
    const seen = async (): Promise<string> =>
      `${await page.locator("tbody tr").first().textContent()} | ${await page.locator("[data-place]").textContent()}`;
    const after: string[] = [];
    const heading = page.locator("th button").first();
    const next = page.locator("[data-turn='1']");
    for (const button of [heading, heading, heading, next, next]) {
      await button.click();
      after.push(await seen());
    }
    await page.locator("[data-filter]").fill("reason 11");
    after.push(await seen());
    expect(after).toEqual([
      "119reason 119 | 1–50 of 120",
      "0reason 0 | 1–50 of 120",
      "0reason 0 | 1–50 of 120",
      "50reason 50 | 51–100 of 120",
      "100reason 100 | 101–120 of 120",
      "11reason 11 | 1–11 of 11 (120 in all)",
    ]);
    await page.locator("[data-filter]").fill("7");
    await page.locator("[data-detail=d7]").click();
    expect(await page.locator("dialog[open] pre").textContent()).toBe(EVIL);
    expect(page.url()).toContain("#detail=d7");
    await page.locator("[data-close]").click();
    expect(await page.locator("dialog[open]").count()).toBe(0);
  });
});
