import { cleanLetters } from "./letters.ts";
import type { Box } from "./types.ts";

/** Text that the engine found in one place, on one baseline. */
export interface Piece extends Box {
  readonly text: string;
  /** As the engine gave it. */
  readonly raw: string;
  readonly font: string;
}

/** What the engine tells about a piece of text. */
export interface TextItem extends Box {
  readonly text: string;
  readonly fontName?: string | undefined;
  /** Degrees. */
  readonly rotation?: number | undefined;
}

/** A page's text that stands upright, and the text that does not. */
export interface Pieces {
  readonly upright: readonly Piece[];
  readonly rotated: readonly Piece[];
}

/** Text may lean a little: a scanned page is never straight. */
const UPRIGHT_DEGREES = 5;

export function piecesOf(items: readonly TextItem[]): Pieces {
  const upright: Piece[] = [];
  const rotated: Piece[] = [];
  for (const { text: raw, x, y, width, height, fontName, rotation = 0 } of items) {
    const text = cleanLetters(raw);
    if (text === "") continue;
    const lean = Math.min(rotation, 360 - rotation);
    (lean > UPRIGHT_DEGREES ? rotated : upright).push({ text, raw, x, y, width, height, font: fontName ?? "" });
  }
  return { upright, rotated };
}

/** The smallest box around others. @param boxes [n >= 1] */
export function around(boxes: readonly Box[]): Box {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const { x, y, width, height } of boxes) {
    left = Math.min(left, x);
    top = Math.min(top, y);
    right = Math.max(right, x + width);
    bottom = Math.max(bottom, y + height);
  }
  return { x: left, y: top, width: right - left, height: bottom - top };
}
