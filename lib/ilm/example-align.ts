import type { Spans } from "./mask-hierarchical.ts";
import { byteOffsets, type DocumentTokens, tokenAt } from "./tokens-document.ts";

/** Type, first token, number of tokens of each span, one after the other; or why there is no such list. */
export type Aligned = { readonly ok: true; readonly spans: Spans } | { readonly ok: false; readonly reason: string };

/** Brings spans of one document from UTF-16 units to tokens. */
export type Aligner = (spans: Spans) => Aligned;

/**
 * A span takes every token that holds a byte of it, so that none of its text stays in the context: GPT-2's tokens begin
 * with the space before a word. Where two spans then share a token, the example is dropped. The source works on decoded
 * tokens and loses every document with a character that two tokens share (curly quotes, dashes, emoji).
 */
export function aligner(text: string, { ends }: DocumentTokens): Aligner {
  const bytes = ends.at(-1) ?? 0;
  const offsets = byteOffsets(text, bytes);
  const byteOf = (unit: number): number => (offsets ? (offsets[unit] ?? bytes) : unit);
  return (spans) => {
    const aligned: number[] = [];
    let free = 0;
    for (let at = 0; at < spans.length; at += 3) {
      const [type = 0, start = 0, length = 0] = [spans[at], spans[at + 1], spans[at + 2]];
      if (length <= 0 || start < 0 || start + length > text.length)
        return { ok: false, reason: "a span is out of bounds" };
      const first = tokenAt(ends, byteOf(start));
      const last = tokenAt(ends, byteOf(start + length) - 1);
      if (first < free) return { ok: false, reason: "two spans share a token" };
      free = last + 1;
      aligned.push(type, first, free - first);
    }
    return { ok: true, spans: aligned };
  };
}
