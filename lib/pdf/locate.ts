import type { Box, Page, Span } from "./types.ts";

/** Where characters of a page's text stand: one box for each line that they run over. Inside a span, places are estimated from letter widths. */
export function locate(page: Pick<Page, "text" | "spans">, start: number, end: number): Box[] {
  const boxes: Box[] = [];
  for (let index = firstAfter(page.spans, start); index < page.spans.length; index++) {
    const span = page.spans[index];
    if (!span || span.start >= end) break;
    const box = partOf(page.text, span, Math.max(start, span.start), Math.min(end, span.end));
    const last = boxes.at(-1);
    if (last && areOnOneLine(last, box)) boxes[boxes.length - 1] = both(last, box);
    else boxes.push(box);
  }
  return boxes;
}

/** Index of the first span that ends after a place; spans are in the order of the text. */
function firstAfter(spans: readonly Span[], place: number): number {
  let [low, high] = [0, spans.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((spans[middle]?.end ?? 0) > place) high = middle;
    else low = middle + 1;
  }
  return low;
}

function partOf(text: string, { start, end, box }: Span, from: number, to: number): Box {
  const whole = widthOf(text.slice(start, end));
  const before = widthOf(text.slice(start, from));
  const width = widthOf(text.slice(from, to));
  return { ...box, x: box.x + (box.width * before) / whole, width: (box.width * width) / whole };
}

/** Letters of about one width in a text face, in thousandths of its size: between Helvetica and Times. */
const WIDTHS: readonly (readonly [letters: string, width: number])[] = [
  [" ijl.,:;'|!", 260],
  ["ftI/\\", 290],
  ['r()[]{}-"*', 340],
  ["aceksvxyz?", 485],
  ["FJLPSTZ", 600],
  ["ABCDEHKNRUVXY&", 690],
  ["wGOQ", 735],
  ["mMW%@", 830],
];
const OTHER_WIDTH = 528;
const WIDTH_OF = new Map(WIDTHS.flatMap(([letters, width]) => [...letters].map((letter) => [letter, width] as const)));

function widthOf(text: string): number {
  let sum = 0;
  for (const letter of text) sum += WIDTH_OF.get(letter) ?? OTHER_WIDTH;
  return sum;
}

function areOnOneLine(a: Box, b: Box): boolean {
  const overlap = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y);
  const gap = b.x - a.x - a.width;
  return overlap > 0.5 * Math.min(a.height, b.height) && gap > -a.height && gap < 2 * a.height;
}

function both(a: Box, b: Box): Box {
  const [x, y] = [Math.min(a.x, b.x), Math.min(a.y, b.y)];
  const right = Math.max(a.x + a.width, b.x + b.width);
  const bottom = Math.max(a.y + a.height, b.y + b.height);
  return { x, y, width: right - x, height: bottom - y };
}
