import type { ModelRequest } from "corrigenda/provider";
import { firstMessages, firstPrompt, repromptMessages } from "./prompts.ts";
import { REPEATS } from "./trace-one.ts";
import type { Scoring, TraceRecord } from "./types.ts";

/** What a run's requests share, as its manifest says. */
export interface Asked {
  readonly model: Omit<ModelRequest, "messages" | "sample">;
  readonly scoring: Pick<Scoring, "instruction">;
  readonly repetition: number;
}

/** Of a run's config.json. */
export interface AskedConfig {
  readonly model: string;
  readonly temperature?: number | null | undefined;
  readonly maxTokens?: number | undefined;
  readonly repetition: number;
}

export function askedBy({ model, temperature, maxTokens, repetition }: AskedConfig, scoring: Asked["scoring"]): Asked {
  const most = maxTokens === undefined ? {} : { maxOutputTokens: maxTokens };
  const warmth = typeof temperature === "number" ? { temperature } : {};
  return { model: { model, ...most, ...warmth }, scoring, repetition };
}

/**
 * A trace's requests, turn by turn, as they were sent: calls leave no request files. Where a question came with a context
 * or personal data were masked, the trace does not hold all that was sent: the keys differ then, and say so.
 */
export function* requestsOf(trace: TraceRecord, { model, scoring, repetition }: Asked): Generator<ModelRequest> {
  const { turns, question_id: id, reference_answer } = trace;
  const sent = new Map<string, number>();
  const repeats = repetition * REPEATS;
  for (const [at, { question, prompt_id, prompt_text }] of turns.entries()) {
    const first = firstPrompt({ id, question, reference_answer }, scoring);
    const before = turns[at - 1];
    if (!before || prompt_text === null) {
      yield { ...model, messages: firstMessages(first), sample: repeats };
      continue;
    }
    const same = `${prompt_id} ${before.answer}`;
    const sample = sent.get(same) ?? 0;
    sent.set(same, sample + 1);
    yield { ...model, messages: repromptMessages(first, before.answer, prompt_text), sample: repeats + sample };
  }
}
