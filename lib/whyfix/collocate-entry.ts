import type { NoRow } from "corrigenda/dataset";
import { parseMarked, type Row } from "./data/index.ts";

/** One corrected collocation with its counts: the 11 fields of a collocation row, in the order of the file. */
export interface CollocationRow {
  /** The word that was wrong, as a lemma where one is known. */
  readonly error_component: string;
  /** Part of speech, "X" where none is known. */
  readonly error_component_pos: string;
  readonly error_collocation: string;
  readonly correct_collocation: string;
  /** How often this was corrected so. */
  readonly collocation_correction_freq: number;
  readonly component_change_freq_details: string;
  /** "pivot < Category". */
  readonly collocation_pivot_and_category_details: string;
  readonly collocation_category_accum_freq_details: string;
  readonly collocation_category_uniq_freq_details: string;
  readonly error_component_total_freq_details: string;
  readonly error_component_total_freq_in_pivot_category_details: string;
}

/** The category of a pivot that has none. */
export const NO_CATEGORY = "misc-ap";

const FIELDS = 11;
const MOST_WORDS = 3;
/** How many words after (or before) the wrong one are looked through for the word that it goes with. */
const WINDOW = 4;
const WORD = /[\p{L}\p{N}]+(?:[-'’][\p{L}\p{N}]+)*/gu;
const BREAK = /[.,;:!?()[\]"“”\n]/;
const FUNCTION_WORDS = new Set(
  (
    "a an the this that these those my your his her its our their some any no every each all both many much few little " +
    "more most several lot lots of in on at to for from with by about into over under as than and or but not so very too " +
    "quite rather really just also i you he she it we they me him us them who which what is are was were be been being am " +
    "do does did have has had will would shall should can could may might must there here n't s"
  ).split(" "),
);

/** What was wrong, what it goes with, and both as written: "make a photo", "take a photo", pivot "photo". */
export interface Collocation {
  readonly component: string;
  readonly correction: string;
  readonly pos: string;
  readonly error: string;
  readonly correct: string;
  readonly pivot: string;
}

type CorrectedRow = Pick<Row, "learner_word" | "editor_word" | "formatted_sentence"> &
  Partial<Pick<Row, "lemmaWord_learner" | "lemmaWord_editor" | "pos_learner">>;

/**
 * The corrected collocation of a row, without a parser: the wrong word and the nearest content word within four words, to the right
 * first, for nouns to the left first; never across punctuation. Undefined where a word is missing, the same, or longer than three
 * words, where both are function words, or nothing stands near.
 */
export function collocationOf(row: CorrectedRow): Collocation | undefined {
  const [learner, editor] = [words(row.learner_word), words(row.editor_word)];
  if ([learner, editor].some(({ length }) => length === 0 || length > MOST_WORDS)) return undefined;
  if (learner.join(" ") === editor.join(" ")) return undefined;
  // Articles, prepositions and auxiliaries changed into one another are grammar.
  if ([...learner, ...editor].every(isFunctionWord)) return undefined;
  const sides = sidesOf(row);
  if (sides === undefined) return undefined;
  const right = nearest(words(sides.after.split(BREAK)[0] ?? ""));
  const left = nearest(words(sides.before.split(BREAK).at(-1) ?? "").reverse())?.reverse();
  const leftFirst = /^n/i.test(row.pos_learner ?? "") && left !== undefined;
  const component = lemma(row.lemmaWord_learner, learner);
  const correction = lemma(row.lemmaWord_editor, editor);
  const put = (word: string): string =>
    (leftFirst || right === undefined ? [...(left ?? []), word] : [word, ...right]).join(" ");
  const pivot = leftFirst || right === undefined ? left?.[0] : right.at(-1);
  if (pivot === undefined || component === correction) return undefined;
  return {
    ...{ component, correction, pos: row.pos_learner ?? "X", pivot },
    ...{ error: put(component), correct: put(correction) },
  };
}

/** A row's line in a file, its fields separated by "|". */
export function formatEntry(row: CollocationRow): string {
  return [
    ...[row.error_component, row.error_component_pos, row.error_collocation, row.correct_collocation],
    ...[row.collocation_correction_freq, row.component_change_freq_details],
    ...[row.collocation_pivot_and_category_details, row.collocation_category_accum_freq_details],
    ...[row.collocation_category_uniq_freq_details, row.error_component_total_freq_details],
    row.error_component_total_freq_in_pivot_category_details,
  ].join("|");
}

/** Reads a line of 11 fields separated by "|" or "|||"; a first line that names the fields is skipped. */
export function parseEntry(line: string, place: string): CollocationRow | NoRow {
  // Empty fields look like the longer separator: whichever gives all fields is meant.
  const [bars, bar] = [line.split("|||"), line.split("|")];
  const fields = (bars.length === FIELDS ? bars : bar).map((field) => field.trim());
  if (fields[0] === "error_component") return { ok: false, kind: "skipped", place, reason: "the names of the fields" };
  if (fields.length !== FIELDS)
    return { ok: false, kind: "bad", place, reason: `not ${FIELDS} fields separated by | or |||` };
  const [component, pos, error, correct, freq, ...details] = fields as [string, string, string, string, string];
  const rest = details as string[];
  if (component === "" || error === "" || correct === "" || !/^\d{1,15}$/.test(freq))
    return { ok: false, kind: "bad", place, reason: "a field is empty, or the count of corrections is not a number" };
  return {
    ...{ error_component: component, error_component_pos: pos, error_collocation: error },
    ...{ correct_collocation: correct, collocation_correction_freq: Number(freq) },
    component_change_freq_details: rest[0] ?? "",
    collocation_pivot_and_category_details: rest[1] ?? "",
    collocation_category_accum_freq_details: rest[2] ?? "",
    collocation_category_uniq_freq_details: rest[3] ?? "",
    error_component_total_freq_details: rest[4] ?? "",
    error_component_total_freq_in_pivot_category_details: rest[5] ?? "",
  };
}

/** What is embedded and searched: "make a photo -> take a photo". */
export function entryText({ error, correct }: Pick<Collocation, "error" | "correct">): string {
  return `${error} -> ${correct}`;
}

/** The category of a row's pivot. */
export function categoryOf({ collocation_pivot_and_category_details: details }: CollocationRow): string {
  return details.split("<")[1]?.trim() || NO_CATEGORY;
}

/** Words as they are compared: small letters, an apostrophe one sign. */
export function words(text: string): string[] {
  return [...text.toLowerCase().replaceAll("’", "'").matchAll(WORD)].map(([word]) => word);
}

/** Whether a word is one that stands beside any other: articles, prepositions, pronouns, forms of be, have and do. */
export function isFunctionWord(word: string): boolean {
  return FUNCTION_WORDS.has(word);
}

function lemma(given: string | undefined, surface: readonly string[]): string {
  const known = words(given ?? "");
  return (known.length > 0 ? known : surface).join(" ");
}

/** The plain text on both sides of the edit that the row is about. */
function sidesOf(row: CorrectedRow): { readonly before: string; readonly after: string } | undefined {
  const pieces = parseMarked(row.formatted_sentence);
  const edits = pieces.flatMap((piece, at) => (typeof piece === "object" ? [{ piece, at }] : []));
  const own = edits.find(({ piece }) => piece.learner === row.learner_word && piece.editor === row.editor_word);
  const at = (own ?? edits.find(({ piece }) => piece.learner !== undefined && piece.editor !== undefined))?.at;
  if (at === undefined) return undefined;
  const text = (some: typeof pieces): string =>
    some.map((piece) => (typeof piece === "string" ? piece : (piece.editor ?? ""))).join(" ");
  return { before: text(pieces.slice(0, at)), after: text(pieces.slice(at + 1)) };
}

/** The words up to and with the first content word. */
function nearest(some: readonly string[]): string[] | undefined {
  const at = some.slice(0, WINDOW).findIndex((word) => !isFunctionWord(word));
  return at < 0 ? undefined : some.slice(0, at + 1);
}
