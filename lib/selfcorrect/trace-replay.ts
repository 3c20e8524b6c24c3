import type { ModelRequest } from "corrigenda/provider";
import type { Answered, Ask } from "./trace-types.ts";

/** Replies as they came, question by question. */
export interface Replies {
  /** Asks, and keeps what comes back. */
  readonly ask: Ask;
  /** What was kept, in the same order for each question, asking nobody: for measuring all else. */
  replay(): Ask;
}

/** Keeps replies by the question's first prompt. Whoever replays has to ask the same as the first time. */
export function keptReplies(ask: Ask): Replies {
  const kept = new Map<string, Answered[]>();
  return {
    ask: async (request) => {
      const answered = await ask(request);
      const before = kept.get(questionOf(request));
      if (before) before.push(answered);
      else kept.set(questionOf(request), [answered]);
      return answered;
    },
    replay: () => {
      const turns = new Map<string, number>();
      return async (request) => {
        const question = questionOf(request);
        const turn = turns.get(question) ?? 0;
        turns.set(question, turn + 1);
        const answered = kept.get(question)?.[turn];
        if (answered) return answered;
        throw new RangeError(`nothing was kept for turn ${turn} of "${question.slice(0, 40)}"`);
      };
    },
  };
}

function questionOf({ messages: [first] }: ModelRequest): string {
  return first?.content ?? "";
}
