import { isWhite, type Stretch } from "./mask-whitespace.ts";

/** How a chunk ends: other chunks follow; only closing marks follow; nothing follows. */
type Ending = "inner" | "closing" | "last";

const APOSTROPHE_WORD = /(?<![\p{L}\p{N}_])'(?!(?:re|ve|ll|m|t|s|d|n)(?![\p{L}\p{N}_]))(?=[\p{L}\p{N}_])/giu;
const EDGE = "(?<![\\p{L}\\p{N}_])";
const WORD_END = "(?![\\p{L}\\p{N}_])";
/** Words in one that count as two: the Penn Treebank's. */
const CONTRACTIONS = [
  ...["can)(not", "d)('ye", "gim)(me", "gon)(na", "got)(ta", "lem)(me", "more)('n"].map(
    (two) => `${EDGE}(${two})${WORD_END}`,
  ),
  `${EDGE}(wan)(na)(?=\\s)`,
  ...["'t)(is", "'t)(was"].map((two) => `(?<=\\s)(${two})${WORD_END}`),
].map((pattern) => new RegExp(pattern, "giu"));
const FINAL_STOP = /([^.])(\.)([\])}>"'»”’ ]*)\s*$/u;
/** A quote that opens a chunk counts as an opening one. */
const CLOSERS = /^(?!"|'')[\])}>"'»”’]+$/u;
const PLAIN = /^[\p{L}\p{N}_]+$/u;

const CACHED = 100_000;
const CACHED_LENGTH = 32;

/** Finds the words of sentences; it remembers how chunks are cut. */
export interface WordCutter {
  /** Start and end of each word, one after the other, in UTF-16 units of the text. */
  cut(text: string, sentence: Stretch, out: number[]): void;
}

/**
 * Words as NLTK's word_tokenize takes them (the Penn Treebank's conventions): signs on their own, "do" and "n't",
 * the full stop off the last word alone. Each word is a stretch of the text; quotes stay what they are there.
 * @see https://www.nltk.org/api/nltk.tokenize.destructive.html
 */
export function wordCutter(): WordCutter {
  const caches = { inner: new Map(), closing: new Map(), last: new Map() } satisfies Record<Ending, Cuts>;
  return {
    cut: (text, { start, end }, out) => {
      let stop = end;
      let ending: Ending = "last";
      const chunks: { readonly from: number; readonly to: number; readonly ending: Ending }[] = [];
      // From the end, as what follows decides whether a full stop is the last one.
      while (stop > start) {
        let from = stop;
        while (from > start && !isWhite(text.charAt(from - 1))) from -= 1;
        chunks.push({ from, to: stop, ending });
        ending = ending !== "inner" && CLOSERS.test(text.slice(from, stop)) ? "closing" : "inner";
        stop = from;
        while (stop > start && isWhite(text.charAt(stop - 1))) stop -= 1;
      }
      for (const chunk of chunks.reverse()) addChunk(text.slice(chunk.from, chunk.to), chunk, caches, out);
    },
  };
}

type Cuts = Map<string, readonly number[]>;

function addChunk(
  chunk: string,
  { from, ending }: { readonly from: number; readonly ending: Ending },
  caches: Readonly<Record<Ending, Cuts>>,
  out: number[],
): void {
  const cache = caches[ending];
  let cuts = cache.get(chunk);
  if (!cuts) {
    cuts = cutsOf(chunk, ending);
    if (chunk.length <= CACHED_LENGTH) {
      if (cache.size >= CACHED) cache.clear();
      cache.set(chunk, cuts);
    }
  }
  for (const cut of cuts) out.push(from + cut);
}

/** The rules put spaces into the chunk, one after the other; what stands between spaces is a word. */
function cutsOf(chunk: string, ending: Ending): number[] {
  if (PLAIN.test(chunk) && !CONTRACTIONS.some((pattern) => `${chunk} `.search(pattern) >= 0)) return [0, chunk.length];
  const spaced = withSpaces(chunk, ending);
  const cuts: number[] = [];
  let at = 0;
  for (const word of spaced.split(" ")) {
    if (word === "") continue;
    cuts.push(at, at + word.length);
    at += word.length;
  }
  return cuts;
}

function withSpaces(chunk: string, ending: Ending): string {
  let text = ` ${chunk}${ending === "last" ? "" : " "}`;
  const set = (pattern: RegExp, by: string): void => {
    text = text.replace(pattern, by);
  };
  set(/[«“‘„]|`+/gu, " $& ");
  set(/``/gu, " $& ");
  set(/([ ([{<])("|'{2})/gu, "$1 $2 ");
  set(APOSTROPHE_WORD, "' ");
  const stop = (by: string): void => {
    if (ending !== "inner") set(FINAL_STOP, by);
  };
  stop("$1 $2 $3 ");
  set(/([:,])(\P{Nd})/gu, " $1 $2");
  set(/[:,]$/u, " $& ");
  set(/\.{2,}/gu, " $& ");
  set(/[;@#$%&]/gu, " $& ");
  set(/[\u2012-\u2015]/gu, " $& ");
  stop("$1 $2$3 ");
  set(/[?!]/gu, " $& ");
  set(/([^'])' /gu, "$1 ' ");
  set(/[*]/gu, " $& ");
  set(/[\][(){}<>]/gu, " $& ");
  set(/--/gu, " -- ");
  text = ` ${text} `;
  set(/[»”’]/gu, " $& ");
  set(/''/gu, " '' ");
  set(/"/gu, ' " ');
  set(/\s+/gu, " ");
  set(/([^' ])('[sS]|'[mM]|'[dD]|') /gu, "$1 $2 ");
  set(/([^' ])('ll|'LL|'re|'RE|'ve|'VE|n't|N'T) /gu, "$1 $2 ");
  for (const pattern of CONTRACTIONS) set(pattern, " $1 $2 ");
  return text;
}
