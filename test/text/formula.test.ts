import { csvOf } from "corrigenda/report";
import { withFormulaGuard, withoutFormulaGuard } from "corrigenda/text";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { writeCsvRows } from "../../lib/labeling/csv.ts";
import { writeSheet } from "../../lib/whyfix/ratings-csv.ts";

/** OWASP, "CSV Injection": = + - @, tab, carriage return, line feed, and the full-width forms of the signs. */
const LEADING = ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"];

/** Cells as a program finds them that takes any of these signs for the end of one, and ignores quotes. */
const starts = (content: string): string[] =>
  content.split(/[,;\t\r\n]/).map((cell) => cell.replace(/^["\uFEFF]+/, ""));

const writers: readonly [string, (cell: string) => string][] = [
  ["a report's table", (cell) => csvOf({ id: "t", columns: [{ key: "a", label: "a" }], rows: [{ a: cell }] })],
  ["a rating sheet", (cell) => writeSheet(["a"], [{ a: cell }])],
  ["an annotation sheet", (cell) => writeCsvRows(["a"], [{ a: cell }])],
];

describe.each(writers)("%s", (_, write) => {
  test.each(LEADING)(
    "no cell starts with OWASP's %j, at the start, after spaces, or behind a separator of another country",
    (sign) => {
      for (const before of ["", " ", "x;", "x; ", "x\t", "x\n", "x\r\n"])
        for (const cell of starts(write(`${before}${sign}1+1`)))
          expect(cell.trimStart()).not.toMatch(/^[=+\-@＝＋－＠]/);
      expect(write(`${sign}1+1`).replace(/^\uFEFF?"?a"?\r\n"?/, "")).toMatch(/^'/);
    },
  );

  test("an ordinary text, a minus inside it and a link stay as they are", () => {
    for (const text of ["a well-known word", "5 - 3 = 2", "me@example.org", "it's"])
      expect(write(text)).toContain(text);
  });
});

test("what is guarded comes back as it was, whatever it holds", () => {
  const text = fc.stringMatching(/^[=+\-@\t\r\n＝＠'; ax"]*$/);
  fc.assert(
    fc.property(text, (cell) => {
      expect(withoutFormulaGuard(withFormulaGuard(cell))).toBe(cell);
    }),
  );
});
