import type { HubPart } from "./hub.ts";
import type { Declaration } from "./types.ts";

/** A question, what has to be read to answer it, and its answer. */
export interface QuestionRow {
  /** Unique within its data set. */
  readonly id: string;
  readonly question: string;
  readonly reference_answer: string;
  readonly context?: string;
  /** Titles and sentence numbers (from 0) that the answer rests on. */
  readonly supporting_facts?: readonly (readonly [title: string, sentence: number])[];
}

/** A row as a data set's own format gives it: the id is missing where the format has none. */
export type QuestionDraft = Omit<QuestionRow, "id"> & { readonly id?: string | undefined };

/** An object of a file, its keys in lower case, nulls left out. */
export type QuestionRecord = Readonly<Record<string, unknown>>;

/** A data set of questions: where it is, and how its records are read. */
export interface QuestionSet {
  readonly declaration: Declaration;
  /** Its place on the Hugging Face hub. */
  readonly hub?: HubPart & { readonly dataset: string };
  /**
   * The row of a record, or the name of the field that is missing or not of its form. Plain checks: with zod, a large HotpotQA file
   * took 70 MB more.
   */
  read(record: QuestionRecord): QuestionDraft | Unfit;
}

/** The field that spoils a record. */
export interface Unfit {
  readonly unfit: string;
}

/** A text with something in it. */
export function isText(value: unknown): value is string {
  return typeof value === "string" && value.trim() !== "";
}
