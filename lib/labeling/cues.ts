import type { Span } from "corrigenda/text";

/** A stretch of a page that looks like a data set, or like something that is often taken for one. */
export interface Cue extends Span {
  readonly text: string;
  /** "decoy": an organisation, a report, a table. */
  readonly kind: "named" | "acronym" | "described" | "decoy";
  readonly acronym: string | null;
}

/** Capitalised because a sentence begins, not because they are part of a name. */
const OPENER = String.raw`(?!(?:The|This|These|Those|A|An|As|In|On|At|By|For|From|Of|To|With|Using|Although|Because|Since|Both|Each|All|Our|We|It|Its|Data|When|While|Methods|Results|Background)(?!\p{L}))`;
/** White space within a paragraph. */
const GAP = String.raw`(?:[^\S\n]*\n[^\S\n]*|[^\S\n]+)`;
const WORD = String.raw`\p{Lu}[\p{L}'’]*(?:-\p{L}+)*`;
const LINKS = `(?:(?:of|and|on|for|the|in|to|de|&)${GAP}){0,2}`;
const WORDS = `(?:${WORD}${GAP}${LINKS})`;
const YEAR = String.raw`(?:(?:19|20)\d\d(?:[-–](?:19|20)?\d\d)?${GAP})?`;
const SHORT = String.raw`\((\p{Lu}[\p{L}\d-]{1,11})\)`;
const NOUN = String.raw`(?:Surveys?|Census(?:es)?|Cohort|Registr(?:y|ies)|Register|Panel|Data\s?[Bb]ase|Data\s?[Ss]et|Study|Archive|Barometer|Inventory|Statistics|Data)`;
const PLAIN_NOUN = String.raw`(?:surveys?|study|census|cohort|registry|data\s?sets?|data\s?base|data)`;
const BODY =
  "(?:Organi[sz]ation|Institutes?|Bank|Ministry|Department|Cent(?:er|re)s?|Bureau|Commission|Agency|Administration|Report|Act|Program(?:me)?)";
const START = String.raw`(?<![\p{L}\d])`;
const END = String.raw`(?!\p{L})`;

const NAMED = new RegExp(
  `${START}${YEAR}${OPENER}${WORDS}{1,8}${NOUN}(?:${GAP}of${GAP}${WORD}(?:${GAP}${WORD}){0,4})?${END}(?:${GAP}${SHORT})?`,
  "gu",
);
/** "the Monitoring the Future survey": the noun is no part of the name, but goes with it. */
const SPOKEN = new RegExp(
  `${START}${OPENER}${WORD}${GAP}${LINKS}${WORDS}{1,6}(?:${SHORT}${GAP})?${PLAIN_NOUN}${END}`,
  "gu",
);
const ACRONYM =
  /(?<![\p{L}\d(])(\p{Lu}[\p{Lu}\d-]{2,10})(?:\s+(?:\p{Ll}+\s+)?(?:study|data|data\s?base|data\s?sets?|surveys?|sample|microdata|records|files?))(?!\p{L})/gu;
const DESCRIBED =
  /(?<!\p{L})(?:administrative|household|census|panel|satellite|geocoded|longitudinal|national|cross-sectional|time[- ]series|individual-level|survey|hospital|registry)\s+(?:\p{Ll}+\s+)?(?:data(?:\s?sets?)?|microdata|records|surveys?)(?!\p{L})/gu;
const DECOY = new RegExp(String.raw`${START}(?:${OPENER}${WORDS}{1,5}${BODY}|Table\s+\d+)${END}`, "gu");

/** The stretches of a page's text that look like data sets, in their order; they do not overlap. */
export function findCues(text: string): Cue[] {
  const found: Cue[] = [];
  const add = (kind: Cue["kind"], pattern: RegExp): void => {
    for (const match of text.matchAll(pattern)) {
      const start = match.index;
      const end = start + match[0].length;
      if (found.some((one) => one.start < end && start < one.end)) continue;
      const own = kind === "named" || kind === "acronym" ? (match[1] ?? null) : null;
      found.push({ start, end, text: match[0], kind, acronym: own });
    }
  };
  add("named", NAMED);
  add("named", SPOKEN);
  add("acronym", ACRONYM);
  add("described", DESCRIBED);
  add("decoy", DECOY);
  return found.sort((a, b) => a.start - b.start);
}

/** How a sentence speaks of its data. */
export function contextOf(sentence: string): "background" | "supporting" | "primary" {
  if (
    /\b(?:we (?:use|used|analy[sz]e|combine|draw)|using|used in this|were (?:used|taken|obtained|drawn|analy[sz]ed)|data (?:from|come|are|were)|based on)\b/i.test(
      sentence,
    )
  )
    return "primary";
  return /\bet al\b|\[\d|\(\d{4}\)|\b(?:previous|earlier|other) stud/i.test(sentence) ? "background" : "supporting";
}
