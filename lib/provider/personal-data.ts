/** How often each kind was seen. A help, no guarantee: what the patterns miss is not protected. */
export interface PersonalData {
  readonly emails: number;
  readonly phones: number;
  readonly names: number;
}

const EMAIL = /[\p{L}\p{N}._%+-]+@[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)*\.\p{L}{2,}/gu;

/** Candidates: digits with the separators that phone numbers have; `isPhone` decides. */
const PHONE = /(?<![\p{L}\p{N}.,])(?:\+|\(\+?)?\d(?:[ ().\-/]{0,2}\d){6,14}(?![\p{L}\p{N}]|[.,]\d)/gu;

const NAME_WORD = String.raw`\p{Lu}[\p{L}'’-]*\p{L}`;
const NAME_WORDS = `${NAME_WORD}(?: (?:${NAME_WORD}|de|van|von|der|la|bin|al))*(?<=${NAME_WORD})`;
/** Conservative: a capitalised name only where the words before it announce one. */
const NAMES: readonly RegExp[] = [
  new RegExp(`(?<=\\b[Mm]y (?:full |first |last )?name is |\\bI am called |\\bmy name's )${NAME_WORDS}`, "gu"),
  new RegExp(`(?<=\\b(?:Mr|Mrs|Ms|Miss|Dr|Prof)\\.? )${NAME_WORDS}`, "gu"),
  new RegExp(
    `(?<=\\bDear )(?!(?:Sir|Madam|Mr|Mrs|Ms|Miss|Dr|Prof|All|Editor|Colleagues?|Friends?|Team|Manager|Reader|Professor|Teacher|Customer)s?\\b)${NAME_WORDS}`,
    "gu",
  ),
  new RegExp(
    `(?<=\\b(?:[Yy]ours (?:sincerely|faithfully|truly)|(?:[Bb]est|[Kk]ind|[Ww]arm) (?:regards|wishes)|[Rr]egards|[Ss]incerely),?\\s{1,4})${NAME_WORDS}`,
    "gu",
  ),
];

export function personalData(text: string): PersonalData {
  let found: PersonalData = { emails: 0, phones: 0, names: 0 };
  masked(text, (kind) => {
    found = { ...found, [kind]: found[kind] + 1 };
  });
  return found;
}

/** The text with "[email]", "[phone]" and "[name]" in place of what `personalData` counts. */
export function redactPersonal(text: string): string {
  return masked(text, () => undefined);
}

/** One pass for both, so that what is counted is what is masked. */
function masked(text: string, saw: (kind: keyof PersonalData) => void): string {
  const mask = (kind: keyof PersonalData, word: string): string => {
    saw(kind);
    return word;
  };
  const noEmails = text.replace(EMAIL, () => mask("emails", "[email]"));
  const noPhones = noEmails.replace(PHONE, (digits) => (isPhone(digits) ? mask("phones", "[phone]") : digits));
  return NAMES.reduce((rest, name) => rest.replace(name, () => mask("names", "[name]")), noPhones);
}

/** 7 to 15 digits (E.164), written as a phone number is; dates, years and bare numbers are not. */
function isPhone(candidate: string): boolean {
  const digits = candidate.replace(/\D/g, "").length;
  if (digits < 7 || digits > 15) return false;
  if (/^\d{1,4}([-/.])\d{1,2}\1\d{1,4}$/.test(candidate)) return false; // a date
  if (/^(?:1[89]|20)\d\d[ \-/](?:1[89]|20)\d\d$/.test(candidate)) return false; // years
  if (/^\d+\.\d+$/.test(candidate)) return false; // a decimal
  return /^[+(]|^0\d|[ ().\-/]/.test(candidate);
}
