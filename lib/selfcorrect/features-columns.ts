import { type Signs, signsOf } from "./features.ts";
import type { Revision, Scoring } from "./types.ts";

/** What a column is made of. */
interface Seen {
  readonly signs: Signs;
  readonly initial: TextSigns;
  readonly revised: TextSigns;
  readonly revision: Revision;
}

interface TextSigns {
  readonly length: number;
  readonly lines: number;
  readonly numbers: ReadonlySet<string>;
  readonly hedges: number;
  readonly admissions: number;
}

const HEDGES =
  /\b(?:maybe|perhaps|possibly|probably|might|not (?:entirely |completely )?sure|unsure|uncertain|i (?:think|believe|guess)|it seems|unclear)\b/gi;
const ADMISSIONS =
  /\b(?:apologi[sz]e|apologies|sorry|my mistake|i (?:made|was)(?: an?)? (?:mistake|error|wrong)|correction|you(?:'|’)?(?: a)?re right|let me (?:re|correct)|actually|on second thoughts?)\b/gi;
const MARK = /####|\banswer\s*(?:is\b|:)/i;
const YES_NO = /^(?:yes|no|true|false)$/i;

/** Name and value of each column, before they are put on one scale. A number that cannot be read counts as 0. */
const COLUMNS: readonly (readonly [name: string, value: (seen: Seen) => number])[] = [
  ["same answer", ({ signs }) => Number(signs.same)],
  ["first turn", ({ signs }) => Number(signs.turn === 0)],
  ["turn", ({ signs }) => Math.log1p(signs.turn)],
  ["has an answer", ({ signs }) => Number(signs.hasAnswer)],
  ["became readable", ({ signs }) => Number(signs.before === undefined && signs.after !== undefined)],
  ["became unreadable", ({ signs }) => Number(signs.before !== undefined && signs.after === undefined)],
  ["sums that do not add up", ({ signs }) => Math.log1p(signs.calculatorFaults)],
  ["answer before was broken", ({ signs }) => Number(signs.wasBroken)],
  ["earlier answers", ({ signs }) => Math.log1p(signs.others)],
  ["agreement with earlier answers", ({ signs }) => (signs.agreeing + 0.5) / (signs.others + 1)],
  ["earlier answers that agree", ({ signs }) => Math.log1p(signs.agreeing)],
  ["earlier answers that agreed with the last", ({ signs }) => Math.log1p(signs.support)],
  ["returned to an earlier answer", ({ signs }) => Number(signs.returned)],
  ["one answer holds the other", ({ signs }) => Number(signs.contained)],
  ["answer is a number", ({ signs }) => Number(Number.isFinite(numberOf(signs.after)))],
  ["answer is a whole number", ({ signs }) => Number(Number.isInteger(numberOf(signs.after)))],
  ["size of the answer", ({ signs }) => sizeOf(numberOf(signs.after))],
  ["change of the number", ({ signs }) => Math.abs(sizeOf(numberOf(signs.after)) - sizeOf(numberOf(signs.before)))],
  ["answer is yes or no", ({ signs }) => Number(YES_NO.test(signs.after ?? ""))],
  ["letters of the answer", ({ signs }) => Math.log1p((signs.after ?? "").length)],
  ["answer stands in the question", ({ signs, revision }) => Number(isIn(signs.after, revision.question))],
  ["answer stands in the text before", ({ signs, revision }) => Number(isIn(signs.after, revision.initialAnswer))],
  ["old answer stands in the new text", ({ signs, revision }) => Number(isIn(signs.before, revision.revisedAnswer))],
  ["numbers in common", ({ initial, revised }) => overlap(initial.numbers, revised.numbers)],
  ["numbers", ({ revised }) => Math.log1p(revised.numbers.size)],
  ["letters", ({ revised }) => Math.log1p(revised.length)],
  ["change in letters", ({ initial, revised }) => Math.log1p(revised.length) - Math.log1p(initial.length)],
  ["lines", ({ revised }) => Math.log1p(revised.lines)],
  ["same text", ({ revision }) => Number(revision.initialAnswer === revision.revisedAnswer)],
  ["hedges", ({ revised }) => Math.log1p(revised.hedges)],
  ["change in hedges", ({ initial, revised }) => Math.log1p(revised.hedges) - Math.log1p(initial.hedges)],
  ["admissions", ({ revised }) => Math.log1p(revised.admissions)],
  ["final answer is marked", ({ revision }) => Number(MARK.test(revision.revisedAnswer))],
  ["is cut off", ({ revision }) => Number(!/[.!?)\]"'”’\d*]\s*$/.test(revision.revisedAnswer))],
  ["has worked sums", ({ revision }) => Number(revision.revisedAnswer.includes("<<"))],
];

/** Of the numeric columns, in their order. */
export const COLUMN_NAMES: readonly string[] = COLUMNS.map(([name]) => name);

/** [columns] What a step looks like in numbers, and whether its answer has changed. */
export function columnsOf(
  revision: Revision,
  scoring: Pick<Scoring, "extract" | "same">,
): { readonly values: readonly number[]; readonly same: boolean } {
  const signs = signsOf(revision, scoring);
  const revised = textSigns(revision.revisedAnswer);
  const initial = revision.initialAnswer === revision.revisedAnswer ? revised : textSigns(revision.initialAnswer);
  const seen = { signs, initial, revised, revision };
  return { values: COLUMNS.map(([, value]) => value(seen)), same: signs.same };
}

function textSigns(text: string): TextSigns {
  return {
    length: text.length,
    lines: countOf(text, "\n"),
    numbers: new Set(text.match(/\d+(?:\.\d+)?/g)),
    hedges: text.match(HEDGES)?.length ?? 0,
    admissions: text.match(ADMISSIONS)?.length ?? 0,
  };
}

function countOf(text: string, part: string): number {
  let count = 0;
  for (let at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + 1)) count += 1;
  return count;
}

function numberOf(answer: string | undefined): number {
  return answer === undefined || answer.trim() === "" ? Number.NaN : Number(answer);
}

/** Signed and logarithmic: sizes of all orders lie within some units of each other. */
function sizeOf(value: number): number {
  return Number.isFinite(value) ? Math.sign(value) * Math.log1p(Math.abs(value)) : 0;
}

function isIn(answer: string | undefined, text: string | undefined): boolean {
  return answer !== undefined && answer !== "" && text?.includes(answer) === true;
}

/** Jaccard's index; two texts without numbers have the same ones. */
function overlap(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  if (a === b || (a.size === 0 && b.size === 0)) return 1;
  let common = 0;
  for (const one of a) if (b.has(one)) common += 1;
  return common / (a.size + b.size - common);
}
