import { exchangePage, indexPage } from "corrigenda/report";
import { intervalText } from "corrigenda/text";
import { expect, test } from "vitest";
import { madeUpRows, madeUpRuns } from "./runs.ts";

test("the index says how many runs are simulated, and keeps simulated money apart from paid money", () => {
  const text = indexPage(madeUpRuns(6, "main number"));
  expect(text).toContain("offline in 2 of 6 runs: simulated answers, no model was asked");
  expect(text).toContain("<span>Paid</span><strong>$0.0120</strong><small>and $0.0030 simulated</small>");
  const live = madeUpRuns(6, "x").filter(({ provider }) => provider === "openai");
  expect(indexPage(live).split("<body>")[1]).not.toContain("simulated");
});

test("an index without runs is a page", () => {
  expect(indexPage([])).toContain("<strong>0</strong>");
});

test("names are escaped; a name that could leave the results makes no link", () => {
  const [run] = madeUpRuns(1, "<script>x</script>");
  if (!run) throw new Error("no run");
  expect(indexPage([run])).not.toContain("<script>x");
  const files = [{ label: "report", href: "javascript:alert(1)/report.html" }];
  expect(() => indexPage([{ ...run, files }])).toThrow("links");
});

test("an interval is shown in per cent for shares, with two decimals else, and not at all where there is none", () => {
  expect(intervalText({ value: 0.96774, low: 0.838, high: 0.9943, unit: "share" })).toBe("96.8 % [83.8, 99.4]");
  expect(intervalText({ value: -2.2577, low: -8.5924, high: 2.1943, unit: "%" })).toBe("-2.3 % [-8.6, 2.2]");
  expect(intervalText({ value: 0.1057, low: null, high: null, unit: "kappa" })).toBe("0.11");
});

test("rows say whether they were answered, shared, lost or never sent, and which of how many they are", () => {
  const rows = madeUpRows(10, "text");
  const given = { study: "s", run: "r", stage: "step2", provider: "openai", rows, from: 500, total: 1_200, pages: [] };
  const text = exchangePage(given);
  expect(text).toContain("Rows 501 to 510 of 1,200; a click on an id");
  for (const state of ["answered", "shared", "no reply kept", "not sent"])
    expect(text).toContain(`<option value="${state}">`);
  expect(text).toContain("paid elsewhere: by an equal row, or by an earlier run");
  expect(text.split("<body>")[1]).not.toContain("simulated");
});
