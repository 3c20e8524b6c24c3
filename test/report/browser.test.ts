import { nodeDisk } from "corrigenda/files";
import { figure, html, loadPlotly, page, table } from "corrigenda/report";
import { afterAll, describe, expect, test } from "vitest";
import { chromium } from "./chromium.ts";

const { browser, open, close } = await chromium("corrigenda-report");

afterAll(close);

const EVIL = "<img src=x onerror=\"document.title='hacked'\">";

async function report(): Promise<string> {
  const rows = Array.from({ length: 120 }, (_, n) => ({
    n,
    why: { value: n === 7 ? EVIL : `reason ${n}`, detail: `d${n}` },
  }));
  const columns = [
    { key: "n", label: "n" },
    { key: "why", label: "why" },
  ];
  const body = html`${figure({ title: "F", data: [{ type: "bar", x: ["a"], y: [1] }] })}${table({ columns, rows })}`;
  const details = { d7: { title: EVIL, fields: [{ label: "reply", value: EVIL, block: true }] } };
  const plotly = await loadPlotly(nodeDisk("."));
  return page({ title: "T", provider: "offline", sections: [{ title: "S", body }], details, plotly });
}

describe.skipIf(!browser)("in Chromium", () => {
  test("draws figures, pages and details under its own policy, and runs nothing that came in as text", async () => {
    const { dom, said } = await open("report.html", await report(), "#detail=d7");
    expect(said).toBe("");
    expect(dom).toContain('class="main-svg"');
    expect(dom).toContain("1–50 of 120");
    expect(dom).toMatch(/<dialog[^>]* open=""/);
    expect(dom).toContain("<pre>&lt;img src=x onerror");
    expect(dom).toContain("<title>T</title>");
    expect(dom).not.toContain("<img src");
  });

  test("an injected script is refused by the policy", async () => {
    const { dom, said } = await open(
      "injected.html",
      (await report()).replace("</main>", "<script>document.title='hacked'</script></main>"),
    );
    expect(dom).toContain("<title>T</title>");
    expect(said).toContain("Content Security Policy");
  });

  test("sorts, filters, turns pages and opens a row on a click", async () => {
    const click = `
      const log = [];
      const first = () => document.querySelector("tbody tr").textContent + " | " + document.querySelector("[data-place]").textContent;
      const press = (selector) => { document.querySelector(selector).click(); log.push(first()); };
      press("th button"); press("th button"); press("th button");
      press("[data-turn='1']"); press("[data-turn='1']");
      const filter = document.querySelector("[data-filter]");
      filter.value = "reason 11"; filter.dispatchEvent(new Event("input")); log.push(first());
      filter.value = "7"; filter.dispatchEvent(new Event("input"));
      document.querySelector("[data-detail=d7]").click();
      log.push(document.getElementById("detail").open, document.querySelector("pre").textContent, location.hash);
      document.querySelector("[data-close]").click();
      log.push(document.getElementById("detail").open);
      document.body.replaceChildren(JSON.stringify(log));`;
    const open_ = (await report())
      .replace(/<meta http-equiv[^>]*>/, "")
      .replace("</body>", `<script>${click}</script></body>`);
    const { dom } = await open("clicks.html", open_);
    const log = JSON.parse(
      (dom.match(/<body>(.*)<\/body>/s)?.[1] ?? "").replaceAll("&lt;", "<").replaceAll("&gt;", ">"),
    );
    expect(log).toEqual([
      "119reason 119 | 1–50 of 120",
      "0reason 0 | 1–50 of 120",
      "0reason 0 | 1–50 of 120",
      "50reason 50 | 51–100 of 120",
      "100reason 100 | 101–120 of 120",
      "11reason 11 | 1–11 of 11 (120 in all)",
      true,
      EVIL,
      "#detail=d7",
      false,
    ]);
  });
});
