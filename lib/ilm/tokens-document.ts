import type { Tokenizer } from "corrigenda/text";

/** A document as tokens. */
export interface DocumentTokens {
  readonly ids: readonly number[];
  /** Where each token ends, in bytes of UTF-8: tokens may cut characters, bytes are never cut. */
  readonly ends: Uint32Array;
}

export function documentTokens(text: string, tokenizer: Pick<Tokenizer, "encode" | "byteLength">): DocumentTokens {
  const ids = tokenizer.encode(text);
  const ends = new Uint32Array(ids.length);
  let end = 0;
  for (const [at, id] of ids.entries()) {
    end += tokenizer.byteLength(id);
    ends[at] = end;
  }
  return { ids, ends };
}

/**
 * Where each UTF-16 unit begins in UTF-8, and behind the last the length in bytes; undefined where both are the same.
 * The second half of a pair begins where the pair does.
 */
export function byteOffsets(text: string, bytes: number): Uint32Array | undefined {
  if (bytes === text.length) return undefined;
  const offsets = new Uint32Array(text.length + 1);
  let at = 0;
  for (let unit = 0; unit < text.length; unit++) {
    offsets[unit] = at;
    const code = text.codePointAt(unit) ?? 0;
    if (code > 0xffff) {
      unit += 1;
      offsets[unit] = at;
      at += 4;
    } else at += code < 0x80 ? 1 : code < 0x800 ? 2 : 3;
  }
  offsets[text.length] = at;
  return offsets;
}

/** The first token that ends behind a byte. @param ends ascending */
export function tokenAt(ends: Uint32Array, byte: number): number {
  let [low, high] = [0, ends.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ends[middle] ?? 0) > byte) high = middle;
    else low = middle + 1;
  }
  return low;
}
