/** A stretch of a text in UTF-16 units, [start, end). */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** Words after which a full stop ends nothing. Those of the second list do so only before a number. */
const ABBREVIATION =
  /(?:^|[\s([])(?:(?:e\.g|i\.e|cf|vs|et al|approx|resp|incl|Dr|Mr|Mrs|Ms|Prof|St|Jr|Sr|U\.S|U\.K|U\.N|Ph\.D|Gov|Dept|Univ|ed|eds|[A-Z](?:\.[A-Z])*))\.["')\]]*\s*$/;
const BEFORE_NUMBER = /(?:^|[\s([])(?:Fig|Figs|Tab|No|Nos|Vol|vol|Sec|Eq|Eqs|Ch|pp|p|ca|App|ref|refs)\.["')\]]*\s*$/i;
/** After these a sentence may well begin: only a small letter, a digit or a bracket goes on. */
const MAY_END = /(?:et al|U\.S|U\.K|U\.N|Ph\.D)\.["')\]]*\s*$/;

/** Characters of a piece that tell whether it ends a sentence. */
const TAIL = 40;

let segmenter: Intl.Segmenter | undefined;

/**
 * The sentences of a page in their order, white space at their ends left out. A line break ends none, a blank line
 * does. Every character that is no white space lies in exactly one sentence.
 */
export function sentences(text: string): Span[] {
  segmenter ??= new Intl.Segmenter("en", { granularity: "sentence" });
  // Same length, so that places stay what they are.
  const flat = text.replace(/\s*\n\s*/g, (gap) => (gap.split("\n").length > 2 ? gap : " ".repeat(gap.length)));
  const spans: { start: number; end: number }[] = [];
  for (const { segment, index } of segmenter.segment(flat)) {
    const last = spans.at(-1);
    const goesOn = last !== undefined && isOpen(flat.slice(Math.max(last.start, last.end - TAIL), last.end), segment);
    if (goesOn) last.end = index + segment.length;
    else spans.push({ start: index, end: index + segment.length });
  }
  return spans.map((span) => trimmed(text, span)).filter(({ start, end }) => end > start);
}

/** Whether a piece is no sentence yet, in view of what follows it. */
function isOpen(before: string, after: string): boolean {
  if (/\n\s*$/.test(before)) return false;
  if (BEFORE_NUMBER.test(before)) return /^\s*[\d([]/.test(after);
  if (MAY_END.test(before)) return /^\s*[\p{Ll}\d(]/u.test(after) || /U\.[SKN]\.\s*$/.test(before);
  return ABBREVIATION.test(before);
}

function trimmed(text: string, { start, end }: Span): Span {
  let [from, to] = [start, end];
  while (from < to && /\s/.test(text[from] ?? "")) from += 1;
  while (to > from && /\s/.test(text[to - 1] ?? "")) to -= 1;
  return { start: from, end: to };
}
