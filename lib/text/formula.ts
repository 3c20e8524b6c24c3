// What spreadsheets take for a formula: a sign, its full-width form included, at a cell's start, spaces and our own quotes before
// it. A cell also starts after a semicolon, a tab or a line end inside a text, where the reader's separator is another one than the
// writer's. A tab or line end that opens a cell is dropped by some programs, and then bares what follows.
const SIGN = "'*[^\\S\\t\\r\\n]*[=+\\-@＝＋－＠]";
const START = "(?<=^|[;\\t\\r\\n])";
const GUARDED = new RegExp(`${START}(?=${SIGN})|^(?='*[\\t\\r\\n])`, "g");
const GUARDS = new RegExp(`${START}'(?=${SIGN})|^'(?='*[\\t\\r\\n])`, "g");

/**
 * A cell's text with an apostrophe before whatever a spreadsheet would compute. {@link withoutFormulaGuard} gives the text back.
 * @see https://owasp.org/www-community/attacks/CSV_Injection
 */
export function withFormulaGuard(cell: string): string {
  return cell.replace(GUARDED, "'");
}

/** Takes the apostrophes of {@link withFormulaGuard} away. */
export function withoutFormulaGuard(cell: string): string {
  return cell.replace(GUARDS, "");
}
