const WORD = /\p{L}[\p{L}\p{M}'’]*(?:-\p{L}[\p{L}\p{M}'’]*)*/gu;
const BREAK = /(\p{L}[\p{L}\p{M}'’]*)-[^\S\n]*\n[^\S\n]*(\p{L}[\p{L}\p{M}'’]*)/gu;

/** The words of a document in small letters, compounds whole; halves of words broken at a line's end left out. */
export function wordsOf(texts: Iterable<string>): Set<string> {
  const words = new Set<string>();
  for (const text of texts) for (const [word] of text.replace(BREAK, " ").matchAll(WORD)) words.add(word.toLowerCase());
  return words;
}

/**
 * A page's text for a model: no control characters, single spaces, at most one blank line at a time, words that were
 * broken by a hyphen at a line's end put together. Line breaks without a hyphen stay.
 * @param words of the whole document: they tell a broken word from a compound that happens to break at its hyphen
 */
export function cleanText(text: string, words: ReadonlySet<string>): string {
  return text
    .replace(/\r\n?/g, "\n")
    .replace(/\u00A0/g, " ")
    .replace(/(?![\t\n])\p{Cc}/gu, "")
    .replace(BREAK, (_, left: string, right: string) => joined(left, right, words))
    .replace(/[ \t]+/g, " ")
    .replace(/ ?\n ?/g, "\n")
    .replace(/\n{3,}/g, "\n\n")
    .trim();
}

/** "informa-" and "tion" are one word; "gold-" and "producing" or "Benshaul-" and "Tolonen" are two. */
function joined(left: string, right: string, words: ReadonlySet<string>): string {
  const [whole, compound] = [`${left}${right}`, `${left}-${right}`];
  if (words.has(compound.toLowerCase())) return compound;
  if (words.has(whole.toLowerCase())) return whole;
  if (/^\p{Lu}/u.test(right)) return compound;
  const both = words.has(left.toLowerCase()) && words.has(right.toLowerCase());
  return both ? compound : whole;
}
