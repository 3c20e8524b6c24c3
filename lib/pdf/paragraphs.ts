import type { Leaf } from "./columns.ts";
import { ink, type Line, lineText, startsOf } from "./lines.ts";

/** What stands between a line and the one before it in the text. */
export type Break = "none" | "paragraph" | "row";

export interface BrokenLine {
  readonly line: Line;
  readonly text: string;
  readonly break: Break;
}

/** White between lines, in leadings, from which on a new paragraph begins. */
const NEW_PARAGRAPH = 1.3;
/** How many lines show where lines end. */
const NEAR = 3;
/** Text is hardly ever set wider than this, in line heights. */
const WIDEST_LEADING = 1.9;
/** Indents, in line heights. */
const INDENT = 0.7;
/** Cells of a row lie this far apart, in line heights. */
const CELL = 2;
const MARKER = /^(?:\d{1,3}[.)](?=\s|$)|\[\d{1,3}\](?=\s|$)|[•▪◦·](?=\s|$)|\*{1,3}(?=[\s\p{L}])|[†‡§])/u;
/** Dots that lead to a page number. */
const LEADER = /(?:\s?\.){5}/;
const ENDED = /[.!?:][)"'\]]*$/;

/** The lines of a page with their breaks, in reading order. */
export function breakLines(leaves: readonly Leaf[]): BrokenLine[] {
  const out: (BrokenLine & TextLine)[] = [];
  for (const leaf of leaves) {
    const leading = leadingOf(leaf);
    leaf.lines.forEach((line, index) => {
      const text = lineText(line);
      const here = { line, text, row: isRow(line, text) };
      const before = out.at(-1);
      const measure = { leading, right: rightOf(leaf, index) };
      const how = index > 0 && before ? breakOf(before, here, measure) : firstBreak(before, here, leaf);
      out.push({ ...here, break: how });
    });
  }
  return out;
}

/** A line, and whether it is a row of cells. */
interface TextLine {
  readonly line: Line;
  readonly text: string;
  readonly row: boolean;
}

/** Where a line and those after it end. */
function rightOf({ lines }: Leaf, from: number): number {
  let right = -Infinity;
  for (let index = from; index < from + NEAR; index++) right = Math.max(right, lines[index]?.right ?? right);
  return right;
}

/** What a line is measured by. */
interface Measure {
  /** From one line to the next in the same size of type. */
  readonly leading: (height: number) => number;
  /** Where it and the lines after it end. */
  readonly right: number;
}

function leadingOf({ lines }: Leaf): Measure["leading"] {
  const steps: { readonly height: number; readonly step: number }[] = [];
  lines.forEach((line, index) => {
    const before = lines[index - 1];
    if (!before || !areOneSize(before.height, line.height)) return;
    steps.push({ height: line.height, step: bottom(line) - bottom(before) });
  });
  const known = new Map<number, number>();
  const measure = (height: number): number => {
    const own = steps.filter((one) => areOneSize(one.height, height)).map(({ step }) => step);
    own.sort((a, b) => a - b);
    // Tables and headings have more white than text: the usual step lies low.
    return Math.min(own[Math.floor(own.length * 0.4)] ?? Infinity, WIDEST_LEADING * height);
  };
  return (height) => {
    const size = Math.round(height * 2) / 2;
    const found = known.get(size) ?? measure(size);
    known.set(size, found);
    return found;
  };
}

function areOneSize(a: number, b: number): boolean {
  return Math.abs(a - b) < 0.12 * Math.max(a, b);
}

function breakOf(
  { line: before, text, row: beforeRow }: TextLine,
  { line, text: own, row }: TextLine,
  { leading, right }: Measure,
): Break {
  const step = bottom(line) - bottom(before);
  const far = step > NEW_PARAGRAPH * leading(Math.max(before.height, line.height));
  if (beforeRow || row) return far && step > 2 * line.height ? "paragraph" : "row";
  if (far || Math.abs(line.height - before.height) > 0.25 * before.height) return "paragraph";
  const short = before.right < right - 1.5 * before.height;
  const ended = ENDED.test(text);
  if ((ended || short) && MARKER.test(own)) return "paragraph";
  const moved = line.left - before.left;
  const hangs = MARKER.test(text) && moved > 0;
  if (Math.abs(moved) > INDENT * line.height && !hangs && (short || ended)) return "paragraph";
  const looksOther = before.font !== line.font || Math.abs(line.height - before.height) > 0.07 * before.height;
  return short && looksOther ? "paragraph" : "none";
}

/** A new column goes on with the paragraph of the one before where neither side says otherwise. */
function firstBreak(last: TextLine | undefined, { line, text, row }: TextLine, { runsOn }: Leaf): Break {
  if (!last) return "none";
  const { line: before } = last;
  const goesOn = runsOn && !last.row && !row && before.font === line.font;
  const sameSize = Math.abs(line.height - before.height) < 0.1 * before.height;
  return goesOn && sameSize && !ENDED.test(last.text) && /^[\p{Ll}\p{N}("'[]/u.test(text) ? "none" : "paragraph";
}

/** Cells that stand apart, or dots that lead to a page number. */
function isRow(line: Line, text: string): boolean {
  const cells = startsOf(line, CELL).length;
  const isWhite = cells > 2 || (cells > 1 && ink(line) < 0.9 * (line.right - line.left));
  return isWhite || LEADER.test(text);
}

function bottom({ top, height }: Line): number {
  return top + height;
}
