import { type QuoteFinder, quoteFinder, type Span } from "corrigenda/text";

/** A passage of the essay, in the essay's own characters. */
export interface Passage extends Span {
  readonly text: string;
  /** "exact": as quoted. "folded": but for case, space, hyphens or quotation marks. "aligned": within a few edits. */
  readonly match: "exact" | "folded" | "aligned";
}

interface Costed extends Span {
  readonly cost: number;
}

/** Finds what a model says it quoted. */
export interface Aligner {
  /** The passage that is meant; undefined where the essay has nothing like it. */
  find(quote: string): Passage | undefined;
}

/** Edits that still make the same passage, of its characters. */
const EDIT_SHARE = 0.15;
const MOST_EDITS = 20;
/** Shorter quotes stand everywhere, within an edit or two. */
const LEAST_ALIGNED = 12;
const MOST_CHARS = 1_000;
const LETTER = /[\p{L}\p{N}]/u;

/** Reads an essay once for many quotes. */
export function aligner(essay: string): Aligner {
  const finder = quoteFinder(essay);
  let lower: string | undefined;
  return {
    find: (quote) => {
      const wanted = quote.trim();
      if (wanted === "" || !LETTER.test(wanted)) return undefined;
      const found = whole(essay, finder, wanted);
      if (found) return found;
      const pieces = wanted.split(/\s*(?:\.{3}|…|\[\.\.\.\])\s*/).filter((piece) => piece.split(/\s+/).length >= 3);
      const piece = pieces.sort((a, b) => b.length - a.length)[0];
      if (piece !== undefined && piece !== wanted) {
        const part = whole(essay, finder, piece);
        if (part) return { ...part, match: "aligned" };
      }
      if (wanted.length < LEAST_ALIGNED || wanted.length > MOST_CHARS) return undefined;
      lower ??= sameLength(essay);
      const span = nearestSeeded(
        lower,
        sameLength(wanted),
        Math.min(MOST_EDITS, Math.floor(wanted.length * EDIT_SHARE)),
      );
      return span && passage(essay, wholeWords(essay, span), "aligned");
    },
  };
}

function whole(essay: string, finder: QuoteFinder, wanted: string): Passage | undefined {
  const at = essay.indexOf(wanted);
  if (at >= 0 && wanted.length <= MOST_CHARS && isWhole(essay, at, at + wanted.length))
    return { start: at, end: at + wanted.length, text: wanted, match: "exact" };
  const found = finder.find(wanted);
  return found && passage(essay, found, found.match === "exact" ? "exact" : "folded");
}

function passage(essay: string, { start, end }: Span, match: Passage["match"]): Passage | undefined {
  const text = essay.slice(start, end).trim();
  return text === "" || text.length > MOST_CHARS || !LETTER.test(text) ? undefined : { start, end, text, match };
}

/** Lower case where that keeps every place what it is. */
function sameLength(text: string): string {
  const lower = text.toLowerCase();
  return lower.length === text.length ? lower : text;
}

/**
 * The same as `nearest`, looked for only where it can be: of k + 1 pieces of the pattern, k edits leave one as it is.
 */
function nearestSeeded(text: string, pattern: string, k: number): Span | undefined {
  const size = Math.floor(pattern.length / (k + 1));
  const starts: number[] = [];
  for (let piece = 0; piece <= k; piece++) {
    const seed = pattern.slice(piece * size, (piece + 1) * size);
    for (let at = text.indexOf(seed); at >= 0; at = text.indexOf(seed, at + 1)) starts.push(at - piece * size - k);
  }
  let best: Costed | undefined;
  let end = -1;
  let start = 0;
  const look = (): void => {
    if (end < 0) return;
    const found = nearest(text.slice(start, end), pattern, k);
    if (found && (best === undefined || isBetter(found, best, pattern.length)))
      best = { start: found.start + start, end: found.end + start, cost: found.cost };
  };
  for (const from of starts.sort((a, b) => a - b).map((at) => Math.max(0, at))) {
    if (from > end) {
      look();
      start = from;
    }
    end = Math.min(text.length, from + pattern.length + 2 * k);
  }
  look();
  return best;
}

/**
 * The stretch of a text with the fewest edits to the pattern, at most k: Sellers' search, each column with the place
 * where its best path began. @see Sellers 1980, https://doi.org/10.1016/0196-6774(80)90016-4
 */
function nearest(text: string, pattern: string, k: number): Costed | undefined {
  const rows = pattern.length;
  let [costs, starts] = [new Int32Array(rows + 1), new Int32Array(rows + 1)];
  let [next, nextStarts] = [new Int32Array(rows + 1), new Int32Array(rows + 1)];
  for (let row = 0; row <= rows; row++) costs[row] = row;
  let best: Costed | undefined;
  for (let at = 0; at < text.length; at++) {
    const letter = text.charCodeAt(at);
    next[0] = 0;
    nextStarts[0] = at + 1;
    for (let row = 1; row <= rows; row++) {
      const same = (costs[row - 1] ?? 0) + (pattern.charCodeAt(row - 1) === letter ? 0 : 1);
      const skip = (costs[row] ?? 0) + 1;
      const add = (next[row - 1] ?? 0) + 1;
      const least = Math.min(same, skip, add);
      next[row] = least;
      const from = least === same ? starts[row - 1] : least === skip ? starts[row] : nextStarts[row - 1];
      nextStarts[row] = from ?? 0;
    }
    const found = { start: nextStarts[rows] ?? 0, end: at + 1, cost: next[rows] ?? rows };
    if (found.cost <= k && (best === undefined || isBetter(found, best, rows))) best = found;
    [costs, next, starts, nextStarts] = [next, costs, nextStarts, starts];
  }
  return best;
}

/** Fewer edits; of equal ones, the length that is nearer to the pattern's. */
function isBetter(a: Costed, b: Costed, length: number): boolean {
  const off = ({ start, end }: Costed): number => Math.abs(end - start - length);
  return a.cost < b.cost || (a.cost === b.cost && off(a) < off(b));
}

function isWhole(text: string, start: number, end: number): boolean {
  return !cuts(text, start) && !cuts(text, end);
}

/** Whether a place lies within a word. */
function cuts(text: string, at: number): boolean {
  return LETTER.test(text[at - 1] ?? " ") && LETTER.test(text[at] ?? " ");
}

/** The same stretch with the words at its ends made whole. */
function wholeWords(text: string, { start, end }: Span): Span {
  let [from, to] = [start, end];
  while (cuts(text, from)) from -= 1;
  while (cuts(text, to)) to += 1;
  return { start: from, end: to };
}
