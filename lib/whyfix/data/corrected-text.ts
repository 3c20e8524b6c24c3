import type { RowOrBad } from "corrigenda/dataset";
import { errorRow, skipped } from "./error-row.ts";
import type { DraftRow } from "./row.ts";
import { type Range, sentencesOf } from "./sentences.ts";

/** A text with its changes in place. */
export type Node = string | Change;

/** What the learner wrote and what the editor made of it, either of which may hold changes of its own. */
export interface Change {
  /** Absent where a word was missing. */
  readonly wrong?: readonly Node[];
  /** Absent where a word was only taken away. */
  readonly right?: readonly Node[];
  /** The data set's error code; absent where it has none. */
  readonly type?: string;
  /** Line of the file, from 1. */
  readonly line: number;
}

/** Where a text comes from, and which of its errors become rows. */
export interface Origin {
  readonly file: string;
  readonly source: string;
  readonly note: string;
  /** Whether an error code is a lexical one. */
  keeps(type: string | undefined): boolean;
}

interface Placed extends Range {
  readonly change: Change;
  /** Not inside another change. */
  readonly outer: boolean;
}

/** The text with all changes made ("right") or none ("wrong"). */
export function flatten(nodes: readonly Node[], side: "wrong" | "right"): string {
  return nodes.map((node) => (typeof node === "string" ? node : flatten(node[side] ?? [], side))).join("");
}

/**
 * Every error of a text, as a row or as the reason why it is none. A row's learner sentence is the corrected sentence
 * with this one error put back at its own place; neighbour sentences are taken from the corrected text.
 */
export function* rowsOf(nodes: readonly Node[], origin: Origin): Generator<RowOrBad<DraftRow>> {
  const text = flatten(nodes, "right");
  const sentences = sentencesOf(text);
  const placed = [...placeAll(nodes, 0, true)];
  for (const one of placed) {
    const place = `${origin.file}:${one.change.line}`;
    const reason = whyNot(one.change, origin);
    if (reason !== undefined) yield skipped(place, reason);
    else yield { ok: true, place, row: rowAt(one, { nodes, text, sentences, placed, origin }) };
    yield* hidden(one.change.wrong ?? [], origin);
  }
}

/** Errors inside another error's wrong form: the corrected text has no place for them. */
function* hidden(wrong: readonly Node[], origin: Origin): Generator<RowOrBad<DraftRow>> {
  for (const node of wrong) {
    if (typeof node === "string") continue;
    const reason = whyNot(node, origin) ?? "the error lies inside another error's wrong form";
    yield skipped(`${origin.file}:${node.line}`, reason);
    yield* hidden([...(node.wrong ?? []), ...(node.right ?? [])], origin);
  }
}

function whyNot(change: Change, origin: Origin): string | undefined {
  if (!origin.keeps(change.type)) return "the error type is not lexical";
  const [wrong, right] = [flatten(change.wrong ?? [], "right"), flatten(change.right ?? [], "right")];
  if (wrong.trim() === "") return "a word was only inserted";
  if (right.trim() === "") return "a word was only taken away";
  return wrong.trim() === right.trim() ? "both forms are the same" : undefined;
}

function* placeAll(nodes: readonly Node[], from: number, outer: boolean): Generator<Placed> {
  let start = from;
  for (const node of nodes) {
    const end = start + (typeof node === "string" ? node : flatten(node.right ?? [], "right")).length;
    if (typeof node !== "string") {
      yield { change: node, start, end, outer };
      yield* placeAll(node.right ?? [], start, false);
    }
    start = end;
  }
}

interface Context {
  readonly nodes: readonly Node[];
  readonly text: string;
  readonly sentences: readonly Range[];
  readonly placed: readonly Placed[];
  readonly origin: Origin;
}

function rowAt(error: Placed, { nodes, text, sentences, placed, origin }: Context): DraftRow {
  const word = trimmed(text, error);
  const first = sentences.findIndex((one) => one.end > word.start);
  const last = sentences.findLastIndex((one) => one.start < word.end);
  const sentence = { start: sentences[first]?.start ?? 0, end: sentences[last]?.end ?? text.length };
  const neighbour = (at: number): string => text.slice(sentences[at]?.start ?? 0, sentences[at]?.end ?? 0);
  const type = error.change.type === undefined ? [] : [`type=${error.change.type}`];
  return errorRow({
    before: text.slice(sentence.start, word.start),
    edit: { learner: flatten(error.change.wrong ?? [], "right"), editor: text.slice(word.start, word.end) },
    after: text.slice(word.end, sentence.end),
    preceding: neighbour(first - 1),
    following: neighbour(last + 1),
    sentence: originalOf(nodes, sentence, text.length),
    text: flatten(nodes, "wrong"),
    source: origin.source,
    note: [...type, origin.note].join("; "),
    single: placed.filter((one) => one.outer && starts(one, sentence, text.length)).length === 1,
  });
}

/** The learner's own wording of a range of the corrected text. */
function originalOf(nodes: readonly Node[], range: Range, length: number): string {
  let start = 0;
  let original = "";
  for (const node of nodes) {
    const end = start + (typeof node === "string" ? node : flatten(node.right ?? [], "right")).length;
    if (typeof node !== "string") original += starts({ start }, range, length) ? flatten([node], "wrong") : "";
    else original += node.slice(Math.max(0, range.start - start), Math.max(0, range.end - start));
    start = end;
  }
  return original;
}

/** A change belongs to the sentence in which it starts, one at the very end of a text to the last. */
function starts({ start }: { readonly start: number }, range: Range, length: number): boolean {
  return start >= range.start && (start < range.end || (start === length && range.end === length));
}

function trimmed(text: string, { start, end }: Range): Range {
  const words = text.slice(start, end);
  const lead = words.length - words.trimStart().length;
  return { start: start + lead, end: end - (words.length - words.trimEnd().length) };
}
