import { nodeDisk } from "corrigenda/files";
import { loadPlotly } from "corrigenda/report";
import { afterAll, describe, expect, test } from "vitest";
import { fullRow } from "../whyfix/fixture.ts";
import { pageOf, runOf } from "../whyfix/report-input.ts";
import { chromium } from "./chromium.ts";

const { browser, open, close } = await chromium("corrigenda-pages");
const EVIL = `</script><script>document.title="hacked"</script><img src=x onerror="document.title='hacked'">`;

afterAll(close);

describe.skipIf(!browser)("a whyfix report in Chromium", () => {
  test("draws its figures in the page's colours and opens a request; planted scripts do nothing", async () => {
    const rows = [fullRow({ index: 0, learner_word: EVIL, formatted_sentence: EVIL })];
    const run = await runOf({
      rows,
      kept: () => EVIL,
      change: ({ method }) => (method === "baseline" ? { content_payload: { error: EVIL, reason: EVIL } } : {}),
    });
    const text = pageOf(run, await loadPlotly(nodeDisk(".")));
    const { dom, said } = await open("report.html", text, "#detail=lg_fu_0_Dict_fON_zero_t_l_fifty");
    expect(said).toBe("");
    expect(dom).toContain("<title>whyfix 0622-1458</title>");
    // Share, words, failures, cost; plotly puts three drawings into each.
    expect(dom.match(/<figure data-figure/g)).toHaveLength(4);
    expect(dom.match(/class="plot [^"]*js-plotly-plot/g)).toHaveLength(4);
    const drawn = dom.slice(0, dom.indexOf("<script>"));
    expect(drawn.match(/stroke: rgb\(196, 83, 47\)/g)?.length).toBeGreaterThan(0); // --series-2, light
    expect(dom).toMatch(/<dialog[^>]* open=""/);
    expect(dom).toContain("<pre>&lt;/script&gt;&lt;script&gt;document.title");
    expect(dom).not.toContain("<img src");
  });
});
