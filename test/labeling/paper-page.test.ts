import { highlight, type Mention, madeUpPaper, type PaperParts, paperPage, runTally } from "corrigenda/labeling";
import { html, loadPlotly, page as pageOf, reportPage } from "corrigenda/report";
import { afterAll, describe, expect, test } from "vitest";
import { chromium } from "../report/chromium.ts";
import { cutOff } from "../report/cut-off.ts";
import { mention, page, replyRecord } from "./fixture.ts";

const { browser, open, close } = await chromium("corrigenda-labeling-page");
afterAll(close);

const EVIL = `</script></style><script>document.title="hacked"</script><img src=x onerror="document.title='hacked'">`;
const place = { run: "r", provider: "offline" };
const kit = { html, page: pageOf };
const text = "We use the GLSS and the DHS survey of Ghana. Nothing else.";

function at(raw_name: string, id: string, changes: Partial<Mention> = {}): Mention {
  const start = text.indexOf(raw_name);
  const evidence = { ...mention().evidence, name: { start, end: start + raw_name.length } };
  return mention({ id, raw_name, evidence, ...changes });
}
const verdict = { state: "answered", note: null, fields: null, changed: [], argument: null } as const;
const extraction = { ...verdict, valid: null, reason: null, overrides: false, changed: [] };

function paper(changes: Partial<PaperParts> = {}): PaperParts {
  const { row } = madeUpPaper(1);
  const valid = { extraction, judge: { ...verdict, changed: [], valid: true, reason: null, overrides: false } };
  const overturned = {
    ...verdict,
    changed: ["valid"],
    valid: false,
    reason: "An office is meant.",
    overrides: true,
    argument: "### Devil's advocate\n\nNo.",
  };
  const mentions = [
    at("GLSS", "a#3.1", { verdicts: valid }),
    at("DHS survey", "a#3.2", { verdicts: { ...valid, reasoning: overturned } }),
  ];
  return {
    row,
    pages: [page({ text, spans: [[0, 9, 0, 0, 9, 9]] }), page({ page: 4, text: "Bare." })],
    mentions,
    failed: [],
    ...changes,
  };
}

describe("marks on a page", () => {
  test("leave its text whole, and bring what overlaps together", () => {
    const numbered = [at("DHS survey", "2"), at("GLSS", "1"), at("survey of Ghana", "3")].map((one, n) => ({
      number: n + 1,
      mention: one,
    }));
    const { stretches, loose } = highlight(page({ text, spans: [[0, 9, 0, 0, 9, 9]] }), numbered);
    expect(stretches.map((one) => one.text).join("")).toBe(text);
    expect(
      stretches
        .filter(({ mentions }) => mentions.length > 0)
        .map((one) => [one.text, one.mentions.map(({ number }) => number)]),
    ).toEqual([
      ["GLSS", [2]],
      ["DHS survey of Ghana", [1, 3]],
    ]);
    expect(loose).toEqual([]);
  });

  test("fall back on the sentence; what has neither is told apart", () => {
    const { evidence } = mention();
    const sentence = mention({ evidence: { ...evidence, name: null, sentence: { start: 0, end: 44 } } });
    const nowhere = mention({ evidence: { ...evidence, name: null, sentence: null } });
    const { stretches, loose } = highlight(page({ text, spans: [[0, 9, 0, 0, 9, 9]] }), [
      { number: 1, mention: sentence },
      { number: 2, mention: nowhere },
    ]);
    expect([stretches[0]?.text.length, loose.map(({ number }) => number)]).toEqual([44, [2]]);
  });
});

describe("a paper's page", () => {
  const shown = paperPage(kit, paper(), { ...place, before: "paper-0" });

  test("has each mention in the text and beside it, with what judge and reasoning said and the argument", () => {
    expect(shown).toContain('<a class="k valid" id="m1" href="#n1" aria-describedby="w1">GLSS<sup>1</sup></a>');
    expect(shown).toContain('<a class="k invalid" id="m2"');
    expect(shown).toContain("reasoning: not valid, overturned. An office is meant.");
    expect(shown).toContain("<b>Devil&#39;s advocate</b>\nNo.");
    expect(shown).toContain("Page 4: no mention");
    expect(shown).toContain('<a href="paper-0.html">‹ Previous paper</a>');
    expect(shown).toContain("offline: simulated answers, no model was asked");
  });

  test("says of a page whose request failed that nothing is known of it", () => {
    const failed = [replyRecord({ ok: false, page: 4, error: "cut off", answer: null })];
    const text = paperPage(kit, paper({ failed }), place);
    expect(text).toContain("Page 4: the request failed, so nothing is known");
    expect(text).toContain("<li>extraction, page 4: cut off</li>");
  });

  test("escapes whatever a paper or a model says", () => {
    const verdicts = {
      extraction,
      judge: { ...verdict, changed: [], valid: false, reason: EVIL, overrides: true, argument: EVIL },
    };
    const evil = mention({
      ...{ raw_name: EVIL, quoted: EVIL, data_type: EVIL, verdicts },
      evidence: { ...mention().evidence, state: "not found" },
    });
    const row = { ...madeUpPaper(1).row, name: EVIL, file: EVIL };
    const failed = [replyRecord({ ok: false, error: EVIL })];
    const shown = paperPage(
      kit,
      { row, pages: [page({ text: `${EVIL} ${text}` })], mentions: [evil], failed },
      { run: EVIL, provider: EVIL },
    );
    expect(shown).not.toContain("<img");
    expect(shown.match(/<script/g)).toHaveLength(2); // the page's own data and script
  });
});

