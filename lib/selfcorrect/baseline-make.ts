import type { Baseline } from "./baseline-names.ts";
import { type Attempt, attemptOf, firstAttemptOf, netOf, type PolicyAttempts } from "./evaluate-attempts.ts";
import { sameAnswer } from "./failure-mode.ts";
import { createPolicy } from "./policy-create.ts";
import { firstMessages, firstPrompt } from "./prompts.ts";
import { actionsOf } from "./templates.ts";
import { openTraces } from "./trace-loop.ts";
import { REPEATS } from "./trace-one.ts";
import type { Ask, TraceSetting } from "./trace-types.ts";
import type { Question } from "./types.ts";

/** What baselines are made with: as the run's own traces were. */
export interface BaselineSetting {
  readonly setting: TraceSetting;
  readonly ask: Ask;
  /** The questions that are compared, in order. */
  readonly questions: () => AsyncIterable<Question>;
  readonly lag: number;
  readonly concurrency: number;
  readonly updateEvery: number;
  /** First answers that self-consistency takes the majority of. */
  readonly samples: number;
}

/** A baseline's attempts; a question that could not be asked has none. Rejects only where `ask` does. */
export async function makeBaseline(baseline: Baseline, made: BaselineSetting): Promise<PolicyAttempts> {
  const { setting } = made;
  const { name: policy, kind } = baseline;
  const about = { policy, kind: "baseline" as const, feedback: setting.feedback, knowsReference: false };
  if (kind === "policy") {
    const attempts = await policyAttempts(baseline.algorithm, made);
    return { ...about, knowsReference: setting.feedback === "oracle", attempts };
  }
  if (kind === "self-consistency") return { ...about, feedback: "none", attempts: await majorityAttempts(made) };
  const oracle = { ...about, feedback: "oracle" as const, knowsReference: true };
  if (kind === "oracle-arm") return { ...oracle, ...(await bestArm(policy, made)) };
  const stopping = { ...made, setting: { ...setting, feedback: "oracle" as const } };
  return { ...oracle, attempts: await policyAttempts(`always:${baseline.template}`, stopping) };
}

/** Attempts of a policy that starts from nothing and learns as a run does. */
async function policyAttempts(algorithm: string, made: BaselineSetting): Promise<Attempt[]> {
  const { setting, ask, lag, concurrency, updateEvery } = made;
  const policy = createPolicy(algorithm, { actions: [...actionsOf(setting.templates)], lambda: setting.lambda });
  const loop = openTraces({ ...setting, ask, policy, learns: true, lag, concurrency, updateEvery });
  const attempts: Attempt[] = [];
  for await (const outcome of loop.outcomes(rowsOf(made))) if (outcome.ok) attempts.push(attemptOf(outcome.trace));
  return attempts;
}

async function* rowsOf({ questions }: BaselineSetting) {
  for await (const row of questions()) yield { ok: true as const, row, place: row.id };
}

/** Each template once after the first answer: the one with the largest mean of accuracy less tokens, or none. */
async function bestArm(name: string, made: BaselineSetting): Promise<Pick<PolicyAttempts, "policy" | "attempts">> {
  const { setting, ask, lag, concurrency, updateEvery } = made;
  const mean = (attempts: readonly Attempt[]): number =>
    attempts.reduce((sum, attempt) => sum + netOf(attempt, setting.lambda), 0) / Math.max(1, attempts.length);
  let best: { policy: string; attempts: Attempt[] } | undefined;
  for (const { id } of setting.templates) {
    const policy = createPolicy(`always:${id}`, { actions: [...actionsOf(setting.templates)] });
    const once = { ...setting, feedback: "none" as const, maxTurns: Math.min(2, setting.maxTurns) };
    const loop = openTraces({ ...once, ask, policy, learns: false, lag, concurrency, updateEvery });
    const [own, never]: [Attempt[], Attempt[]] = [[], []];
    for await (const outcome of loop.outcomes(rowsOf(made)))
      if (outcome.ok) {
        own.push(attemptOf(outcome.trace));
        never.push(firstAttemptOf(outcome.trace));
      }
    best ??= { policy: `${name}: none`, attempts: never };
    if (mean(own) > mean(best.attempts)) best = { policy: `${name}: ${id}`, attempts: own };
  }
  return best ?? { policy: name, attempts: [] };
}

/** The most frequent of several first answers, ties to the one that came first; its tokens are those of all. */
async function majorityAttempts(made: BaselineSetting): Promise<Attempt[]> {
  const attempts: Attempt[] = [];
  let batch: Question[] = [];
  const settle = async (): Promise<void> => {
    const found = await Promise.all(batch.map((question) => majority(question, made)));
    attempts.push(...found.filter((one) => one !== undefined));
    batch = [];
  };
  for await (const question of made.questions()) {
    batch.push(question);
    if (batch.length >= made.concurrency) await settle();
  }
  await settle();
  return attempts;
}

async function majority(question: Question, { setting, ask, samples }: BaselineSetting): Promise<Attempt | undefined> {
  const { scoring, model, repetition } = setting;
  const messages = firstMessages(firstPrompt(question, scoring));
  const requests = Array.from({ length: samples }, (_, at) => ({
    ...model,
    messages,
    sample: repetition * REPEATS + at,
  }));
  const answered = await Promise.all(requests.map((request) => ask(request)));
  const kinds: { readonly text: string; votes: number }[] = [];
  let [tokens, first] = [0, 0];
  for (const [at, one] of answered.entries()) {
    if (!one.ok) return undefined;
    const { text, usage } = one.reply;
    tokens += usage.input + usage.output;
    if (at === 0) first = tokens;
    const kind = kinds.find((other) => sameAnswer(other.text, text, scoring));
    if (kind) kind.votes += 1;
    else kinds.push({ text, votes: 1 });
  }
  const best = kinds.reduce((most, one) => (one.votes > most.votes ? one : most));
  const right = scoring.isCorrect(best.text, question.reference_answer);
  return { question: question.id, right, tokens, extraTokens: tokens - first, answers: samples };
}
