import type { Words } from "./words.ts";

/** How a line goes on in the next one. */
export interface Join {
  /** Characters of the line's end that were there for the break alone. */
  readonly drop: number;
  readonly between: "" | " ";
}

const BROKEN: Join = { drop: 1, between: "" };
const COMPOUND: Join = { drop: 0, between: "" };
const SPACED: Join = { drop: 0, between: " " };

/** The last word of a line up to its hyphen, and the first of the next. */
const HYPHEN = /[-\u2010]$/;
const LAST = /[\p{L}\p{N}'’]+(?:[-\u2010][\p{L}\p{N}'’]+)*[-\u2010]$/u;
const FIRST = /^\p{L}+/u;
/** First parts that make compounds: what follows them is a word of its own. */
const HEADS =
  /^(all|cross|ex|full|half|high|ill|large|long|low|mid|part|quasi|self|short|small|socio|two|three|four|five|six|well)$/;
/** Last parts that make compounds. */
const TAILS =
  /^(adjusted|aged|based|born|child|dependent|driven|economic|free|funded|level|like|linked|oriented|owned|related|reported|risk|scale|specific|term|time|type|weighted|wide|year)$/;
/** Ends of words that are no words. */
const ENDINGS =
  /^(able|al|alize|alized|alizing|ally|ance|ances|ant|ary|ate|atic|atically|ated|ates|ation|ations|ble|ce|cial|cially|cian|cians|cy|ed|ence|er|ers|es|ful|ible|ic|ical|ies|ing|ings|ion|ions|ism|ist|istic|istics|ists|ities|ity|ive|ively|ized|less|ly|ment|mental|ments|ness|ous|sion|sions|tain|ted|ter|tered|tial|ties|ting|tion|tional|tions|tive|tively|ture|tures|ty|ual)$/;
/** Short words that are syllables as often: "in-formation" is no compound. */
const SYLLABLES = 4;
/** A long word that the document uses is rarely the beginning of a longer one. */
const LONG = 8;
const COMMON = 3;

/** Joins two lines of one paragraph. */
export function joinLines(line: string, next: string, words: Words): Join {
  if (HYPHEN.test(line)) return joinHyphen(line, next, words);
  if (/[^\s]\/$/.test(line) || (/\d[–—]$/.test(line) && /^\d/.test(next))) return COMPOUND;
  return isSoftBreak(line, next, words) ? COMPOUND : SPACED;
}

function joinHyphen(line: string, next: string, words: Words): Join {
  const last = LAST.exec(line)?.[0].slice(0, -1);
  const first = FIRST.exec(next)?.[0];
  if (last === undefined) return /\s[-\u2010]$|^[-\u2010]$/.test(line) ? SPACED : COMPOUND;
  if (first === undefined) return COMPOUND;
  if (/^(and|or|to|und|oder|et|ou)$/.test(first)) return SPACED; // "pre- and post-test"
  const before = line.slice(0, -last.length - 1);
  const isAddress = /(:\/\/|www\.|@)\S*$/.test(before);
  if (isAddress || /\p{Lu}/u.test(first) || /\p{N}/u.test(last)) return COMPOUND;
  return isCompound(last.toLowerCase(), wholeWord(next, first), words) ? COMPOUND : BROKEN;
}

/** The next line's first word with its own hyphens: "based" of "based-programs" is "based-programs" too. */
function wholeWord(next: string, first: string): string {
  return (/^\p{L}+(?:-\p{L}+)*/u.exec(next)?.[0] ?? first).toLowerCase();
}

/** What the document itself writes decides; rules come after. */
function isCompound(last: string, rest: string, words: Words): boolean {
  const first = rest.split("-")[0] ?? rest;
  const joined = words.count(last + first) + words.count(last + rest);
  const hyphened = words.count(`${last}-${first}`) + words.count(`${last}-${rest}`);
  if (joined !== hyphened) return hyphened > joined;
  if (joined > 0 || ENDINGS.test(first)) return false;
  // "non-His-panic", "state-of-the-art": the part before the break decides.
  const part = last.split("-").at(-1) ?? last;
  if (part !== last) return words.count(part + first) === 0;
  const style = words.prefix(last);
  if (style.hyphen + style.joined > 0) return style.hyphen > style.joined;
  if (HEADS.test(last)) return true;
  if (TAILS.test(first)) return words.count(last) > 0;
  if (words.count(last) >= COMMON && last.length >= LONG && first.length > SYLLABLES) return true;
  const areWords = words.count(last) > 0 && words.count(first) > 0;
  return areWords && last.length >= SYLLABLES && first.length >= SYLLABLES;
}

/** The engine drops soft hyphens: two halves that are no words, and their whole that is one, were one word. */
function isSoftBreak(line: string, next: string, words: Words): boolean {
  const last = line.slice(line.lastIndexOf(" ") + 1);
  const first = /^\p{Ll}{2,}/u.exec(next)?.[0];
  if (first === undefined || last.length < 2 || words.count(last + first) === 0) return false;
  return words.count(last) === 0 && words.count(first) === 0;
}
