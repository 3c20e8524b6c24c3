import type { EnginePage } from "./document.ts";
import type { Box } from "./types.ts";

/** How a page was turned before it was read; its size is the size before. */
export interface Turn {
  /** Degrees, clockwise, by which its text stood. */
  readonly angle: 0 | 90 | 180 | 270;
  readonly width: number;
  readonly height: number;
}

const ANGLES = [90, 180, 270] as const;

/** The angle at which most of a page's text stands. */
export function turnOf({ textItems, width, height }: EnginePage): Turn {
  const letters = { 0: 0, 90: 0, 180: 0, 270: 0 };
  let all = 0;
  for (const { text, rotation = 0 } of textItems) {
    all += text.length;
    const angle = ANGLES.find((one) => Math.abs(rotation - one) < 2);
    if (angle) letters[angle] += text.length;
  }
  return { angle: ANGLES.find((angle) => letters[angle] > all / 2) ?? 0, width, height };
}

/** A box on the turned page, where it stands on the page as it is. */
export function turnBack(box: Box, turn: Turn | undefined): Box {
  if (!turn || turn.angle === 0) return box;
  const { x, y, width, height } = box;
  if (turn.angle === 90) return { x: turn.width - y - height, y: x, width: height, height: width };
  if (turn.angle === 180) return { x: turn.width - x - width, y: turn.height - y - height, width, height };
  return { x: y, y: turn.height - x - width, width: height, height: width };
}
