import { joinLines } from "./hyphen.ts";
import { areApart, type Line } from "./lines.ts";
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
export function compose(lines: readonly BrokenLine[], words: Words): Composed {
  let text = "";
  const spans: Span[] = [];
  lines.forEach(({ line, text: own }, index) => {
    const next = lines[index + 1];
    const end = next ? endOf(own, next, words) : { drop: 0, between: "" };
    addSpans(spans, line, { start: text.length, end: text.length + own.length - end.drop });
    text += own.slice(0, own.length - end.drop) + end.between;
  });
  return { text, spans };
}

function endOf(text: string, next: BrokenLine, words: Words): { drop: number; between: string } {
  if (next.break === "none") return joinLines(text, next.text, words);
  return { drop: 0, between: next.break === "row" ? "\n" : "\n\n" };
}

/** One span for each piece, as far as the line's end is kept. */
function addSpans(spans: Span[], { pieces }: Line, { start, end }: { start: number; end: number }): void {
  let at = start;
  let before: Piece | undefined;
  for (const piece of pieces) {
    if (before && areApart(before, piece)) at += 1;
    const stop = Math.min(end, at + piece.text.length);
    const { x, y, width, height } = piece;
    if (stop > at) spans.push({ start: at, end: stop, box: { x, y, width, height } });
    at = stop;
    before = piece;
  }
}
