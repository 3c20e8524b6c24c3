import type { Row } from "./data/index.ts";
import type { InputCode, Length, Role } from "./levels.ts";
import type { Values } from "./template.ts";

/** Which side of an edit: as the learner wrote it, as the editor left it, or both in marker notation. */
export type Side = "learner" | "editor" | "marked";

/** The target sentence with the neighbours that the input asks for and the row has, each exactly once. */
export function inputText(row: Row, input: InputCode, side: Side): string {
  const target = { learner: row.learner_sentence, editor: row.editor_sentence, marked: row.formatted_sentence }[side];
  const before = input === "pt" || input === "ptf" ? row.preceding_sentence : "";
  const after = input === "tf" || input === "ptf" ? row.following_sentence : "";
  return [before, target, after].filter((part) => part.trim() !== "").join(" ");
}

/** What a prompt can show of a row. Absent columns stay undefined: their lines are left out, nothing is made up. */
export function rowValues(row: Row, input: InputCode): Values {
  const marked = inputText(row, input, "marked");
  return {
    sentence: inputText(row, input, "learner"),
    edited_sentence: inputText(row, input, "editor"),
    formatted_sentences: marked,
    sentences: marked,
    learnerWord: row.learner_word || NO_WORD,
    editorWord: row.editor_word || NO_WORD,
    lemmaWord_learner: given(row.lemmaWord_learner),
    lemmaWord_editor: given(row.lemmaWord_editor),
    learnerWord_pos: given(row.pos_learner),
    learnerWord_level: given(row.level_learner),
    learnerWord_definition: given(row.definition_learner),
    learnerWord_examples: list(row.examples_learner),
    learnerWord_in_akl: yesNo(row.in_akl_learner),
    editorWord_pos: given(row.pos_editor),
    editorWord_level: given(row.level_editor),
    editorWord_definition: given(row.definition_editor),
    editorWord_examples: list(row.examples_editor),
    editorWord_in_akl: yesNo(row.in_akl_editor),
    related_collocations: given(row.collocations),
    other_category_collocations: given(row.other_categories_formatted_json, "[]"),
  };
}

/** What a prompt can show of the cell. */
export function cellValues(role: Role, length: Length): Values {
  return { role: role.text, output_len: length.text };
}

/** For an edit that only adds or only removes a word. */
const NO_WORD = "(no word)";

function given(text: string | undefined, empty = "unknown"): string | undefined {
  return text === undefined || text.trim() === "" || text.trim() === empty ? undefined : text;
}

function list(texts: readonly string[] | undefined): string | undefined {
  return texts === undefined || texts.length === 0 ? undefined : texts.join(" / ");
}

function yesNo(value: boolean | undefined): string | undefined {
  return value === undefined ? undefined : value ? "yes" : "no";
}
