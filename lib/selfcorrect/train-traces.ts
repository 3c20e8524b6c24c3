import type { Json } from "corrigenda/json";
import { z } from "zod";
import { deltaAccuracyOf, failureModeOf, sameAnswer } from "./failure-mode.ts";
import type { PrepareOptions, TrainingRow } from "./train-data.ts";
import { NONE, type Scoring } from "./types.ts";

/** What a trace has to say to teach; the rest of its record is passed over. */
const TaughtTrace = z.looseObject({
  dataset_name: z.string(),
  question_id: z.string(),
  final_accuracy: z.union([z.literal(0), z.literal(1)]),
  provider: z.string().optional(),
  turns: z
    .array(
      z.looseObject({
        question: z.string(),
        answer: z.string(),
        prompt_id: z.string().nullable(),
        delta_accuracy: z.union([z.literal(-1), z.literal(0), z.literal(1)]),
      }),
    )
    .min(1),
});
type TaughtTrace = z.infer<typeof TaughtTrace>;

/** A line of a trace file; without a value it is not JSON. */
export interface TraceLine {
  readonly place: string;
  readonly value?: Json;
}

/**
 * The training rows of traces: one for each answer, the first with itself. Modes come from the recorded changes in accuracy,
 * not from what a classifier said. A line that is no trace comes out as its place and reason.
 */
export async function* trainingRows(
  lines: AsyncIterable<TraceLine>,
  { scoringOf }: Pick<PrepareOptions, "scoringOf">,
): AsyncGenerator<TrainingRow> {
  for await (const { place, value } of lines) {
    const trace = TaughtTrace.safeParse(value);
    const rights = trace.success ? rightsOf(trace.data) : undefined;
    if (!trace.success) yield { place, reason: "no trace record" };
    else if (!rights) yield { place, reason: "its changes in accuracy contradict its final accuracy" };
    else yield* rowsOf(trace.data, rights, { place, scoring: scoringOf(trace.data.dataset_name) });
  }
}

function* rowsOf(
  { dataset_name, question_id, provider, turns }: TaughtTrace,
  rights: readonly boolean[],
  { place, scoring }: { readonly place: string; readonly scoring: Scoring },
): Generator<TrainingRow> {
  const answers: (string | null)[] = turns.map(({ answer }) => scoring.extract(answer) ?? null);
  for (const [at, { answer, question, prompt_id }] of turns.entries()) {
    const before = turns[at - 1]?.answer ?? answer;
    const isCorrect = rights[at] ?? false;
    const same = at === 0 || sameAnswer(before, answer, scoring);
    const mode = failureModeOf({ same, wasCorrect: rights[at - 1] ?? isCorrect, isCorrect });
    const cells = {
      ...{ initial_answer: before, revised_answer: answer, reprompt_id: prompt_id ?? NONE, failure_mode: mode },
      ...{ delta_accuracy: String(deltaAccuracyOf(mode)), question_id, dataset_name, question },
      ...{ answers: JSON.stringify(answers.slice(0, at + 1)), provider: provider ?? null },
    };
    yield { place: `${place}, turn ${at}`, cells };
  }
}

/** Whether each answer was right: the last one's accuracy, and the changes back from there; undefined where they leave 0 and 1. */
function rightsOf({ turns, final_accuracy }: TaughtTrace): boolean[] | undefined {
  let right: number = final_accuracy;
  const rights = turns.map(() => false);
  for (let at = turns.length - 1; at >= 0; at--) {
    if (right !== 0 && right !== 1) return undefined;
    rights[at] = right === 1;
    right -= at === 0 ? 0 : (turns[at]?.delta_accuracy ?? 0);
  }
  return rights;
}
