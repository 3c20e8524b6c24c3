import { CODES, essaysPage, exampleCounts, finetuneLine, type ShownExample, stretches } from "corrigenda/ielts";
import { html, page } from "corrigenda/report";
import { afterAll, describe, expect, test } from "vitest";
import { chromium } from "../report/chromium.ts";
import { evidence, example } from "./fixture.ts";

const { browser, open, close } = await chromium("corrigenda-ielts-page");
afterAll(close);

const none = { band: 6, evidence_quotes: [], errors: [], suggestions: [] };
const shown = (over: Partial<ShownExample["criteria"][number]>[], essay: string): ShownExample => ({
  ...{ id: "train-1", prompt: "Why?", essay, overall: 6 },
  criteria: CODES.map((name, at) => ({ name, ...none, ...over[at] })),
});

describe("an essay is cut where quotes and errors begin and end:", () => {
  const essay = "Peoples should to help. They is kind.";
  test("overlapping marks keep every character, each with what stands on it", () => {
    const error = { span: "should to", type: "grammar", fix: "should" };
    const cut = stretches(
      shown(
        [{ evidence_quotes: ["Peoples should to help."] }, { evidence_quotes: ["help. They"] }, { errors: [error] }],
        essay,
      ),
    );
    expect(cut.map(({ text }) => text).join("")).toBe(essay);
    expect(cut.map(({ text, quotes, errors }) => [text, quotes.join(), errors.length])).toEqual([
      ["Peoples ", "TR", 0],
      ["should to", "TR", 1],
      [" ", "TR", 0],
      ["help.", "TR,CC", 0],
      [" They", "CC", 0],
      [" is kind.", "", 0],
    ]);
  });

  test("a quote that is not in the essay marks nothing", () => {
    expect(stretches(shown([{ evidence_quotes: ["nowhere"] }], essay))).toEqual([
      { text: essay, quotes: [], errors: [] },
    ]);
  });
});

test("examples are counted by side, band, criterion and error type; the first three of each band are shown", () => {
  const counts = exampleCounts();
  const line = finetuneLine(
    example({ bands: [6, 6.5, 6, 6] }),
    CODES.map(() => evidence(example().essay)),
  );
  for (let at = 1; at <= 5; at++) counts.add(at > 3 ? "validation" : "train", at, line);
  counts.add("train", 6, "no example");
  const { overall, bands, errors, examples, shown: kept } = counts.result();
  expect(examples).toBe(5);
  expect([...overall]).toEqual([["6.0", { train: 3, validation: 2 }]]);
  expect(bands.map((own) => [...own])).toEqual([[["6.0", 5]], [["6.5", 5]], [["6.0", 5]], [["6.0", 5]]]);
  expect(errors[0]).toEqual([5, 0, 0, 0, 0]);
  expect(kept.map(({ id }) => id)).toEqual(["train-1", "train-2", "train-3"]);
});

describe("a hostile essay", () => {
  const attack = `<script>document.title="hit"</script><img src=x onerror="document.title='hit'">`;
  const one = shown(
    [
      { evidence_quotes: [attack.slice(0, 30)], suggestions: [attack], name: attack },
      { errors: [{ span: attack.slice(8, 40), type: `"><b>`, fix: attack }] },
    ],
    `${attack} They is kind.`,
  );
  const text = essaysPage({ html, page }, [{ ...one, prompt: attack }], { run: "r", provider: "offline" });

  test("is escaped wherever it stands", () => {
    expect(text).not.toContain("<script>document");
    expect(text).not.toContain("<img");
    expect(text).not.toContain(`"><b>`);
    expect(text).toContain("&lt;script&gt;document");
  });

  test.skipIf(!browser)("runs nothing in Chromium, asks the network for nothing and is nowhere cut off", async () => {
    for (const width of [1280, 390]) {
      const opened = await open(`essays-${width}.html`, text, { width });
      expect(await opened.page.title()).toBe("Evidence in its essays");
      expect([opened.said, opened.asked]).toEqual([[], []]);
      expect(await opened.page.evaluate("document.documentElement.scrollWidth")).toBe(width);
      expect(await opened.page.locator(".essay").innerText()).toContain("<img src=x");
    }
  });
});
