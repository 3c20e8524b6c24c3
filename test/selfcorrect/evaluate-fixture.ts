import type { Attempt, PolicyAttempts } from "../../lib/selfcorrect/evaluate-attempts.ts";
import type { Feedback, PolicyRecord, TraceRecord, TurnRecord } from "../../lib/selfcorrect/types.ts";

export interface TurnSketch {
  readonly answer: string;
  readonly right: boolean;
  readonly mode?: TurnRecord["error_mode"];
  readonly confidence?: number;
  readonly tokens?: number;
  readonly prompt?: string;
  readonly policy?: PolicyRecord;
}

/** A trace from what its answers were. */
export function trace(
  id: string,
  turns: readonly TurnSketch[],
  { dataset = "gsm8k", feedback = "classifier" as Feedback, reference = "42" } = {},
): TraceRecord {
  const records = turns.map(
    ({ answer, right, mode, confidence, tokens, prompt, policy }, at): TurnRecord => ({
      ...{ turn_id: at, question: "What is 6 * 7?", answer, prompt_id: at === 0 ? null : (prompt ?? "p_try_again") },
      prompt_text: at === 0 ? null : "Once more.",
      ...{ error_mode: mode ?? "anchored", confidence_score: confidence ?? 0.5, token_count: tokens ?? 10 },
      delta_accuracy: (at === 0 ? 0 : Number(right) - Number(turns[at - 1]?.right)) as -1 | 0 | 1,
      timestamp: "2026-11-21T12:00:00Z",
      ...(policy && { policy }),
    }),
  );
  return {
    ...{ trace_id: `t-${id}`, dataset_name: dataset, question_id: id, reference_answer: reference, turns: records },
    final_accuracy: turns.at(-1)?.right ? 1 : 0,
    total_tokens: records.reduce((sum, { token_count }) => sum + token_count, 0),
    ...{ total_turns: turns.length, pipeline_version: "1.0", created_at: "2026-11-21T12:00:00Z" },
    ...{ feedback, provider: "offline" },
  };
}

/** Traces of two answers: as many of each kind as given. */
export function* twoTurns(counts: Record<"TT" | "TF" | "FT" | "FF", number>): Generator<TraceRecord> {
  let id = 0;
  for (const kind of ["TT", "TF", "FT", "FF"] as const)
    for (let at = 0; at < counts[kind]; at++) {
      const [first, last] = [kind[0] === "T", kind[1] === "T"];
      const answer = (right: boolean): string => `#### ${right ? 42 : 41}`;
      id += 1;
      yield trace(`q${id}`, [
        { answer: answer(first), right: first },
        { answer: answer(last), right: last },
      ]);
    }
}

/** Attempts of a policy by what became of each question. */
export function attempts(
  policy: string,
  right: readonly boolean[],
  more: Partial<PolicyAttempts> = {},
): PolicyAttempts {
  const list = right.map(
    (one, at): Attempt => ({
      ...{ question: `q${at}`, right: one, tokens: 100, extraTokens: 0, answers: 1 },
    }),
  );
  return { policy, kind: "baseline", feedback: "classifier", knowsReference: false, attempts: list, ...more };
}
