import { firstAccuracy } from "./summary-tally.ts";
import { type Feedback, NONE, type TraceRecord } from "./types.ts";

/** What a policy made of one question. */
export interface Attempt {
  readonly question: string;
  /** The last answer is right. */
  readonly right: boolean;
  /** Of all its prompts and answers. */
  readonly tokens: number;
  /** What came on top of the first prompt and answer. */
  readonly extraTokens: number;
  /** Answers that were asked for. */
  readonly answers: number;
}

/** A policy's attempts at the questions of an evaluation; one question may have several. */
export interface PolicyAttempts {
  readonly policy: string;
  /** "run": collected traces; "baseline": made for the comparison. */
  readonly kind: "run" | "baseline";
  readonly feedback: Feedback;
  /** The best of it was chosen, or it was stopped, with the reference answer at hand: no policy could do that. */
  readonly knowsReference: boolean;
  readonly attempts: readonly Attempt[];
}

export function attemptOf(trace: TraceRecord): Attempt {
  const { question_id: question, final_accuracy, total_tokens: tokens, total_turns: answers } = trace;
  const first = trace.turns[0]?.token_count ?? 0;
  return { question, right: final_accuracy === 1, tokens, extraTokens: tokens - first, answers };
}

/** The same trace had it ended after its first answer. */
export function firstAttemptOf(trace: TraceRecord): Attempt {
  const tokens = trace.turns[0]?.token_count ?? 0;
  return { question: trace.question_id, right: firstAccuracy(trace) === 1, tokens, extraTokens: 0, answers: 1 };
}

/** A trace as far as its k-th answer. @param turns [1, ...) */
export function attemptUpTo(trace: TraceRecord, turns: number): Attempt {
  const kept = trace.turns.slice(0, turns);
  const tokens = kept.reduce((sum, { token_count }) => sum + token_count, 0);
  const right = kept.reduce((sum, { delta_accuracy }) => sum + delta_accuracy, firstAccuracy(trace) as number) === 1;
  const first = kept[0]?.token_count ?? 0;
  return { question: trace.question_id, right, tokens, extraTokens: tokens - first, answers: kept.length };
}

/** Correctness less what the re-prompts cost: what a policy is after. @param lambda units of correctness a token */
export function netOf({ right, extraTokens }: Attempt, lambda: number): number {
  return Number(right) - lambda * extraTokens;
}

/** Only attempts at questions that every policy has attempts at, in the order of the first policy. */
export function commonAttempts(policies: readonly PolicyAttempts[]): PolicyAttempts[] {
  const [first, ...rest] = policies.map(({ attempts }) => new Set(attempts.map(({ question }) => question)));
  const common = new Set([...(first ?? [])].filter((question) => rest.every((own) => own.has(question))));
  const rank = new Map([...common].map((question, at) => [question, at]));
  return policies.map((policy) => ({
    ...policy,
    attempts: policy.attempts
      .filter(({ question }) => common.has(question))
      .toSorted((a, b) => (rank.get(a.question) as number) - (rank.get(b.question) as number)),
  }));
}

/** The mean of a figure over the attempts at each question, in the order of the questions. */
export function byQuestion(attempts: readonly Attempt[], figure: (attempt: Attempt) => number): number[] {
  const sums = new Map<string, { sum: number; n: number }>();
  for (const attempt of attempts) {
    const own = sums.get(attempt.question) ?? { sum: 0, n: 0 };
    sums.set(attempt.question, { sum: own.sum + figure(attempt), n: own.n + 1 });
  }
  return [...sums.values()].map(({ sum, n }) => sum / n);
}

/** What a run's own name for its policy is. */
export function policyName(trace: TraceRecord): string {
  return trace.turns.find(({ policy }) => policy)?.policy?.algorithm ?? NONE;
}
