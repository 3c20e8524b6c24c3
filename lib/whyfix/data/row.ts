import { z } from "zod";

/** The four kinds that the lexical filter keeps. */
export const ErrorType = z.enum(["free combinations", "restricted collocations", "figurative idioms", "pure idioms"]);
export type ErrorType = z.infer<typeof ErrorType>;

/** One learner error. Names are the file columns of the source's data, its spelling kept. */
export const Row = z.object({
  /** Stable row id: the one the file has, else the position in file order after duplicates are dropped, from 0. */
  index: z.int().nonnegative(),
  learner_word: z.string(),
  editor_word: z.string(),
  /** The corrected sentence with this one error put back. */
  learner_sentence: z.string(),
  editor_sentence: z.string(),
  /** The sentence with this error in marker notation, `[-learner-]{+editor+}`. */
  formatted_sentence: z.string(),
  /** The sentence as the data set has it: every error in place. */
  sentence_in_dataset: z.string(),
  /** Neighbour sentences on the corrected text; "" at the edges of a text. */
  preceding_sentence: z.string(),
  following_sentence: z.string(),
  /** The whole text (an answer, a block) as the data set has it. */
  text_in_dataset: z.string(),
  /** "fce-dataset", "longman-dictionary-of-common-errors", or what the user's file says. */
  data_source: z.string(),
  /** Error type and origin, "key=value; …". */
  note: z.string(),
  /** True where this error is the only one in its sentence. */
  single_edit: z.boolean().optional(),
  word_learner: z.string().optional(),
  lemmaWord_learner: z.string().optional(),
  pos_learner: z.string().optional(),
  /** CEFR level or "unknown". */
  level_learner: z.string().optional(),
  definition_learner: z.string().optional(),
  examples_learner: z.array(z.string()).optional(),
  /** In the Academic Keyword List. */
  in_akl_learner: z.boolean().optional(),
  word_editor: z.string().optional(),
  lemmaWord_editor: z.string().optional(),
  pos_editor: z.string().optional(),
  level_editor: z.string().optional(),
  definition_editor: z.string().optional(),
  examples_editor: z.array(z.string()).optional(),
  in_akl_editor: z.boolean().optional(),
  error_type: ErrorType.optional(),
  /** Retrieved rows, one a line, 11 fields separated by "|". */
  collocations: z.string().optional(),
  /** JSON text of a list of {component_change_category, example_collocation}. */
  other_categories_json: z.string().optional(),
  other_categories_formatted_json: z.string().optional(),
  /** Reference explanations (Longman). */
  longman_explantion: z.string().optional(),
  longman_see_note_explantion: z.string().optional(),
});
export type Row = z.infer<typeof Row>;

/** A row before it has its place in the file order. */
export const DraftRow = Row.partial({ index: true });
export type DraftRow = z.infer<typeof DraftRow>;

/** The reference explanation of a row, its two parts joined by a blank line; undefined where it has none. */
export function referenceOf(row: Row): string | undefined {
  const parts = [row.longman_explantion, row.longman_see_note_explantion].filter((part) => part !== undefined);
  return parts.length > 0 ? parts.join("\n\n") : undefined;
}
