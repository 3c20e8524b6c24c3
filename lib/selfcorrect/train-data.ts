import { z } from "zod";
import { deltaAccuracyOf, failureModeOf, sameAnswer } from "./failure-mode.ts";
import type { Example } from "./train-model.ts";
import { ERROR_MODES, NONE, type Scoring, type TraceRecord } from "./types.ts";

/** Columns of the source's training_data.csv. Its optional logits_features is not read: no text has logits at inference. */
export const SOURCE_COLUMNS = [
  "initial_answer",
  "revised_answer",
  "reprompt_id",
  "failure_mode",
  "delta_accuracy",
] as const;
/** And those that make more of it where they are there; `answers`: the trace's extracted answers so far, a JSON array. */
export const MORE_COLUMNS = ["question_id", "dataset_name", "question", "answers"] as const;
export const TRAINING_COLUMNS = [...SOURCE_COLUMNS, ...MORE_COLUMNS] as const;

/** A row as its file has it; null: no such cell. */
export type TrainingCells = Readonly<Record<(typeof TRAINING_COLUMNS)[number], string | null>>;

/** What the rows of a file came to. */
export interface Prepared {
  readonly examples: readonly Example[];
  /** Rows that teach nothing, by place (from 1, the header not counted) and reason. */
  readonly bad: readonly { readonly row: number; readonly reason: string }[];
  /** Rows whose delta_accuracy is not that of their mode: the mode decides. */
  readonly contradicting: number;
}

const Mode = z.enum(ERROR_MODES);
const Answers = z.array(z.string().nullable()).min(1);

/**
 * Checks training rows and makes examples of them. Without a question id the rows of equal answers are one group.
 * @param scoringOf how the answers of a data set are read; `dataset` where a row names none
 */
export async function prepareData(
  rows: AsyncIterable<TrainingCells>,
  { scoringOf, dataset }: { readonly scoringOf: (dataset: string) => Scoring; readonly dataset: string },
): Promise<Prepared> {
  const examples: Example[] = [];
  const bad: { row: number; reason: string }[] = [];
  const scorings = new Map<string, Scoring>();
  let [row, contradicting] = [0, 0];
  for await (const cells of rows) {
    row += 1;
    const name = cells.dataset_name ?? dataset;
    const scoring = scorings.get(name) ?? scoringOf(name);
    scorings.set(name, scoring);
    const made = exampleOf(cells, name, scoring);
    if (typeof made === "string") {
      bad.push({ row, reason: made });
      continue;
    }
    examples.push(made);
    if (cells.delta_accuracy !== null && Number(cells.delta_accuracy) !== deltaAccuracyOf(made.mode))
      contradicting += 1;
  }
  return { examples, bad, contradicting };
}

function exampleOf(cells: TrainingCells, dataset: string, scoring: Scoring): Example | string {
  const { initial_answer, revised_answer, reprompt_id, failure_mode, delta_accuracy, question_id, question } = cells;
  const mode = Mode.safeParse(failure_mode?.trim());
  if (!mode.success) return failure_mode === null ? "no failure_mode" : `failure_mode is none of the six`;
  if (initial_answer === null && revised_answer === null) return "no answer";
  const delta = delta_accuracy === null ? 0 : Number(delta_accuracy);
  if (!(delta >= -1 && delta <= 1)) return "delta_accuracy is no number from -1 to 1";
  const answers = cells.answers === null ? undefined : answersOf(cells.answers);
  if (answers === null) return "answers is no JSON array of texts";
  const [initialAnswer, revisedAnswer] = [initial_answer ?? "", revised_answer ?? ""];
  const group =
    question_id === null ? `texts ${initialAnswer}\n${revisedAnswer}` : `question ${dataset} ${question_id}`;
  const more = { ...(answers === undefined ? {} : { answers }), ...(question === null ? {} : { question }) };
  const revision = { initialAnswer, revisedAnswer, repromptId: reprompt_id?.trim() || NONE, ...more };
  return { revision, scoring, mode: mode.data, group };
}

function answersOf(cell: string): (string | undefined)[] | null {
  try {
    return Answers.parse(JSON.parse(cell)).map((answer) => answer ?? undefined);
  } catch {
    return null;
  }
}

/**
 * The training rows of traces: a row for each answer, the first with itself. Modes come from the recorded changes in
 * accuracy, not from what a classifier said; a trace of simulated answers teaches about the simulator only.
 */
export async function* trainingRows(
  traces: AsyncIterable<TraceRecord>,
  scoringOf: (dataset: string) => Scoring,
): AsyncGenerator<TrainingCells> {
  for await (const { dataset_name, question_id, turns, final_accuracy } of traces) {
    const scoring = scoringOf(dataset_name);
    const answers = turns.map(({ answer }) => scoring.extract(answer) ?? null);
    const rights = rightsOf(
      turns.map(({ delta_accuracy }) => delta_accuracy),
      final_accuracy,
    );
    for (const [at, turn] of turns.entries()) {
      const before = turns[at - 1] ?? turn;
      const [wasCorrect, isCorrect] = [rights[at - 1] ?? rights[at] ?? false, rights[at] ?? false];
      const mode = failureModeOf({ same: sameAnswer(before.answer, turn.answer, scoring), wasCorrect, isCorrect });
      yield {
        ...{ initial_answer: before.answer, revised_answer: turn.answer, reprompt_id: turn.prompt_id ?? NONE },
        ...{ failure_mode: mode, delta_accuracy: String(deltaAccuracyOf(mode)) },
        ...{ question_id, dataset_name, question: turn.question, answers: JSON.stringify(answers.slice(0, at + 1)) },
      };
    }
  }
}

/** Whether each answer was right: the last one's accuracy, and the changes back from there. */
function rightsOf(deltas: readonly number[], last: number): boolean[] {
  const rights: boolean[] = [];
  let right = last;
  for (let at = deltas.length - 1; at >= 0; at--) {
    rights[at] = right > 0;
    right -= deltas[at] ?? 0;
  }
  return rights;
}
