import type { Span } from "corrigenda/text";

/** A stretch of a page that looks like a data set, or like something that is often taken for one. */
export interface Cue extends Span {
  readonly text: string;
  /** "decoy": an organisation, a report, a table. */
  readonly kind: "named" | "acronym" | "described" | "decoy";
  readonly acronym: string | null;
}

const WORD = String.raw`\p{Lu}[\p{L}'’]*(?:-\p{L}+)*`;
const LINK = `(?:of|and|on|for|the|in|to|de|&)`;
const NOUN = String.raw`(?:Surveys?|Census(?:es)?|Cohort|Registr(?:y|ies)|Register|Panel|Data\s?[Bb]ase|Database|Data\s?[Ss]et|Dataset|Study|Archive|Barometer|Inventory|Statistics|Data)`;
const PAREN = String.raw`(?:\s*\((\p{Lu}[\p{L}\d-]{1,11})\))?`;

const NAMED = new RegExp(
  String.raw`(?<![\p{L}\d])(?:(?:19|20)\d\d(?:[-–](?:19|20)?\d\d)?\s+)?(?:${WORD}\s+(?:${LINK}\s+){0,2}){1,8}${NOUN}(?:\s+of\s+(?:${WORD}\s*){1,5}(?<=\p{L}))?(?![\p{L}])${PAREN}`,
  "gu",
);
const ACRONYM =
  /(?<![\p{L}\d(])(\p{Lu}[\p{Lu}\d-]{2,10})(?:\s+(?:\p{Ll}+\s+)?(?:data|datasets?|surveys?|sample|microdata|records|files?))(?!\p{L})/gu;
const DESCRIBED =
  /(?<!\p{L})(?:administrative|household|census|panel|satellite|geocoded|longitudinal|national|cross-sectional|time[- ]series|individual-level|survey|hospital|registry)\s+(?:\p{Ll}+\s+)?(?:data(?:\s?sets?)?|microdata|records|surveys?)(?!\p{L})/gu;
const DECOY = new RegExp(
  String.raw`(?<![\p{L}\d])(?:(?:${WORD}\s+(?:${LINK}\s+){0,2}){1,5}(?:Organi[sz]ation|Institutes?|Bank|Ministry|Department|Cent(?:er|re)s?|Bureau|Commission|Agency|Administration|Report|Act|Program(?:me)?)|Table\s+\d+)(?!\p{L})`,
  "gu",
);

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
