import { joinLines } from "./hyphen.ts";
import { areApart, type Line, lineText } from "./lines.ts";
import type { BrokenLine } from "./paragraphs.ts";
import type { Piece } from "./pieces.ts";
import type { Span } from "./types.ts";
import type { Words } from "./words.ts";

/** A text, and where its parts stand. */
export interface Composed {
  readonly text: string;
  readonly spans: readonly Span[];
}

/** Puts lines one after the other: words broken at a line's end whole, paragraphs apart. */
export function compose(lines: readonly BrokenLine[], textOf: (piece: Piece) => string, words: Words): Composed {
  let text = "";
  const spans: Span[] = [];
  lines.forEach(({ line }, index) => {
    const next = lines[index + 1];
    const end = next && endOf(line, next, textOf, words);
    text = addLine(text, spans, { line, textOf, drop: end?.drop ?? 0 });
    text += end?.between ?? "";
  });
  return { text, spans };
}

function endOf(
  line: Line,
  next: BrokenLine,
  textOf: (piece: Piece) => string,
  words: Words,
): { drop: number; between: string } {
  if (next.break === "none") return joinLines(lineText(line, textOf), lineText(next.line, textOf), words);
  return { drop: 0, between: next.break === "row" ? "\n" : "\n\n" };
}

interface Addition {
  readonly line: Line;
  readonly textOf: (piece: Piece) => string;
  readonly drop: number;
}

function addLine(text: string, spans: Span[], { line, textOf, drop }: Addition): string {
  let whole = text;
  let before: Piece | undefined;
  line.pieces.forEach((piece, index) => {
    const isLast = index === line.pieces.length - 1;
    const own = textOf(piece);
    if (before && areApart(before, piece)) whole += " ";
    const start = whole.length;
    whole += isLast ? own.slice(0, own.length - drop) : own;
    const { x, y, width, height } = piece;
    if (whole.length > start) spans.push({ start, end: whole.length, box: { x, y, width, height } });
    before = piece;
  });
  return whole;
}
