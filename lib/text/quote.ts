import type { Span } from "./sentences.ts";

/** Where a quote stands; "tolerant": but for white space, hyphens, ligatures, kinds of quotation marks or capitals. */
export interface FoundQuote extends Span {
  readonly match: "exact" | "tolerant";
}

/** Finds quotes in one text. */
export interface QuoteFinder {
  /**
   * The first place of a quote within [from, to); undefined where it does not stand there. Words are found whole:
   * "DHS" is not found in "DHSS".
   */
  find(quote: string, within?: Span): FoundQuote | undefined;
}

/** What copying a passage may change without changing what it says. */
const IGNORED = /[\s\p{Pd}\p{Cc}\p{Cf}\u00AC]/u;
const AROUND = /^(?:[\s"'“”‘’«»]|\.\.\.|…)+|(?:[\s"'“”‘’«»]|\.\.\.|…)+$/g;

/** Reads a text once for many quotes. */
export function quoteFinder(text: string): QuoteFinder {
  let folded: Folded | undefined;
  return {
    find: (quote, within = { start: 0, end: text.length }) => {
      const bare = quote.replace(AROUND, "");
      if (bare === "") return undefined;
      const exact = wholeWords(text, bare, within);
      if (exact !== undefined) return { start: exact, end: exact + bare.length, match: "exact" };
      const wanted = fold(bare).text;
      if (wanted === "") return undefined;
      folded ??= fold(text);
      return tolerant(text, folded, wanted, within);
    },
  };
}

/** A text without what may differ, and where each of its characters came from. */
interface Folded {
  readonly text: string;
  readonly start: readonly number[];
  readonly end: readonly number[];
}

function fold(text: string): Folded {
  const parts: string[] = [];
  const [start, end]: [number[], number[]] = [[], []];
  let at = 0;
  for (const character of text) {
    const next = at + character.length;
    if (!IGNORED.test(character)) {
      const plain = character
        .normalize("NFKC")
        .replace(/[“”„‟«»]/g, '"')
        .replace(/[‘’‚‛`´]/g, "'")
        .toLowerCase();
      parts.push(plain);
      for (let unit = 0; unit < plain.length; unit++) {
        start.push(at);
        end.push(next);
      }
    }
    at = next;
  }
  return { text: parts.join(""), start, end };
}

function tolerant(text: string, folded: Folded, wanted: string, within: Span): FoundQuote | undefined {
  for (let at = folded.text.indexOf(wanted); at >= 0; at = folded.text.indexOf(wanted, at + 1)) {
    const span = { start: folded.start[at] ?? 0, end: folded.end[at + wanted.length - 1] ?? 0 };
    if (span.start < within.start) continue;
    if (span.end > within.end) return undefined;
    if (isWhole(text, span)) return { ...span, match: "tolerant" };
  }
  return undefined;
}

function wholeWords(text: string, quote: string, { start, end }: Span): number | undefined {
  for (let at = text.indexOf(quote, start); at >= 0; at = text.indexOf(quote, at + 1)) {
    if (at + quote.length > end) return undefined;
    if (isWhole(text, { start: at, end: at + quote.length })) return at;
  }
  return undefined;
}

const WORD = /[\p{L}\p{N}]/u;

/** Whether no word is cut in two at either end. */
function isWhole(text: string, { start, end }: Span): boolean {
  const cut = (a: string | undefined, b: string | undefined): boolean => WORD.test(a ?? " ") && WORD.test(b ?? " ");
  return !cut(text[start - 1], text[start]) && !cut(text[end - 1], text[end]);
}
