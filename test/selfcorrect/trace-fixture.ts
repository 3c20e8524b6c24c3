import { StudyError } from "corrigenda/error";
import type { ModelReply, ModelRequest } from "corrigenda/provider";
import { contextKey } from "../../lib/selfcorrect/context.ts";
import type { Answered, Ask, QuestionOrBad, TraceOptions } from "../../lib/selfcorrect/trace-types.ts";
import {
  type Classifier,
  NONE,
  type Observation,
  type Policy,
  type Question,
  type Scoring,
} from "../../lib/selfcorrect/types.ts";

/** The whole reply is the answer. */
export const exact: Scoring = {
  name: "exact",
  instruction: "Give the number alone.",
  extract: (text) => text.trim() || undefined,
  isCorrect: (text, reference) => text.trim() === reference,
  same: (a, b) => a === b,
};

export const templates = [
  { id: "p_are_you_sure", style: "neutral", cognitive_load: "low", text: "Are you sure about <ANSWER>?" },
  { id: "p_try_again", style: "concise", cognitive_load: "low", text: "Try again." },
] as const;

/** Says what the failure modes are, from the answers alone. */
export const plain: Classifier = {
  name: "plain",
  predict: ({ initialAnswer, revisedAnswer }) => {
    const failure_mode = initialAnswer === revisedAnswer ? "anchored" : "wavering";
    const all = { anchored: 0, overcorrected: 0, corrected: 0, unchanged_correct: 0, wavering: 0, perfectionism: 0 };
    return {
      ...{ failure_mode, failure_mode_confidence: 1, confidence_score: failure_mode === "anchored" ? 0.6 : 0.3 },
      all_failure_mode_probs: { ...all, [failure_mode]: 1 },
    };
  },
};

/** Takes the actions of a list, turn by turn, and remembers what it was taught. */
export function listed(
  actions: readonly string[],
  learnt: readonly Observation[] = [],
): Policy & { learnt: readonly Observation[] } {
  return {
    ...{ algorithm: "listed", version: learnt.length, learnt },
    choose: ({ turnIndex }) => ({
      ...{ action: actions[turnIndex] ?? NONE, propensity: 1, from: "exact", explored: false },
      candidates: [NONE, ...templates.map(({ id }) => id)],
    }),
    propensities: () => [1, 0, 0],
    after: (more) => listed(actions, [...learnt, ...more]),
    state: () => ({ learnt: learnt.length }),
    stats: () => ({ algorithm: "listed", total_actions: 3 }),
  };
}

/** Takes each action with a probability that its past decides: what it does shows which traces it learnt from. */
export function learning(sum = 0, version = 0): Policy {
  return {
    ...{ algorithm: "learning", version },
    choose: (context, rng) => {
      const drawn = (rng.next() + Math.abs(sum)) % 1;
      const action = drawn < 0.3 ? NONE : drawn < 0.6 ? "p_try_again" : "p_are_you_sure";
      return {
        ...{
          action,
          propensity: action === NONE ? 0.3 : 0.35,
          from: { draws: 10 },
          explored: contextKey(context) === "",
        },
        candidates: [NONE, "p_try_again", "p_are_you_sure"],
      };
    },
    propensities: () => [0.3, 0.3, 0.4],
    after: (more) =>
      learning(
        more.reduce((total, { reward }, at) => total * 0.9 + reward / (at + 2), sum),
        version + more.length,
      ),
    state: () => ({ sum }),
    stats: () => ({ algorithm: "learning", total_actions: 3 }),
  };
}

export function questions(n: number): QuestionOrBad[] {
  return Array.from({ length: n }, (_, at) =>
    row({ id: `q${at + 1}`, question: `What is ${at} + 1?`, reference_answer: `${at + 1}` }),
  );
}

export function row(question: Question): QuestionOrBad {
  return { ok: true, row: question, place: "test" };
}

/** Of so many tokens, half of them the prompt's. */
export function modelReply(text: string, tokens = 20): ModelReply {
  const usage = { input: tokens >> 1, cached: 0, cacheWrite: 0, output: tokens - (tokens >> 1), reasoning: 0 };
  return { text, model: "m", finish: "stop", usage };
}

export function reply(text: string, tokens = 20): Answered {
  return { ok: true, reply: modelReply(text, tokens) };
}

/** Answers from a list, whatever is asked. */
export function scripted(answers: readonly (Answered | StudyError)[]): { ask: Ask; seen: ModelRequest[] } {
  const seen: ModelRequest[] = [];
  const ask: Ask = async (request) => {
    seen.push(request);
    const answer = answers[seen.length - 1];
    if (answer === undefined) throw new StudyError("stopped", "the list is at its end");
    return answer instanceof StudyError ? { ok: false, error: answer } : answer;
  };
  return { ask, seen };
}

const START = Date.UTC(2024, 0, 10, 14, 30);

export function options(given: Partial<TraceOptions> & Pick<TraceOptions, "ask">): TraceOptions {
  return {
    ...{ dataset: "gsm8k", provider: "offline", model: { model: "m", maxOutputTokens: 150 }, scoring: exact },
    ...{ classifier: plain, templates, feedback: "classifier", maxTurns: 5, lambda: 0.001, seed: 7, repetition: 0 },
    stamp: (index, turn) => START + index * 60_000 + turn * 5_000,
    ...{ policy: listed([]), learns: true, lag: 1, concurrency: 1, updateEvery: 1 },
    ...given,
  };
}
