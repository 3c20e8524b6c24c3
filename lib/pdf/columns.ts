import {
  type Extent,
  type Frame,
  findGutter,
  frameOf,
  type Gutter,
  isLeftText,
  isRightText,
  type Row,
  rowsOf,
  type Sides,
  sidesOf,
} from "./gutter.ts";
import { type Line, linesOf } from "./lines.ts";
import type { Piece } from "./pieces.ts";

/** Lines one below the other that no column divides. */
export interface Leaf {
  readonly lines: readonly Line[];
  /** Its text may go on from the leaf before: the next column of the same text. */
  readonly runsOn: boolean;
}

/** A page's text in reading order, and its gutter. */
export interface Layout {
  readonly leaves: readonly Leaf[];
  readonly gutter: Gutter | undefined;
}

/**
 * Cuts a page along its gutter: lines that cross it span the columns and split the page, what lies between two of them
 * is read column by column. Columns are cut again. @param hint the gutter of the page before
 */
export function layOut(lines: readonly Line[], hint?: Gutter): Layout {
  const rows = rowsOf(lines);
  const gutter = findGutter(rows, hint);
  if (!gutter) return { leaves: lines.length === 0 ? [] : [{ lines, runsOn: false }], gutter };
  const leaves = stretchesOf(rows, gutter).flatMap((stretch): readonly Leaf[] => {
    if (stretch.spans) return leavesOf(stretch.rows, rows.length, () => true);
    const left = leavesOf(stretch.rows, rows.length, (piece) => isLeft(piece, gutter));
    const right = leavesOf(stretch.rows, rows.length, (piece) => !isLeft(piece, gutter));
    return [...left, ...right.map((leaf, index) => (index === 0 ? { ...leaf, runsOn: left.length > 0 } : leaf))];
  });
  return { leaves, gutter };
}

function isLeft({ x, width }: Piece, gutter: Gutter): boolean {
  return x + width / 2 < gutter.x;
}

/** A part of a region, cut on where it is smaller than the whole. */
function leavesOf(rows: readonly Row[], whole: number, which: (piece: Piece) => boolean): readonly Leaf[] {
  const all = rows.flatMap(({ line }) => line.pieces);
  const pieces = all.filter(which);
  const lines = linesOf(pieces);
  if (pieces.length < all.length || rows.length < whole) return layOut(lines).leaves;
  return [{ lines, runsOn: false }];
}

/** Rows one below the other that are read across, or column by column. */
interface Stretch {
  readonly rows: readonly Row[];
  readonly spans: boolean;
}

type Label = "spans" | "text" | "open";

function stretchesOf(rows: readonly Row[], gutter: Gutter): Stretch[] {
  const labels = labelsOf(rows, gutter);
  settleOpen(rows, labels);
  const stretches: { rows: Row[]; spans: boolean }[] = [];
  rows.forEach((row, index) => {
    const spans = labels[index] === "spans";
    const last = stretches.at(-1);
    if (last?.spans === spans) last.rows.push(row);
    else stretches.push({ rows: [row], spans });
  });
  return stretches;
}

function labelsOf(rows: readonly Row[], gutter: Gutter): Label[] {
  const frame = frameOf(rows);
  return rows.map((row) => {
    const sides = sidesOf(row, gutter.x);
    return sides === undefined ? "spans" : isText(row, sides, frame, gutter) ? "text" : "open";
  });
}

/** Text fills at least one column, and what stands beside it does not look like the cell of a table. */
function isText(row: Row, { left, right }: Sides, frame: Frame, gutter: Gutter): boolean {
  const leftText = isLeftText(row, left, frame, gutter);
  const rightText = isRightText(row, right, frame, gutter);
  if (leftText && rightText) return true;
  const { height } = row.line;
  if (leftText) return !right || right.left - gutter.rightEdge < height || isFull(left, gutter.x - frame.left);
  return rightText && (!left || left.left - frame.left < height || isFull(right, frame.right - gutter.rightEdge));
}

function isFull(side: Extent | undefined, width: number): boolean {
  return side !== undefined && side.right - side.left > 0.9 * width;
}

/** Rows that say nothing themselves (cells, headings, ends of paragraphs) go with what is around them. */
function settleOpen(rows: readonly Row[], labels: Label[]): void {
  for (let from = 0; from < labels.length; from++) {
    if (labels[from] !== "open") continue;
    let to = from;
    while (labels[to] === "open") to += 1;
    const [before, after] = [labels[from - 1] ?? "edge", labels[to] ?? "edge"];
    const spansBefore = before !== "text" && !(before === "edge" && after === "text");
    const spansAfter = after === "spans";
    // Between text and a spanning block the widest white decides: it lies above a table's caption and below its notes.
    const cut = spansBefore === spansAfter || after === "edge" ? to : widestGap(rows, from, to);
    for (let index = from; index < to; index++)
      labels[index] = (index < cut ? spansBefore : spansAfter) ? "spans" : "text";
    from = to - 1;
  }
}

/** The row in (from, to] above which most white lies. */
function widestGap(rows: readonly Row[], from: number, to: number): number {
  let [best, widest] = [to, -Infinity];
  for (let index = from; index <= to; index++) {
    const [above, below] = [rows[index - 1]?.line, rows[index]?.line];
    if (!above || !below) continue;
    const white = below.top - above.top - above.height;
    if (white > widest) [best, widest] = [index, white];
  }
  return best;
}
