import type { NoRow } from "corrigenda/dataset";
import { type Edit, type Piece, sideOf, writeMarked } from "./marked.ts";
import type { DraftRow } from "./row.ts";

/** What one error looks like, whatever form its data set has. */
export interface ErrorInContext {
  /** The corrected sentence around the error. */
  readonly before: string;
  readonly edit: Edit;
  readonly after: string;
  /** Shown as the learner's word where the edit has none (Longman: the headword). */
  readonly headword?: string;
  readonly preceding?: string;
  readonly following?: string;
  readonly sentence: string;
  readonly text: string;
  readonly source: string;
  readonly note: string;
  readonly single: boolean;
}

/** The row of one error: its sentence twice, once marked. */
export function errorRow(error: ErrorInContext): DraftRow {
  const edit = {
    ...(error.edit.learner === undefined ? {} : { learner: oneSpaced(error.edit.learner) }),
    ...(error.edit.editor === undefined ? {} : { editor: oneSpaced(error.edit.editor) }),
  };
  const before = error.before.replace(/\s+/g, " ").trimStart();
  const after = error.after.replace(/\s+/g, " ").trimEnd();
  const pieces: Piece[] = [before, edit, after].filter((piece) => piece !== "");
  return {
    learner_word: edit.learner ?? error.headword ?? "",
    editor_word: edit.editor ?? "",
    learner_sentence: sideOf(pieces, "learner"),
    editor_sentence: sideOf(pieces, "editor"),
    formatted_sentence: writeMarked(pieces),
    sentence_in_dataset: oneSpaced(error.sentence),
    preceding_sentence: oneSpaced(error.preceding ?? ""),
    following_sentence: oneSpaced(error.following ?? ""),
    text_in_dataset: error.text.trim(),
    data_source: error.source,
    note: error.note,
    single_edit: error.single,
  };
}

export function oneSpaced(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}

export function skipped(place: string, reason: string): NoRow {
  return { ok: false, kind: "skipped", place, reason };
}

export function bad(place: string, reason: string): NoRow {
  return { ok: false, kind: "bad", place, reason };
}
