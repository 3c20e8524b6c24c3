import { type Line, WORD_GAP } from "./lines.ts";

/** The white between two columns of text. */
export interface Gutter {
  /** A point in the white: what stands on both sides of it spans the columns. */
  readonly x: number;
  /** Where the lines of the right column begin. */
  readonly rightEdge: number;
}

/** Where a stretch of text begins and ends on a line. */
export interface Extent {
  readonly left: number;
  readonly right: number;
  /** Width covered by text. */
  readonly ink: number;
}

/** A line, and its parts that lie further apart than words do. */
export interface Row {
  readonly line: Line;
  readonly parts: readonly Extent[];
}

/** Left and right end of the lines of a region. */
export interface Frame {
  readonly left: number;
  readonly right: number;
}

/** A column holds at least this part of its region's width. */
const NARROWEST = 0.2;
/** In line heights: nobody sets columns narrower than half of this. */
const NARROWEST_REGION = 24;
/** A line fills its column from this part of its width on; less is a cell, a heading, an end of a paragraph. */
const FILLS = 0.55;
/** A line of text is mostly ink; a row of cells is not. */
const INK = 0.7;
/** How many lines in a row must fill both columns; more where the white is no wider than a loose space. */
const RUN = 3;
const NARROW_RUN = 6;
/** In line heights. */
const NARROW = 1.2;
const NARROWEST_GUTTER = 0.75;
/** In points: how exactly lines of a column begin at the same place. */
const EDGE = 2;
/** How many places are looked at: three columns and their indents have fewer. */
const EDGES = 8;
/** In points: the middle of the white is looked for this near to the right column. */
const MIDDLE = 12;
/** Indents are shorter than this, in line heights. */
const INDENT = 3;

export function rowsOf(lines: readonly Line[]): Row[] {
  return lines.map((line) => {
    const parts: { left: number; right: number; ink: number }[] = [];
    for (const { x, width } of line.pieces) {
      const last = parts.at(-1);
      if (!last || x - last.right > WORD_GAP * line.height) parts.push({ left: x, right: x + width, ink: width });
      else [last.right, last.ink] = [Math.max(last.right, x + width), last.ink + width];
    }
    return { line, parts };
  });
}

/** The gutter that most lines of text keep clear of; undefined where the text has one column. */
export function findGutter(rows: readonly Row[], hint?: Gutter): Gutter | undefined {
  const frame = frameOf(rows);
  const type = rows[rows.length >> 1]?.line.height ?? 0;
  if (frame.right - frame.left < NARROWEST_REGION * type) return undefined;
  let best: Found | undefined;
  for (const rightEdge of leftEdges(rows, frame)) {
    const found = supportOf(rows, frame, rightEdge);
    if (found && found.score > (best?.score ?? 0)) best = found;
  }
  if (best) return best.gutter;
  return hint && sharesHint(rows, frame, hint) ? hint : undefined;
}

export function frameOf(rows: readonly Row[]): Frame {
  let [left, right] = [Infinity, -Infinity];
  for (const { line } of rows) {
    left = Math.min(left, line.left);
    right = Math.max(right, line.right);
  }
  return { left, right };
}

/** Places where several lines begin, or go on after a gap. */
function leftEdges(rows: readonly Row[], { left, right }: Frame): number[] {
  const margin = (right - left) * NARROWEST;
  const starts = new Map<number, { count: number; sum: number }>();
  for (const { parts } of rows) {
    for (const { left: x } of parts) {
      if (x < left + margin || x > right - margin) continue;
      const place = Math.round(x / EDGE);
      const bin = starts.get(place);
      if (bin) [bin.count, bin.sum] = [bin.count + 1, bin.sum + x];
      else starts.set(place, { count: 1, sum: x });
    }
  }
  return [...starts.values()]
    .filter(({ count }) => count >= RUN)
    .sort((a, b) => b.count - a.count)
    .slice(0, EDGES)
    .map(({ count, sum }) => sum / count);
}

interface Found {
  readonly gutter: Gutter;
  /** More for more lines, and for more white between them. */
  readonly score: number;
}

/** Looks for lines of text on both sides of a gutter, in runs that nothing interrupts. */
function supportOf(rows: readonly Row[], frame: Frame, rightEdge: number): Found | undefined {
  const probe = { x: rightEdge - EDGE - 1, rightEdge };
  const empty = { left: 0, right: 0, end: frame.left, height: 0 };
  let [lines, end, height, run] = [0, frame.left, 0, { ...empty }];
  const close = (): void => {
    const needed = rightEdge - run.end < NARROW * run.height ? NARROW_RUN : RUN;
    if (Math.min(run.left, run.right) >= needed) {
      [lines, end, height] = [lines + run.left + run.right, Math.max(end, run.end), Math.max(height, run.height)];
    }
    run = { ...empty };
  };
  for (const row of rows) {
    const sides = sidesOf(row, probe.x);
    const leftEnd = sides?.left?.right ?? frame.left;
    if (!sides || rightEdge - leftEnd < NARROWEST_GUTTER * row.line.height) {
      close();
      continue;
    }
    if (isLeftText(row, sides.left, frame, probe)) run.left += 1;
    if (isRightText(row, sides.right, frame, probe)) run.right += 1;
    run.end = Math.max(run.end, leftEnd);
    run.height = Math.max(run.height, row.line.height);
  }
  close();
  if (lines === 0) return undefined;
  const white = rightEdge - end;
  return {
    gutter: { x: Math.max(end + white / 2, rightEdge - MIDDLE), rightEdge },
    score: lines * Math.min(2, white / height),
  };
}

/** A page whose columns are short: the gutter of the page before holds while each side has a line of text. */
function sharesHint(rows: readonly Row[], frame: Frame, hint: Gutter): boolean {
  return (
    rows.some((row) => isLeftText(row, sidesOf(row, hint.x)?.left, frame, hint)) &&
    rows.some((row) => isRightText(row, sidesOf(row, hint.x)?.right, frame, hint))
  );
}

export interface Sides {
  readonly left: Extent | undefined;
  readonly right: Extent | undefined;
}

/** What of a line stands on the two sides; undefined where it crosses. */
export function sidesOf({ parts }: Row, x: number): Sides | undefined {
  let first = 0;
  for (const part of parts) {
    if (part.left < x && part.right > x) return undefined;
    if (part.right <= x) first += 1;
  }
  return { left: joined(parts, 0, first), right: joined(parts, first, parts.length) };
}

function joined(parts: readonly Extent[], from: number, to: number): Extent | undefined {
  const [first, last] = [parts[from], parts[to - 1]];
  if (!first || !last || to <= from) return undefined;
  let ink = 0;
  for (let index = from; index < to; index++) ink += parts[index]?.ink ?? 0;
  return { left: first.left, right: last.right, ink };
}

export function isLeftText({ line }: Row, side: Extent | undefined, frame: Frame, { x }: Gutter): boolean {
  return side !== undefined && side.left - frame.left < INDENT * line.height && fills(side, x - frame.left);
}

export function isRightText({ line }: Row, side: Extent | undefined, frame: Frame, { rightEdge }: Gutter): boolean {
  return side !== undefined && side.left - rightEdge < INDENT * line.height && fills(side, frame.right - rightEdge);
}

function fills({ left, right, ink }: Extent, width: number): boolean {
  return right - left >= FILLS * width && ink >= INK * (right - left);
}
