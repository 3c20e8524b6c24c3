import { ABBREVIATIONS, STARTERS } from "./mask-abbreviations.ts";
import { isWhite, type Stretch, stripped } from "./mask-whitespace.ts";

const CLOSING = "\"')\\]}\\u2018\\u2019\\u201c\\u201d\\xab\\xbb";
const NO_WORD = `[)";}\\]*:@'({[\\u2018\\u2019\\u201c\\u201d\\xab\\xbb?!]`;
const MANY = "(?:-{2,}|\\.{2,}|(?:\\.\\s){2,}\\.)";
/** A mark that may end a sentence, and what follows it: a sign, or white space and a next word. */
const CANDIDATE = new RegExp(`[.?!](?=(${NO_WORD}|(\\s+)\\S+))`, "gu");
const TOKEN = new RegExp(
  `${MANY}|(?=[^("\`{[:;&#*@)}\\]\\-,])\\S+?(?=\\s|$|${NO_WORD}|${MANY}|,(?=$|\\s|${NO_WORD}|${MANY}))|\\S`,
  "gu",
);
const REALIGN = new RegExp(`^[${CLOSING}]+?(?:(\\s+)|(?=--)|$)`, "u");
const INITIAL = /^\p{L}\.$/u;
const NUMBER = /^-?[.,]?\d[\d,.-]*\.?$/;

/**
 * The sentences of a paragraph. Punkt's procedure, with a hand-made list of abbreviations and of sentence starters in
 * place of parameters trained on a corpus: an abbreviation, an initial before a capital, a number before a small letter
 * and dots end no sentence, but for a starter after them.
 * @see Kiss & Strunk 2006, section 4, https://aclanthology.org/J06-4003
 */
export function sentencesOf(text: string, { start, end }: Stretch): Stretch[] {
  const paragraph = text.slice(start, end);
  const cuts: Stretch[] = [];
  let from = 0;
  for (const { mark, next, context } of candidates(paragraph)) {
    if (!endsSentence(context)) continue;
    cuts.push({ start: from, end: mark });
    from = next;
  }
  cuts.push({ start: from, end: paragraph.length });
  return realigned(paragraph, cuts).flatMap((cut) => {
    const sentence = stripped(text, { start: start + cut.start, end: start + cut.end });
    return sentence ? [sentence] : [];
  });
}

interface Candidate {
  /** Behind the mark. */
  readonly mark: number;
  /** Where the next sentence would begin. */
  readonly next: number;
  /** The word before, the mark, what follows. */
  readonly context: string;
}

/** The last mark of each word. */
function candidates(text: string): Candidate[] {
  const found: Candidate[] = [];
  let last: (Candidate & { readonly wordEnd: number }) | undefined;
  let wordStart = 0;
  for (const match of text.matchAll(CANDIDATE)) {
    const at = match.index;
    const space = lastWhite(text, last?.wordEnd ?? 0, at);
    const from = space < 0 ? wordStart : space + 1;
    if (last && last.wordEnd <= from) found.push(last);
    wordStart = from;
    const [after = "", gap = ""] = match.slice(1);
    const next = gap === "" ? at + 1 : at + 1 + gap.length;
    last = { mark: at + 1, next, context: text.slice(from, at + 1 + after.length), wordEnd: at };
  }
  if (last) found.push(last);
  return found;
}

function lastWhite(text: string, from: number, to: number): number {
  for (let at = to - 1; at > from; at--) if (isWhite(text.charAt(at))) return at;
  return -1;
}

/** Whether a token before the last one ends a sentence. */
function endsSentence(context: string): boolean {
  const tokens = context.match(TOKEN) ?? [];
  return tokens.some((token, at) => at < tokens.length - 1 && isEnd(token, tokens[at + 1] ?? ""));
}

function isEnd(token: string, next: string): boolean {
  if (token === "." || token === "?" || token === "!") return true;
  if (!token.endsWith(".")) return false;
  const capital = /^\p{Lu}/u.test(next);
  const word = next.toLowerCase();
  const initial = INITIAL.test(token);
  if (token.endsWith("..") || isAbbreviation(token.slice(0, -1).toLowerCase()))
    return !initial && capital && STARTERS.has(word);
  if (!initial && !NUMBER.test(token)) return true;
  // No sentence begins with such a mark or, as far as is known, with a small letter.
  if (/^[;:,.!?]$/.test(next) || /^\p{Ll}/u.test(next)) return false;
  return !(initial && capital && !STARTERS.has(word));
}

function isAbbreviation(word: string): boolean {
  return ABBREVIATIONS.has(word) || ABBREVIATIONS.has(word.slice(word.lastIndexOf("-") + 1));
}

/** Closing quotes and brackets behind the mark belong to the sentence that ends. */
function realigned(text: string, cuts: readonly Stretch[]): Stretch[] {
  const found: Stretch[] = [];
  let moved = 0;
  for (const [at, cut] of cuts.entries()) {
    const next = cuts[at + 1];
    const start = cut.start + moved;
    const closing = next ? REALIGN.exec(text.slice(next.start, next.end)) : null;
    moved = closing?.[0].length ?? 0;
    const end = next && closing ? next.start + moved - (closing[1]?.length ?? 0) : cut.end;
    if (end > start) found.push({ start, end });
  }
  return found;
}
