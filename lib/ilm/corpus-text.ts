import { strip } from "./mask-whitespace.ts";

/** What stands between documents of a corpus file. */
export const SEPARATOR = "\n\n\n";

/** What pandas reads as a missing value. */
const MISSING: ReadonlySet<string> = new Set([
  ...["#N/A", "#N/A N/A", "#NA", "-1.#IND", "-1.#QNAN", "-NaN", "-nan", "1.#IND", "1.#QNAN", "<NA>", "N/A", "NA"],
  ...["NULL", "NaN", "None", "n/a", "nan", "null"],
]);

/** A learner's text as a document of a corpus file, or why it is none. Learners' errors stay. */
export type Cleaned =
  | { readonly ok: true; readonly text: string; readonly separators: boolean; readonly length: number }
  | { readonly ok: false; readonly reason: string };

/**
 * Strips a text as Python does, writes line ends as \n, and puts a space into every run of three or more of them: the
 * file's reader would cut the document there, and the source's own writer lets it. Nothing else changes.
 * `length` is in code points, before the separators were escaped.
 */
export function cleanText(raw: string): Cleaned {
  if (MISSING.has(raw)) return { ok: false, reason: "the text is a mark for a missing value" };
  const text = strip(raw.includes("\r") ? raw.replace(/\r\n?/g, "\n") : raw);
  if (text === "") return { ok: false, reason: "the text is blank" };
  const separators = text.includes(SEPARATOR);
  const escaped = separators ? text.replace(/\n\n(?=\n)/g, "\n\n ") : text;
  return { ok: true, text: escaped, separators, length: codePoints(text) };
}

/** Python's len. */
export function codePoints(text: string): number {
  let pairs = 0;
  if (/[\ud800-\udbff]/.test(text)) for (const character of text) pairs += character.length - 1;
  return text.length - pairs;
}
