import type { Piece } from "./pieces.ts";

/**
 * Mends "200 1": where a font's 1 is narrow in a wide cell, the engine takes the white beside it for a space. A font in
 * which no 1 ever touches the digit before it is such a font.
 */
export interface NarrowOnes {
  add(pieces: readonly Piece[]): void;
  mend(piece: Piece): string;
}

const ENOUGH = 3;

export function createNarrowOnes(): NarrowOnes {
  const fonts = new Map<string, { apart: number; close: number }>();
  return {
    add: (pieces) => {
      for (const { text, font } of pieces) {
        if (!text.includes("1")) continue;
        const counts = fonts.get(font) ?? { apart: 0, close: 0 };
        counts.apart += text.match(/\d (?=1)/g)?.length ?? 0;
        counts.close += text.match(/\d(?=1)/g)?.length ?? 0;
        fonts.set(font, counts);
      }
    },
    mend: ({ text, font }) => {
      const counts = fonts.get(font);
      return counts && counts.close === 0 && counts.apart >= ENOUGH ? text.replace(/(\d) (?=1)/g, "$1") : text;
    },
  };
}
