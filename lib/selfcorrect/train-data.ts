import { parseJson } from "corrigenda/json";
import { z } from "zod";
import { deltaAccuracyOf } from "./failure-mode.ts";
import type { Example } from "./train-model.ts";
import { groupSample } from "./train-sample.ts";
import { ERROR_MODES, NONE, type Scoring } from "./types.ts";

/** Columns of the source's training_data.csv. Its optional logits_features is not read: no text has logits at inference. */
export const SOURCE_COLUMNS = [
  ...(["initial_answer", "revised_answer", "reprompt_id", "failure_mode", "delta_accuracy"] as const),
] as const;
/** And those that make more of it where they are there; `answers`: the trace's extracted answers so far, a JSON array. */
const MORE_COLUMNS = ["question_id", "dataset_name", "question", "answers", "provider"] as const;
export const TRAINING_COLUMNS = [...SOURCE_COLUMNS, ...MORE_COLUMNS] as const;

/** A row as its file has it; null: no such cell. */
export type TrainingCells = Readonly<Record<(typeof TRAINING_COLUMNS)[number], string | null>>;

/** A row and where it stands, or why it is none. */
export type TrainingRow = { readonly place: string } & (
  | { readonly cells: TrainingCells }
  | { readonly reason: string }
);

/** A row that teaches nothing, as bad-rows.jsonl keeps it. */
export interface BadRow {
  readonly place: string;
  readonly reason: string;
}

/** What the rows of a file came to. */
export interface Prepared {
  /** At most MOST_EXAMPLES: all, or those of questions that the seed drew. */
  readonly examples: readonly Example[];
  /** Good rows of the file. */
  readonly rows: number;
  /** The first of them, and how many there are by reason. */
  readonly bad: readonly BadRow[];
  readonly reasons: Readonly<Record<string, number>>;
  /** Rows whose delta_accuracy is not that of their mode: the mode decides. */
  readonly contradicting: number;
  /** Who answered, as far as rows say: "offline" for simulated answers. */
  readonly providers: readonly string[];
}

export interface PrepareOptions {
  /** How the answers of a data set are read. */
  readonly scoringOf: (dataset: string) => Scoring;
  /** The data set of rows that name none. */
  readonly dataset: string;
  /** Draws questions from a long file; default 42, the source's. */
  readonly seed?: number;
}

/** Examples that training takes: a minute's work. */
const MOST_EXAMPLES = 20_000;
const MOST_BAD = 1_000;

/** Rows of a table with the training columns, each with its place. Source: R4.77. */
export async function* tableRows(rows: AsyncIterable<TrainingCells>, file: string): AsyncGenerator<TrainingRow> {
  let row = 0;
  for await (const cells of rows) yield { place: `${file}, row ${++row}`, cells };
}

/** Checks training rows and makes examples of them. Without a question id, rows of equal answers are one group. */
export async function prepareData(
  rows: AsyncIterable<TrainingRow>,
  { scoringOf, dataset, seed = 42 }: PrepareOptions,
): Promise<Prepared> {
  const examples = groupSample<Example>(MOST_EXAMPLES, seed);
  const bad: BadRow[] = [];
  const reasons: Record<string, number> = {};
  const providers = new Set<string>();
  let [good, contradicting] = [0, 0];
  for await (const row of rows) {
    const made = "reason" in row ? row.reason : exampleOf(row.cells, dataset, scoringOf);
    if (typeof made === "string") {
      reasons[made] = (reasons[made] ?? 0) + 1;
      if (bad.length < MOST_BAD) bad.push({ place: row.place, reason: made });
      continue;
    }
    examples.add(made.group, made);
    good += 1;
    if (!("cells" in row)) continue;
    const { provider, delta_accuracy } = row.cells;
    if (provider !== null) providers.add(provider);
    if (delta_accuracy !== null && Number(delta_accuracy) !== deltaAccuracyOf(made.mode)) contradicting += 1;
  }
  return { examples: examples.kept(), rows: good, bad, reasons, contradicting, providers: [...providers].sort() };
}

const Mode = z.enum(ERROR_MODES);
const Answers = z.array(z.string().nullable()).min(1);

function exampleOf(cells: TrainingCells, otherwise: string, scoringOf: PrepareOptions["scoringOf"]): Example | string {
  const { initial_answer, revised_answer, reprompt_id, failure_mode, delta_accuracy, question_id, question } = cells;
  if (failure_mode === null) return "no failure_mode";
  const mode = Mode.safeParse(failure_mode.trim());
  if (!mode.success) return "failure_mode is none of the six";
  if (initial_answer === null && revised_answer === null) return "no answer";
  const delta = delta_accuracy === null ? 0 : Number(delta_accuracy);
  if (!(delta >= -1 && delta <= 1)) return "delta_accuracy is no number from -1 to 1";
  const answers = cells.answers === null ? undefined : Answers.safeParse(parseJson(cells.answers));
  if (answers?.success === false) return "answers is no JSON array of texts";
  const dataset = cells.dataset_name ?? otherwise;
  const [initialAnswer, revisedAnswer] = [initial_answer ?? "", revised_answer ?? ""];
  const texts = `texts ${initialAnswer}\n${revisedAnswer}`;
  const group = question_id === null ? texts : `question ${dataset} ${question_id}`;
  const revision = {
    ...{ initialAnswer, revisedAnswer, repromptId: reprompt_id?.trim() || NONE },
    ...(answers ? { answers: answers.data.map((answer) => answer ?? undefined) } : {}),
    ...(question === null ? {} : { question }),
  };
  return { revision, scoring: scoringOf(dataset), mode: mode.data, group };
}

/** The rows as training_data.csv: RFC 4180, the source's columns first. Rows that are none are left out. */
export async function* csvLines(rows: AsyncIterable<TrainingRow>): AsyncGenerator<string> {
  yield TRAINING_COLUMNS.join(",");
  for await (const row of rows)
    if ("cells" in row) yield TRAINING_COLUMNS.map((column) => quoted(row.cells[column])).join(",");
}

function quoted(cell: string | null): string {
  return cell === null ? "" : `"${cell.replaceAll('"', '""')}"`;
}
