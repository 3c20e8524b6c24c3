import { bundleFor, exchangePage, figure, html, indexPage, loadPlotly, page, table } from "corrigenda/report";
import type { StructuredRecord } from "corrigenda/whyfix";
import { afterAll, describe, expect, test } from "vitest";
import { fullRow } from "../whyfix/fixture.ts";
import { pageOf, rowsOf, runOf } from "../whyfix/report-input.ts";
import { chromium, type View } from "./chromium.ts";
import { cutOff } from "./cut-off.ts";
import { kinds } from "./kinds.ts";
import { madeUpRows, madeUpRuns } from "./runs.ts";

const { browser, open, close } = await chromium("corrigenda-pages");
const EVIL = `</script><script>document.title="hacked"</script><img src=x onerror="document.title='hacked'">`;

afterAll(close);

const VIEWS: readonly View[] = [
  { width: 1280, scheme: "light" },
  { width: 1280, scheme: "dark" },
  { width: 390, scheme: "light" },
  { width: 390, scheme: "dark" },
];

describe.skipIf(!browser)("in Chromium", () => {
  test.each(VIEWS)("a whyfix report is whole, silent and asks for nothing: %o", async (view) => {
    const evil = { ...fullRow({ index: 3 }), learner_word: EVIL, formatted_sentence: EVIL };
    const run = await runOf({
      rows: [...rowsOf(3), evil],
      kept: () => EVIL,
      change: ({ data_index, method }: StructuredRecord) =>
        data_index === 3 && method === "baseline" ? { content_payload: { error: EVIL, reason: EVIL } } : {},
    });
    const hash = "#detail=lg_fu_3_Dict_fON_zero_t_l_fifty";
    const { page, said, asked } = await open("report.html", pageOf(run, await loadPlotly("cartesian")), {
      ...view,
      hash,
    });
    expect(await page.locator("dialog[open] pre").first().textContent()).toBe(EVIL);
    await page.locator("[data-close]").click();
    expect(await page.title()).toBe("whyfix 0622-1458");
    // Share, words, failures, cost.
    expect(await page.locator(".plot .main-svg:first-child").count()).toBe(4);
    expect(await page.locator("img, main script:not([type])").count()).toBe(0);
    expect([said, asked, await cutOff(page)]).toEqual([[], [], []]);
    const bar = "getComputedStyle(document.querySelector('#figure-within-limit .bars .point path')).fill";
    const series = view.scheme === "dark" ? "rgb(74, 195, 242)" : "rgb(16, 148, 213)"; // --series-1
    expect(await page.evaluate(bar)).toBe(series);
  });

  test.each(VIEWS)(
    "the index of 1,000 runs is whole, silent, and runs nothing that a run is named: %o",
    async (view) => {
      const { page, said, asked } = await open("index.html", indexPage(madeUpRuns(1_000, EVIL)), view);
      expect([said, asked, await cutOff(page)]).toEqual([[], [], []]);
      expect([await page.title(), await page.locator("img").count()]).toEqual(["What was found", 0]);
      expect(await page.locator(".card").count()).toBe(5);
      const place = page.locator("[data-place]");
      expect(await place.textContent()).toBe("1–50 of 1,000");
      await page.locator("select[aria-label=study]").selectOption("whyfix");
      expect(await place.textContent()).toBe("1–50 of 200 (1,000 in all)");
      await page.locator("select[aria-label=provider]").selectOption("offline (simulated)");
      expect(await place.textContent()).toBe("1–50 of 67 (1,000 in all)");
      await page.locator("[data-filter]").fill("run-939");
      expect(await place.textContent()).toBe("1–1 of 1 (1,000 in all)");
      await page.locator("tbody .open").click();
      expect(await page.locator("dialog[open] a").first().getAttribute("href")).toBe("whyfix/run-939/report.html");
    },
  );

  test.each(VIEWS)("the rows behind a number are whole, silent and inert, and a click shows one: %o", async (view) => {
    const rows = madeUpRows(60, EVIL);
    const given = {
      study: "whyfix",
      run: "a",
      stage: "step2",
      provider: "offline",
      rows,
      from: 0,
      total: 60,
      pages: [],
    };
    const hash = "#find=1%2C017";
    const { page, said, asked } = await open("rows.html", exchangePage({ ...given, note: EVIL }), { ...view, hash });
    expect(await page.locator("[data-place]").textContent()).toBe("1–1 of 1 (60 in all)");
    await page.locator("tbody .open").first().click();
    expect(await page.locator("dialog[open] pre").allTextContents()).toEqual([
      `[user]\n${EVIL}`,
      JSON.stringify({ text: EVIL }, null, 2),
    ]);
    expect(await page.locator("dialog[open]").textContent()).toContain("$0.0001, simulated");
    await page.locator("[data-close]").click();
    expect([await page.title(), await page.locator("img").count()]).toEqual(["whyfix a: the rows of step2", 0]);
    expect([said, asked, await cutOff(page)]).toEqual([[], [], []]);
  });

  test.each(VIEWS)("charts of every kind are drawn whole: %o", async (view) => {
    const charts = kinds();
    const columns = [
      { key: "share", label: "share", unit: "%", digits: 1 },
      { key: "text", label: "a sentence", wide: true },
    ];
    const rows = [{ share: { value: 72, low: 68.1, high: 76.25 }, text: "word ".repeat(80) }];
    const body = html`${charts.map((one) => figure(one))}${table({ id: "t", columns, rows })}`;
    const sections = [{ title: "Kinds", body }];
    const plotly = await loadPlotly(bundleFor(charts));
    const text = page({ title: "Every kind", provider: "offline", sections, plotly });
    const opened = await open("kinds.html", text, view);
    await opened.page.waitForTimeout(300); // flows are drawn in steps
    expect(await opened.page.locator(".plot .main-svg:first-child").count()).toBe(charts.length);
    expect(await opened.page.locator("td").first().textContent()).toBe("72.0 [68.1, 76.3]");
    expect([opened.said, opened.asked, await cutOff(opened.page)]).toEqual([[], [], []]);
  });
});
