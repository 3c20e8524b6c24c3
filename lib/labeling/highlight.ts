import { groundOf } from "./mentions.ts";
import { PROCESSES } from "./names.ts";
import { type Standing, standing } from "./overrides.ts";
import type { Mention, PageRow } from "./records.ts";

/** A mention with its number on the paper, from 1. */
export interface Numbered {
  readonly number: number;
  readonly mention: Mention;
}

/** A stretch of a page: plain, or one that mentions stand on. */
export interface Stretch {
  readonly text: string;
  readonly mentions: readonly Numbered[];
}

/** A page's text cut where mentions begin and end; what overlaps is one stretch. `loose`: mentions without a place in it. */
export function highlight(
  page: PageRow,
  mentions: readonly Numbered[],
): { readonly stretches: Stretch[]; readonly loose: Numbered[] } {
  const { of, text } = groundOf(page);
  const placed = mentions.flatMap((one) => {
    const span = one.mention.evidence.of === of ? (one.mention.evidence.name ?? one.mention.evidence.sentence) : null;
    return span && span.start < span.end && span.end <= text.length ? [{ ...span, one }] : [];
  });
  const marks: { start: number; end: number; mentions: Numbered[] }[] = [];
  for (const { start, end, one } of placed.toSorted((a, b) => a.start - b.start || b.end - a.end)) {
    const last = marks.at(-1);
    if (last && start < last.end) {
      last.end = Math.max(last.end, end);
      last.mentions.push(one);
    } else marks.push({ start, end, mentions: [one] });
  }
  const stretches: Stretch[] = [];
  let at = 0;
  for (const { start, end, mentions: own } of marks) {
    stretches.push({ text: text.slice(at, start), mentions: [] }, { text: text.slice(start, end), mentions: own });
    at = end;
  }
  stretches.push({ text: text.slice(at), mentions: [] });
  const found = new Set(placed.map(({ one }) => one));
  return { stretches: stretches.filter((one) => one.text !== ""), loose: mentions.filter((one) => !found.has(one)) };
}

/** How a mention stands at the end of what was run. */
export function lastStanding(mention: Mention): Standing {
  return standing(mention, PROCESSES.findLast((process) => mention.verdicts[process] !== undefined) ?? "extraction");
}

/** How several mentions on one stretch stand; "mixed" where they differ. */
export function commonStanding(mentions: readonly Numbered[]): Standing | "mixed" {
  const [first = "undecided", ...others] = new Set(mentions.map(({ mention }) => lastStanding(mention)));
  return others.length > 0 ? "mixed" : first;
}

/** A sentence on what a process said of a mention. */
export function verdictLine(mention: Mention, process: "judge" | "reasoning"): string | undefined {
  const verdict = mention.verdicts[process];
  if (!verdict) return undefined;
  if (verdict.state !== "answered")
    return `${process}: no verdict (${[verdict.state, verdict.reason].filter(Boolean).join(": ")})`;
  const why = [verdict.reason, verdict.note].filter(Boolean).join(" ");
  return `${process}: ${verdict.valid ? "valid" : "not valid"}${verdict.overrides ? ", overturned" : ""}${why === "" ? "" : `. ${why}`}`;
}
