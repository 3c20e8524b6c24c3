/** Python's white space: what str.strip, str.split and str.isspace go by. JavaScript's differs in a few characters. */
const WHITE = "\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000";
const LEADING = new RegExp(`^[${WHITE}]+`);
const TRAILING = new RegExp(`[${WHITE}]$`);
const WHITE_CHARACTER = new RegExp(`[${WHITE}]`);
/** Where Python's str.splitlines cuts. */
const LINE_ENDS = "\\n\\r\\v\\f\\x1c-\\x1e\\x85\\u2028\\u2029";
const LINE_END = new RegExp(`\\r\\n|[${LINE_ENDS}]`, "g");

/** A stretch of a text in UTF-16 units, [start, end). */
export interface Stretch {
  readonly start: number;
  readonly end: number;
}

export function isWhite(character: string): boolean {
  return WHITE_CHARACTER.test(character);
}

/** A stretch without the white space at its ends; undefined where nothing is left. */
export function stripped(text: string, { start, end }: Stretch): Stretch | undefined {
  let [from, to] = [start, end];
  while (from < to && isWhite(text.charAt(from))) from += 1;
  while (to > from && isWhite(text.charAt(to - 1))) to -= 1;
  return from < to ? { start: from, end: to } : undefined;
}

/** Python's str.strip. */
export function strip(text: string): string {
  if (isPlain(text.charCodeAt(0)) && isPlain(text.charCodeAt(text.length - 1))) return text;
  if (!LEADING.test(text) && !TRAILING.test(text)) return text;
  const left = stripped(text, { start: 0, end: text.length });
  return left === undefined ? "" : text.slice(left.start, left.end);
}

/** Printed ASCII, which most texts begin and end with. */
function isPlain(code: number): boolean {
  return code > 0x20 && code < 0x7f;
}

/** The lines of a text that are not blank, stripped. */
export function lines(text: string, within: Stretch): Stretch[] {
  return pieces(text, within, LINE_END);
}

/** What blank lines set apart, stripped. */
export function stanzas(text: string, within: Stretch): Stretch[] {
  return pieces(text, within, /\n\n/g);
}

function pieces(text: string, within: Stretch, cut: RegExp): Stretch[] {
  const found: Stretch[] = [];
  const add = (start: number, end: number): void => {
    const piece = stripped(text, { start, end });
    if (piece) found.push(piece);
  };
  const body = text.slice(within.start, within.end);
  let start = within.start;
  for (const match of body.matchAll(cut)) {
    add(start, within.start + match.index);
    start = within.start + match.index + match[0].length;
  }
  add(start, within.end);
  return found;
}
