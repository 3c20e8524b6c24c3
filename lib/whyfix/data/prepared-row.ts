import type { RowOrBad } from "corrigenda/dataset";
import { bad, skipped } from "./error-row.ts";
import { DraftRow } from "./row.ts";

/** Base columns that a file must have; the other base columns may be missing or empty. */
const NEEDED = ["learner_word", "editor_word", "learner_sentence", "editor_sentence", "formatted_sentence"];
const EDGES = ["preceding_sentence", "following_sentence", "text_in_dataset", "data_source", "note"];
const LISTS = ["examples_learner", "examples_editor"];
const FLAGS = ["in_akl_learner", "in_akl_editor", "single_edit"];
const JSONS = ["other_categories_json", "other_categories_formatted_json"];

/** A prepared row as its file has it, in CSV's strings or JSON's values; "nan", "" and null read as absent. */
export function draftOf(value: unknown, place: string): RowOrBad<DraftRow> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return bad(place, "not an object");
  const given = value as Record<string, unknown>;
  const missing = NEEDED.find((name) => !(name in given));
  if (missing) return bad(place, `no column '${missing}'`);
  if (isAbsent(given.learner_sentence)) return skipped(place, "no learner sentence");
  if (given.error_type === "no") return skipped(place, "the lexical filter found a grammatical error");
  const parsed = DraftRow.safeParse(cleaned(given));
  if (parsed.success) return { ok: true, place, row: parsed.data };
  const issue = parsed.error.issues[0];
  return bad(place, `column '${issue?.path.join(".")}': ${issue?.message}`);
}

function cleaned(given: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const row: Record<string, unknown> = {};
  for (const name of EDGES) row[name] = "";
  row.sentence_in_dataset = given.learner_sentence;
  for (const name of Object.keys(DraftRow.shape)) {
    const value = given[name];
    // A learner's word may be "nan" (the bread), a sentence or an added column never is.
    if (NEEDED.includes(name)) row[name] = value;
    else if (!isAbsent(value)) row[name] = convert(name, value);
  }
  return row;
}

export function isAbsent(value: unknown): boolean {
  return value === undefined || value === null || (typeof value === "string" && /^\s*(?:nan)?\s*$/i.test(value));
}

function convert(name: string, value: unknown): unknown {
  if (name === "index") return typeof value === "string" ? Number(value) : value;
  if (LISTS.includes(name) && typeof value === "string") return pythonList(value) ?? [value];
  if (FLAGS.includes(name) && typeof value === "string") return flagOf(value);
  if (JSONS.includes(name) && typeof value !== "string") return JSON.stringify(value);
  return value;
}

/** What is neither true nor false stays as it is, for the schema to refuse. */
function flagOf(text: string): boolean | string {
  if (/^(?:true|1)$/i.test(text)) return true;
  return /^(?:false|0)$/i.test(text) ? false : text;
}

const QUOTED = String.raw`'(?:[^'\\]|\\[\s\S])*'|"(?:[^"\\]|\\[\s\S])*"`;
const LIST = new RegExp(String.raw`^\s*\[\s*(?:(?:${QUOTED})\s*(?:,\s*(?:${QUOTED})\s*)*)?\]\s*$`);
const ESCAPES: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r" };

/** A list of strings as Python or JSON prints it; undefined where the text is none. */
export function pythonList(text: string): string[] | undefined {
  if (!LIST.test(text)) return undefined;
  const items = text.match(new RegExp(QUOTED, "g")) ?? [];
  return items.map((item) =>
    item
      .slice(1, -1)
      .replace(/\\(?:u([0-9a-f]{4})|x([0-9a-f]{2})|([\s\S]))/gi, (_all, four, two, char: string) =>
        char === undefined ? String.fromCharCode(Number.parseInt(four ?? two, 16)) : (ESCAPES[char] ?? char),
      ),
  );
}
