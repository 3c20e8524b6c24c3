import type { Outcome } from "corrigenda/provider";
import { type Metrics, requireStage } from "corrigenda/results";
import type { Question } from "./job.ts";
import { collectStage, type StageEnd, type StageSpec, submitStage } from "./stages.ts";
import { writeLines } from "./tables.ts";
import type { Workplace } from "./workplace.ts";

export interface AskOptions<Row, Out> {
  /** The stages' names. */
  readonly submit: string;
  readonly collect: string;
  /** One look instead of waiting. */
  readonly once: boolean;
  /** The lines of `<collect>.jsonl`. */
  lines(outcomes: AsyncIterable<Outcome<Row, Out>>): AsyncIterable<string>;
  /** The numbers over the table at `path` (relative to results/). */
  metrics(path: string): Promise<Metrics>;
}

/** Hands a question in and collects it, as two stages of a run: for scripts that do both in one go. */
export async function askStages<Row, Out>(
  place: Workplace,
  spec: Omit<StageSpec, "stage">,
  question: Question<Row, Out>,
  { submit, collect, once, lines, metrics }: AskOptions<Row, Out>,
): Promise<StageEnd> {
  const { again, ...rest } = spec;
  await submitStage(place, { ...rest, stage: submit }, question);
  const { parent } = await requireStage(place.root, { ...rest, stage: submit }, "the same command");
  const parents = [...(spec.parents ?? []), parent];
  return collectStage(place, { ...spec, stage: collect, parents }, question, {
    ...{ of: submit, once },
    write: async (outcomes, { path }) => {
      const table = path(`${collect}.jsonl`);
      await writeLines(place.root, table, () => lines(outcomes));
      return { outputs: [`${collect}.jsonl`], metrics: await metrics(table) };
    },
  });
}
