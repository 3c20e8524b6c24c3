import type { Piece } from "./pieces.ts";

/** Pieces on one baseline, left to right. */
export interface Line {
  readonly pieces: readonly Piece[];
  readonly left: number;
  readonly right: number;
  /** Of its longest piece: signs of other fonts may stand higher and lower. */
  readonly top: number;
  readonly height: number;
  readonly font: string;
}

/** A wider gap, in heights of the line, is more than the space between two words. */
export const WORD_GAP = 0.6;
/** From this ratio of heights on, the taller piece is an initial or a bracket over several lines. */
const TALL = 1.8;

/** Pieces grouped by baseline, from the top. Raised and lowered characters belong to the line that they touch. */
export function linesOf(pieces: readonly Piece[]): Line[] {
  const sorted = [...pieces].sort((a, b) => middle(a) - middle(b) || a.x - b.x);
  const lines: Piece[][] = [];
  const cores: Piece[] = [];
  for (const piece of sorted) {
    const index = lastOnBaseline(cores, piece);
    const core = cores[index];
    if (core === undefined) {
      lines.push([piece]);
      cores.push(piece);
      continue;
    }
    lines[index]?.push(piece);
    if (piece.height > core.height && piece.height < core.height * TALL) cores[index] = piece;
  }
  return lines.map((line) => lineOf(line)).sort((a, b) => a.top + a.height / 2 - b.top - b.height / 2);
}

/** The last few lines are enough: pieces come sorted by height on the page. */
function lastOnBaseline(cores: readonly Piece[], piece: Piece): number {
  const lowest = Math.max(0, cores.length - 4);
  for (let index = cores.length - 1; index >= lowest; index--) {
    const core = cores[index];
    if (core && shareBaseline(core, piece)) return index;
  }
  return -1;
}

function shareBaseline(a: Piece, b: Piece): boolean {
  const [tall, small] = a.height >= b.height ? [a, b] : [b, a];
  // An initial stands on the first of its lines: only its upper part counts.
  const height = tall.height > small.height * TALL ? small.height * 1.2 : tall.height;
  const at = middle(small);
  return at > tall.y && at < tall.y + height;
}

function middle({ y, height }: Piece): number {
  return y + height / 2;
}

/** @param pieces [n >= 1] on one baseline */
export function lineOf(pieces: readonly Piece[]): Line {
  const sorted = [...pieces].sort((a, b) => a.x - b.x);
  let [longest, right] = [sorted[0], -Infinity];
  for (const piece of sorted) {
    right = Math.max(right, piece.x + piece.width);
    if (longest && piece.text.length > longest.text.length) longest = piece;
  }
  return {
    pieces: sorted,
    left: sorted[0]?.x ?? 0,
    right,
    top: longest?.y ?? 0,
    height: longest?.height ?? 0,
    font: longest?.font ?? "",
  };
}

/** The parts of a line that lie further apart than words do. @param gap in heights of the line */
export function segmentsOf(line: Line, gap: number): Line[] {
  const starts = startsOf(line, gap);
  if (starts.length === 1) return [line];
  return starts.map((start, index) => lineOf(line.pieces.slice(start, starts[index + 1])));
}

/** Indexes of the pieces at which such parts begin. */
export function startsOf({ pieces, height }: Line, gap: number): number[] {
  const starts: number[] = [];
  let right = -Infinity;
  pieces.forEach(({ x, width }, index) => {
    if (x - right > gap * height) starts.push(index);
    right = Math.max(right, x + width);
  });
  return starts;
}

/** Width covered by text, gaps between words of one piece included. */
export function ink({ pieces }: Line): number {
  let sum = 0;
  for (const { width } of pieces) sum += width;
  return sum;
}

/** A line as printed, with the words that lie apart told apart. @param from first piece @param to behind the last */
export function lineText({ pieces }: Pick<Line, "pieces">, from = 0, to = pieces.length): string {
  let text = "";
  for (let index = from; index < to; index++) {
    const [before, piece] = [pieces[index - 1], pieces[index]];
    if (piece) text += index > from && before && areApart(before, piece) ? ` ${piece.text}` : piece.text;
  }
  return text;
}

/** Whether a space belongs between two neighbours on a line. */
export function areApart(before: Piece, after: Piece): boolean {
  return after.x - before.x - before.width > 0.12 * Math.min(before.height, after.height);
}
