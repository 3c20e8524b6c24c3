import type { Piece } from "./pieces.ts";

/**
 * Mends what the engine takes for spaces and for none. "200 1": where a font's 1 is narrow in a wide cell, the white
 * beside it looks like a space; a font in which no 1 ever touches the digit before it is such a font. "of200": an f that
 * hangs over a space hides it.
 */
export interface Spaces {
  add(pieces: readonly Piece[]): void;
  /** Mends by what is known now. */
  mender(): (piece: Piece) => Piece;
}

const ENOUGH = 3;
const APART = /(\d) (?=1)/g;
const CLOSE = /\d(?=1)/g;
const HIDDEN = /\bof(?=\d)/g;

export function createSpaces(): Spaces {
  const fonts = new Map<string, { apart: number; close: number }>();
  return {
    add: (pieces) => {
      for (const { text, font } of pieces) {
        if (!text.includes("1")) continue;
        const counts = fonts.get(font) ?? { apart: 0, close: 0 };
        counts.apart += text.match(APART)?.length ?? 0;
        counts.close += text.match(CLOSE)?.length ?? 0;
        fonts.set(font, counts);
      }
    },
    mender: () => {
      const narrow = new Set([...fonts].filter(([, n]) => n.close === 0 && n.apart >= ENOUGH).map(([font]) => font));
      return (piece) => {
        const whole = narrow.has(piece.font) ? piece.text.replace(APART, "$1") : piece.text;
        const text = whole.includes("of") ? whole.replace(HIDDEN, "of ") : whole;
        return text === piece.text ? piece : { ...piece, text };
      };
    },
  };
}
