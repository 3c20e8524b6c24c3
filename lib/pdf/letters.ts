/** Everything that plain printable ASCII does not need to go through. */
const OTHER = /[^\x20-\x7e]/;
const SPACES = /[\s\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]+/g;
/** Control characters, zero-width marks and soft hyphens: they have no ink. */
const INKLESS = /[\p{Cc}\u00ad\u200b-\u200d\u2060\ufeff]/gu;
/** Presentation forms of Latin letters: ligatures, full-width and mathematical alphabets. */
const FORMS = /[\ufb00-\ufb06\uff21-\uff3a\uff41-\uff5a]|[\u{1d400}-\u{1d6a5}]/gu;

/**
 * The characters that a reader sees: ligatures as letters, one kind of space, nothing without ink. Numbers keep their
 * form: "10²" is not 102.
 */
export function cleanLetters(text: string): string {
  if (!OTHER.test(text)) return text.includes("  ") ? text.replace(/ +/g, " ").trim() : text.trim();
  const clean = text
    .replace(SPACES, " ")
    .replace(INKLESS, "")
    .replace(FORMS, (form) => form.normalize("NFKC"));
  return clean.normalize("NFC").trim();
}
