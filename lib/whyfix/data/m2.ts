import type { DataInput, NoRow, RowOrBad } from "corrigenda/dataset";
import { bad, errorRow, skipped } from "./error-row.ts";
import type { Edit } from "./marked.ts";
import type { DraftRow } from "./row.ts";
import { blocksOf, type Line } from "./streams.ts";

/** An edit of a tokenised sentence: tokens [from, to) become `tokens`. */
export interface TokenEdit {
  readonly from: number;
  readonly to: number;
  readonly tokens: readonly string[];
  /** Such as "R:NOUN" or "#Rp#". */
  readonly type: string;
  /** The annotator's comment, where there is one. */
  readonly comment: string;
  /** Line of the file, from 1. */
  readonly line: number;
}

export interface M2Sentence {
  readonly tokens: readonly string[];
  /** One annotator's edits, in the order of the sentence. */
  readonly edits: readonly TokenEdit[];
  readonly line: number;
}

/** Words that stand for "nothing here" in M2 files. */
const NOTHING = new Set(["", "-NONE-", "REQUIRED"]);
const EDIT = /^A (-?\d+) (-?\d+)$/;

/**
 * Plain M2: each replacement is a row, with the annotator's other edits applied. Tokens are joined by single spaces.
 * A sentence stands alone, so there are no neighbour sentences.
 * @param annotator of several annotators, the one to read; 0 is the first
 */
export async function* readM2(input: DataInput, annotator = 0): AsyncGenerator<RowOrBad<DraftRow>> {
  for await (const block of blocksOf(input)) {
    const sentence = parseM2(block, input.file, annotator);
    if ("ok" in sentence) yield sentence;
    else if (sentence.edits.length === 0) {
      yield skipped(`${input.file}:${sentence.line}`, `annotator ${annotator} changed nothing`);
    } else for (const edit of sentence.edits) yield rowOf(sentence, edit, input.file);
  }
}

function rowOf(sentence: M2Sentence, edit: TokenEdit, file: string): RowOrBad<DraftRow> {
  const place = `${file}:${edit.line}`;
  const learner = sentence.tokens.slice(edit.from, edit.to);
  if (edit.type === "UNK") return skipped(place, "an error without a correction");
  if (learner.length === 0) return skipped(place, "a word was only inserted");
  if (edit.tokens.length === 0) return skipped(place, "a word was only taken away");
  if (learner.join(" ") === edit.tokens.join(" ")) return skipped(place, "both forms are the same");
  return { ok: true, place, row: tokenRow(sentence, edit, { source: "m2" }) };
}

/** The row of one edit of a tokenised sentence, all other edits applied. */
export function tokenRow(
  sentence: M2Sentence,
  edit: TokenEdit,
  origin: { readonly source: string; readonly headword?: string; readonly text?: string },
): DraftRow {
  const { tokens, edits } = sentence;
  const at = edits.indexOf(edit);
  const before = apply(tokens.slice(0, edit.from), edits.slice(0, at), 0);
  const after = apply(tokens.slice(edit.to), edits.slice(at + 1), edit.to);
  const original = tokens.join(" ");
  const marks: Edit = {
    ...(edit.from === edit.to ? {} : { learner: tokens.slice(edit.from, edit.to).join(" ") }),
    ...(edit.tokens.length === 0 ? {} : { editor: edit.tokens.join(" ") }),
  };
  return errorRow({
    before: before.length > 0 ? `${before.join(" ")} ` : "",
    edit: marks,
    after: after.length > 0 ? ` ${after.join(" ")}` : "",
    ...(origin.headword === undefined ? {} : { headword: origin.headword }),
    sentence: original,
    text: origin.text ?? original,
    source: origin.source,
    note: [`type=${edit.type}`, ...(edit.comment === "" ? [] : [`comment=${edit.comment}`])].join("; "),
    single: edits.length === 1,
  });
}

/** Reads "S …" and the "A …" lines of one annotator. */
export function parseM2(block: readonly Line[], file: string, annotator: number): M2Sentence | NoRow {
  const [head, ...lines] = block;
  if (head === undefined || !/^S( |$)/.test(head.text)) {
    return bad(`${file}:${head?.number ?? 0}`, 'a block does not begin with an "S " line');
  }
  const tokens = head.text
    .slice(1)
    .split(/\s+/)
    .filter((token) => token !== "");
  const edits: TokenEdit[] = [];
  for (const line of lines) {
    const edit = parseEdit(line, annotator);
    if (edit === undefined) return bad(`${file}:${line.number}`, 'not an "A from to|||type|||correction|||…" line');
    if (edit !== "other") edits.push(edit);
  }
  edits.sort((a, b) => a.from - b.from || a.to - b.to);
  const wrong = edits.find((edit, at) => edit.to > tokens.length || edit.from < (edits[at - 1]?.to ?? 0));
  if (!wrong) return { tokens, edits, line: head.number };
  const reason = wrong.to > tokens.length ? "an edit lies outside the sentence" : "two edits overlap";
  return bad(`${file}:${wrong.line}`, reason);
}

/** An edit; "other" for another annotator's or a noop; undefined where the line is unreadable. */
function parseEdit(line: Line, annotator: number): TokenEdit | "other" | undefined {
  const fields = line.text.split("|||");
  const [, from, to] = EDIT.exec(fields[0] ?? "") ?? [];
  const [, type, correction, ...rest] = fields;
  const who = Number(rest.at(-1));
  if (from === undefined || to === undefined || type === undefined || correction === undefined) return undefined;
  if (rest.length !== 3 || !Number.isInteger(who) || Number(to) < Number(from)) return undefined;
  if (who !== annotator || type === "noop") return "other";
  if (Number(from) < 0) return undefined;
  // Several corrections of one edit are separated by "||"; the first is the annotator's preferred one.
  const [first = ""] = correction.split("||");
  const words = NOTHING.has(first) ? [] : first.split(/\s+/).filter((token) => token !== "");
  const comment = rest
    .slice(0, -1)
    .filter((part) => !NOTHING.has(part))
    .join(" / ");
  return { from: Number(from), to: Number(to), tokens: words, type, comment, line: line.number };
}

/** Tokens with edits applied. @param offset place of tokens[0] in the sentence that the edits count in */
function apply(tokens: readonly string[], edits: readonly TokenEdit[], offset: number): string[] {
  const out: string[] = [];
  let done = 0;
  for (const edit of edits) {
    // An error without a correction stays as it is.
    if (edit.type === "UNK") continue;
    out.push(...tokens.slice(done, edit.from - offset), ...edit.tokens);
    done = edit.to - offset;
  }
  return [...out, ...tokens.slice(done)];
}