describe("a run's page", () => {
  const input = { ...place, input: "papers", last: "reasoning", scores: undefined } as const;
  const costs = [
    {
      process: "extraction",
      counts: { done: 9, failed: 1 },
      tokens: { input: 10, cached: 0, output: 5, reasoning: 0 },
      usd: 0.25,
    },
  ] as const;
  const failed = [replyRecord({ ok: false, document: "paper-1", error: "the reply was cut off", reason: "cut off" })];
  const tally = runTally({ ...input, costs, failed });
  tally.add(madeUpPaper(1));
  tally.add({ ...madeUpPaper(2), failed });
  tally.add({
    ...madeUpPaper(3),
    pages: [],
    mentions: [],
    row: { ...madeUpPaper(3).row, state: "failed", reason: "is encrypted" },
  });
  const report = tally.report();

  test("adds the papers up and leads to each", () => {
    expect(report.stats?.map(({ label, value }) => [label, value])).toEqual([
      ["Valid mentions", "40"],
      ["Overturned", "0"],
      ["Failed", "1"],
      ["Cost", "$0.2500"],
    ]);
    const [papers] = report.sections;
    const table = papers?.parts[0] && "table" in papers.parts[0] ? papers.parts[0].table : undefined;
    expect(table?.rows.map((row) => [row.paper, row.valid, row.invalid])).toEqual([
      [{ value: "The price of bread, part 1", href: "papers/paper-1.html", failed: false }, 20, 10],
      [{ value: "The price of bread, part 2", href: "papers/paper-2.html", failed: false }, 20, 10],
      [{ value: "The price of bread, part 3", href: "papers/paper-3.html", failed: true }, 0, 0],
    ]);
  });

  test("names what failed, papers and requests", async () => {
    const shown = reportPage(report, await loadPlotly("cartesian"));
    for (const words of ["is encrypted", "the reply was cut off", '<a href="papers/paper-1.html">'])
      expect(shown).toContain(words);
    expect(report.sections.map(({ title }) => title)).toEqual([
      "Papers",
      "What judge and reasoning changed",
      "What failed",
      "Cost",
    ]);
  });

  test("refuses to link anything but a page beside it", async () => {
    const evil = runTally({ ...input, costs, failed: [] });
    const made = madeUpPaper(1);
    evil.add({ ...made, row: { ...made.row, document: "x:javascript/../.." } });
    const plotly = await loadPlotly("cartesian");
    expect(() => reportPage(evil.report(), plotly)).toThrow('a table links "papers/x:javascript');
  });
});

describe.skipIf(!browser)("in Chromium", () => {
  test.each([1280, 390])("a paper's page is whole at %i px and asks for nothing", async (width) => {
    const evil = paper();
    const mentions = evil.mentions.map((one) => ({
      ...one,
      quoted: EVIL,
      verdicts: { ...one.verdicts, judge: { ...verdict, changed: [], valid: true, reason: EVIL, overrides: false } },
    }));
    const {
      page: tab,
      said,
      asked,
    } = await open("paper.html", paperPage(kit, { ...evil, mentions }, place), { width });
    expect(await cutOff(tab)).toEqual([]);
    expect([said, asked, await tab.title()]).toEqual([[], [], "The price of bread, part 1"]);
  });

  test.each([1280, 390])("the Tab key reaches every mark and shows its reason, whole, at %i px", async (width) => {
    const { page: tab } = await open("paper.html", paperPage(kit, paper(), place), { width });
    const why = tab.locator("#w2");
    expect(await why.isVisible()).toBe(false);
    for (let presses = 0; presses < 20; presses++) {
      await tab.keyboard.press("Tab");
      if (await tab.evaluate("document.activeElement?.id === 'm2'")) break;
    }
    expect(await why.isVisible()).toBe(true);
    expect(await why.textContent()).toContain("An office is meant.");
    const box = await why.boundingBox();
    expect(box?.x).toBeGreaterThanOrEqual(0);
    expect((box?.x ?? 0) + (box?.width ?? 0)).toBeLessThanOrEqual(width);
    await tab.keyboard.press("Enter");
    expect(await tab.evaluate("location.hash")).toBe("#n2");
  });

  test("a run of 1,000 papers shows fifty at a time; sorted rows still lead to their paper", async () => {
    const tally = runTally({ ...place, input: "papers", last: "reasoning", scores: undefined, costs: [], failed: [] });
    for (let n = 0; n < 1000; n++) tally.add(madeUpPaper(n));
    const { page: tab, said } = await open("report.html", reportPage(tally.report(), await loadPlotly("cartesian")));
    const rows = tab.locator("#table-papers tbody tr");
    expect(await rows.count()).toBe(50);
    const heading = tab.locator("#table-papers th button").first();
    await heading.click();
    await heading.click();
    expect(await rows.first().locator("a").getAttribute("href")).toBe("papers/paper-999.html");
    expect(said).toEqual([]);
  });
});
