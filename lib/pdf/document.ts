import { layOut } from "./columns.ts";
import { compose } from "./compose.ts";
import type { Gutter } from "./gutter.ts";
import { type Line, lineOf, linesOf, lineText, startsOf } from "./lines.ts";
import { AROUND, type Edge, type Edges, edgesOf, repeatedEdges } from "./margins.ts";
import { type BrokenLine, breakLines } from "./paragraphs.ts";
import { around, type Piece, piecesOf, type TextItem } from "./pieces.ts";
import { createSpaces, type Spaces } from "./spaces.ts";
import { type Turn, turnBack } from "./turn.ts";
import type { Page, Removed } from "./types.ts";
import { createWords, type Words } from "./words.ts";

/** A page as the engine reads it. */
export interface EnginePage {
  readonly pageNum: number;
  readonly width: number;
  readonly height: number;
  readonly textItems: readonly TextItem[];
  /** For a page that was printed sideways. */
  readonly turn?: Turn | undefined;
}

/** Reads a document's pages one after the other. What a page says depends on the pages around it. */
export interface DocumentReader {
  /** Takes pages in, in order. */
  add(pages: readonly EnginePage[]): void;
  /** Pages that are ready: all but the last few, whose successors are not known yet. @param ended no page will follow */
  take(ended: boolean): Generator<Page>;
}

/** A page without what the engine told: of many pages that is most of the memory. */
interface Waiting {
  readonly page: Omit<EnginePage, "textItems">;
  readonly lines: readonly Line[];
  readonly rotated: readonly Piece[];
  readonly edges: Edges;
}

/** A page waits for so many behind it: their words tell how its own are written. */
const AHEAD = 24;

export function createDocumentReader(): DocumentReader {
  const [words, spaces] = [createWords(), createSpaces()];
  const waiting: Waiting[] = [];
  let earlier: Edges[] = [];
  let gutter: Gutter | undefined;
  return {
    add: (pages) => {
      for (const page of pages) waiting.push(prepare(page, words, spaces));
    },
    take: function* (ended) {
      while (waiting.length > (ended ? 0 : AHEAD)) {
        const [next, later] = [waiting[0], waiting.slice(1, 1 + AROUND)];
        if (!next) return;
        waiting.shift();
        const repeated = repeatedEdges(next.edges, [...earlier, next.edges, ...later.map(({ edges }) => edges)]);
        earlier = [...earlier, next.edges].slice(-AROUND);
        const gone = new Set(repeated.flatMap(({ pieces }) => pieces));
        const layout = layOut(without(next.lines, gone, spaces.mender()), gutter);
        gutter = layout.gutter ?? gutter;
        yield finish(next, repeated, breakLines(layout.leaves), words);
      }
    },
  };
}

function prepare(page: EnginePage, words: Words, spaces: Spaces): Waiting {
  const { upright, rotated } = piecesOf(page.textItems);
  const lines = linesOf(upright);
  for (const line of lines) {
    const starts = startsOf(line, 1);
    for (const [index, start] of starts.entries()) words.add(lineText(line, start, starts[index + 1]));
  }
  spaces.add(upright);
  const { pageNum, width, height, turn } = page;
  return { page: { pageNum, width, height, turn }, lines, rotated, edges: edgesOf(lines, pageNum, height) };
}

/** A page's lines without what is not part of the text. */
function without(lines: readonly Line[], gone: ReadonlySet<Piece>, mend: (piece: Piece) => Piece): Line[] {
  return lines.flatMap((line) => {
    if (!line.pieces.some((piece) => gone.has(piece) || mend(piece) !== piece)) return line;
    const pieces = line.pieces.filter((piece) => !gone.has(piece)).map(mend);
    return pieces.length === 0 ? [] : lineOf(pieces);
  });
}

function finish(
  { page, rotated }: Waiting,
  repeated: readonly Edge[],
  lines: readonly BrokenLine[],
  words: Words,
): Page {
  const { text, spans } = compose(lines, words);
  const removed = [
    ...repeated.map(({ at, pieces: gone }) => removedOf(at, gone)),
    ...rotated.map((piece) => removedOf("rotated", [piece])),
  ];
  const edge = (at: Edge["at"]): Line[] =>
    linesOf(repeated.filter((one) => one.at === at).flatMap((one) => one.pieces));
  const raw = [
    ...edge("header").map(rawText),
    ...lines.map(({ line, text: own }) =>
      line.pieces.every((piece) => piece.raw === piece.text) ? own : rawText(line),
    ),
    ...edge("footer").map(rawText),
    ...rotated.map((piece) => piece.raw),
  ].join("\n");
  const { turn } = page;
  return {
    page: page.pageNum,
    width: turn?.width ?? page.width,
    height: turn?.height ?? page.height,
    text,
    raw,
    spans: turn ? spans.map((span) => ({ ...span, box: turnBack(span.box, turn) })) : spans,
    removed: turn ? removed.map((one) => ({ ...one, box: turnBack(one.box, turn) })) : removed,
  };
}

function rawText({ pieces }: Line): string {
  return lineText({ pieces: pieces.map((piece) => ({ ...piece, text: piece.raw })) });
}

function removedOf(why: Removed["why"], pieces: readonly Piece[]): Removed {
  return { text: lineText({ pieces }), why, box: around(pieces) };
}
