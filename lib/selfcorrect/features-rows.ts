import { z } from "zod";
import { COLUMN_NAMES, columnsOf } from "./features-columns.ts";
import { fitTfidf, type SparseRow, tfidfRows, type Vectorizer } from "./tfidf.ts";
import type { Revision, Scoring } from "./types.ts";

/** How a step becomes a row: all that was learnt from the training steps but their labels. */
export const Scales = z.strictObject({
  /** Of the numeric columns: (value - mean) / spread. */
  columns: z.array(z.strictObject({ name: z.string(), mean: z.number(), spread: z.number().positive() })),
  /** Prompts with a column of their own; all others share one. */
  prompts: z.array(z.string()),
});
export type Scales = z.infer<typeof Scales>;

/** A step, and how its answers are read. */
export interface Step {
  readonly revision: Revision;
  readonly scoring: Pick<Scoring, "extract" | "same">;
}

/** Steps that a prompt needs for a column of its own. */
const LEAST_STEPS = 5;
/** Terms of fewer texts say nothing of others; more terms cost time at each prediction. */
const [LEAST_TEXTS, MOST_TERMS] = [3, 3_000];

/** The text that TF-IDF reads. Source: facts 4.F. */
export function textOf({ initialAnswer, revisedAnswer, repromptId }: Revision): string {
  return `Initial: ${initialAnswer} [SEP] Revised: ${revisedAnswer} [SEP] Prompt: ${repromptId}`;
}

export function fitScales(steps: readonly Step[]): Scales {
  const rows = steps.map(({ revision, scoring }) => columnsOf(revision, scoring).values);
  const counts = new Map<string, number>();
  for (const { revision } of steps) counts.set(revision.repromptId, (counts.get(revision.repromptId) ?? 0) + 1);
  return {
    columns: COLUMN_NAMES.map((name, at) => ({ name, ...scaleOf(rows.map((row) => row[at] ?? 0)) })),
    prompts: [...counts]
      .filter(([, count]) => count >= LEAST_STEPS)
      .map(([prompt]) => prompt)
      .sort(),
  };
}

export function fitVectorizer(steps: readonly Step[]): Vectorizer {
  return fitTfidf(
    steps.map(({ revision }) => textOf(revision)),
    { minTexts: LEAST_TEXTS, maxTerms: MOST_TERMS },
  );
}

/** Columns of a row: the numeric ones, each prompt, each prompt with a changed answer, the terms. */
export function columnCount({ columns, prompts }: Scales, { terms }: Vectorizer): number {
  return columns.length + 2 * (prompts.length + 1) + terms.length;
}

/** Rows of steps; what scales and vectorizer know is looked up, never learnt again. */
export function rowMaker({ columns, prompts }: Scales, vectorizer: Vectorizer): (step: Step) => SparseRow {
  const textRow = tfidfRows(vectorizer);
  const places = new Map(prompts.map((prompt, at) => [prompt, at]));
  const [numeric, each] = [columns.length, prompts.length + 1];
  const shift = numeric + 2 * each;
  return ({ revision, scoring }) => {
    const { values: own, same } = columnsOf(revision, scoring);
    const text = textRow(textOf(revision));
    const at: number[] = [];
    const values: number[] = [];
    for (const [place, { mean, spread }] of columns.entries()) {
      at.push(place);
      values.push(((own[place] ?? 0) - mean) / spread);
    }
    const prompt = numeric + (places.get(revision.repromptId) ?? prompts.length);
    at.push(prompt);
    values.push(1);
    if (!same) {
      at.push(prompt + each);
      values.push(1);
    }
    for (let term = 0; term < text.columns.length; term++) {
      at.push(shift + (text.columns[term] ?? 0));
      values.push(text.values[term] ?? 0);
    }
    return { columns: at, values };
  };
}

/** A column that never changes has spread 1: it becomes 0. */
function scaleOf(values: readonly number[]): { readonly mean: number; readonly spread: number } {
  const n = Math.max(1, values.length);
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  const spread = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / n);
  return { mean, spread: spread > 1e-9 ? spread : 1 };
}
