import { type Line, lineText, segmentsOf } from "./lines.ts";
import type { Piece } from "./pieces.ts";

/** A piece of text at a page's upper or lower end, as it may come again on the pages around. */
export interface Edge {
  readonly at: "header" | "footer";
  /** Letters and signs, digits as "#": equal on pages that differ in their number only. */
  readonly form: string;
  readonly numbers: readonly number[];
  readonly y: number;
  readonly pieces: readonly Piece[];
  /** The page's first or last line, with white between it and the next. */
  readonly outermost: boolean;
}

/** The edges of a page. */
export interface Edges {
  readonly page: number;
  readonly edges: readonly Edge[];
}

/** Headers and footers are looked for in the outer parts of a page, this many lines deep. */
const BAND = 0.15;
const DEEP = 3;
/** What stands further apart, in line heights, is not one piece of text. */
const APART = 1.5;
/** In points: how far the same line may move from page to page. */
const DRIFT = 6;
/** A page is compared with this many pages before and after it: running titles change from chapter to chapter. */
export const AROUND = 8;
/** Shorter documents are left alone: nothing can be seen to repeat. */
const SHORTEST = 3;

/** @param lines from the top */
export function edgesOf(lines: readonly Line[], page: number, height: number): Edges {
  const upper = lines.slice(0, DEEP).filter(({ top }) => top < height * BAND);
  const lower = lines.slice(-DEEP).filter((line) => line.top + line.height > height * (1 - BAND));
  const edge = (at: Edge["at"]) => (line: Line) =>
    segmentsOf(line, APART).map(({ pieces, top }): Edge => {
      const text = lineText({ pieces });
      const form = text.replace(/\d+/g, "#").replace(/ /g, "").toLowerCase();
      const outermost = line === (at === "header" ? lines[0] : lines.at(-1)) && standsApart(lines, at);
      return { at, form, numbers: (text.match(/\d+/g) ?? []).map(Number), y: top, pieces, outermost };
    });
  return { page, edges: [...upper.flatMap(edge("header")), ...lower.flatMap(edge("footer"))] };
}

function standsApart(lines: readonly Line[], at: Edge["at"]): boolean {
  const [above, below] = at === "header" ? lines.slice(0, 2) : lines.slice(-2);
  return above !== undefined && below !== undefined && below.top - above.top - above.height > above.height;
}

/**
 * What comes again, at the same height, on half of the pages around or on half of those with the same parity. Numbers
 * in it stand still or count the pages; so a row of a table is not taken for a running title.
 * @param around this page's edges too
 */
export function repeatedEdges({ page, edges }: Edges, around: readonly Edges[]): Edge[] {
  if (around.length < SHORTEST) return [];
  const sameParity = around.filter((other) => (other.page - page) % 2 === 0);
  const repeated = edges.filter((edge) => {
    const on = (others: readonly Edges[]): number =>
      others.filter((other) => other.edges.some((one) => comesAgain(edge, one, other.page - page))).length;
    const isMost = (count: number, of: number): boolean => count >= Math.max(2, of / 2);
    return isMost(on(sameParity), sameParity.length) || isMost(on(around), around.length);
  });
  // The title of a short chapter beside the page number goes with it.
  const beside = (edge: Edge): boolean => repeated.some((one) => one.outermost && one.at === edge.at);
  return edges.filter((edge) => repeated.includes(edge) || (edge.outermost && beside(edge)));
}

function comesAgain(a: Edge, b: Edge, pages: number): boolean {
  if (a.at !== b.at || a.form !== b.form || Math.abs(a.y - b.y) > DRIFT) return false;
  const steps = a.numbers.map((number, index) => (b.numbers[index] ?? Number.NaN) - number);
  // A number alone is a page number; beside words it may also stand still.
  const alone = !/\p{L}/u.test(a.form);
  return steps.every((step) => step === pages || (!alone && step === 0));
}
