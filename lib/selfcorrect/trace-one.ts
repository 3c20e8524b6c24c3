import { isStudyError, type StudyError, toStudyError } from "corrigenda/error";
import type { ModelReply } from "corrigenda/provider";
import { keyedRng } from "corrigenda/rng";
import { contextKey } from "./context.ts";
import { fillTemplate, firstMessages, firstPrompt, repromptMessages } from "./prompts.ts";
import type { Ask, TraceFailure, TraceOutcome, TraceSetting } from "./trace-types.ts";
import {
  type Decision,
  type ErrorMode,
  type Feedback,
  NONE,
  type Observation,
  type Policy,
  type PolicyRecord,
  type Question,
  type RtsContext,
  type TraceRecord,
  type TurnRecord,
} from "./types.ts";

/** Source: R4.11. */
const PIPELINE_VERSION = "1.0";
/** Equal requests of one trace at most; the samples of another repetition begin after them. */
export const REPEATS = 1_000;
/** Where nobody says how sure one may be. */
const UNSURE = 0.5;

/** A question on its way through the turns. */
interface Walk {
  readonly index: number;
  readonly question: Question;
  readonly policy: Policy;
  readonly setting: TraceSetting;
  readonly first: string;
  readonly turns: TurnRecord[];
  /** As extracted, turn by turn. */
  readonly answers: (string | undefined)[];
  /** How often each prompt was sent with the same answer before it: equal requests of a trace are intended repeats. */
  readonly sent: Map<string, number>;
  /** What the next request is; undefined at the end. */
  next: { readonly promptId: string | null; readonly promptText: string | null } | undefined;
  correct: 0 | 1;
}

/**
 * Asks a question, and asks again as long as the policy says so. The policy's state stays what it was at the start. A
 * question that cannot be done is a failure with its place and reason; rejects only where `ask` does.
 */
export async function traceOne(
  { index, question, policy }: { readonly index: number; readonly question: Question; readonly policy: Policy },
  setting: TraceSetting,
  ask: Ask,
): Promise<TraceOutcome> {
  const next = { promptId: null, promptText: null };
  const first = firstPrompt(question, setting.scoring);
  const walk: Walk = {
    ...{ index, question, policy, setting, first, next, correct: 0 },
    ...{ turns: [], answers: [], sent: new Map() },
  };
  while (walk.next) {
    const answered = await ask(requestOf(walk, walk.next));
    if (!answered.ok) return failed(walk, answered.error);
    try {
      takeAnswer(walk, answered.reply, walk.next);
    } catch (error) {
      return failed(walk, isStudyError(error) ? error : toStudyError(error, "reply", "the answer cannot be judged"));
    }
  }
  return { ok: true, index, trace: traceOf(walk) };
}

/** What a finished trace teaches: each decision with the reward of the change that it produced. */
export function observationsOf({ turns, feedback }: TraceRecord): Observation[] {
  return turns.flatMap((turn) =>
    turn.policy ? [{ context: contextOf(turn, feedback), action: turn.policy.action, reward: turn.policy.reward }] : [],
  );
}

function requestOf(walk: Walk, { promptId, promptText }: NonNullable<Walk["next"]>) {
  const { setting, first, turns, sent } = walk;
  const last = turns.at(-1);
  const repeats = setting.repetition * REPEATS;
  if (!last || promptText === null) return { ...setting.model, messages: firstMessages(first), sample: repeats };
  const same = `${promptId} ${last.answer}`;
  const sample = sent.get(same) ?? 0;
  sent.set(same, sample + 1);
  return { ...setting.model, messages: repromptMessages(first, last.answer, promptText), sample: repeats + sample };
}

/** Judges an answer, settles the decision that led to it, and takes the next one. */
function takeAnswer(walk: Walk, reply: ModelReply, { promptId, promptText }: NonNullable<Walk["next"]>): void {
  const { setting, question, turns, answers, index } = walk;
  const correct = setting.scoring.isCorrect(reply.text, question.reference_answer) ? 1 : 0;
  answers.push(setting.scoring.extract(reply.text));
  const delta = turns.length === 0 ? 0 : ((correct - walk.correct) as -1 | 0 | 1);
  const tokens = reply.usage.input + reply.usage.output;
  settle(turns, delta - setting.lambda * tokens);
  walk.correct = correct;
  const turn: TurnRecord = {
    turn_id: turns.length,
    question: question.question,
    answer: reply.text,
    prompt_id: promptId,
    prompt_text: promptText,
    ...judge(walk, reply.text, promptId ?? NONE),
    delta_accuracy: delta,
    token_count: tokens,
    timestamp: isoSeconds(setting.stamp(index, turns.length)),
  };
  turns.push(turn);
  const isLast = turns.length >= setting.maxTurns || (setting.feedback === "oracle" && correct === 1);
  walk.next = isLast ? undefined : decide(walk, turn);
}

/** The reward belongs to the decision after the answer before: only now its outcome is known. */
function settle(turns: TurnRecord[], reward: number): void {
  const last = turns.at(-1);
  if (last?.policy) turns[turns.length - 1] = { ...last, policy: { ...last.policy, reward } };
}

/** What the change looks like to one who does not know the reference. */
function judge(
  { turns, answers, question, setting }: Walk,
  answer: string,
  repromptId: string,
): { readonly error_mode: ErrorMode | "unknown"; readonly confidence_score: number } {
  const initialAnswer = turns.at(-1)?.answer ?? answer;
  try {
    const { failure_mode, confidence_score } = setting.classifier.predict({
      ...{ initialAnswer, revisedAnswer: answer, repromptId, answers, question: question.question },
    });
    if (Number.isNaN(confidence_score)) throw new RangeError("a confidence that is no number");
    return { error_mode: failure_mode, confidence_score: Math.min(1, Math.max(0, confidence_score)) };
  } catch {
    return { error_mode: "unknown", confidence_score: UNSURE }; // a trace without a label is better than no trace
  }
}

function decide(walk: Walk, turn: TurnRecord): Walk["next"] {
  const { policy, setting, question, turns, answers } = walk;
  const context = contextOf(turn, setting.feedback);
  const rng = keyedRng(setting.seed, "policy", setting.dataset, question.id, turn.turn_id);
  const decision = policy.choose(context, rng);
  turns[turns.length - 1] = { ...turn, policy: recordOf(decision, policy, context) };
  if (decision.action === NONE) return undefined;
  const template = setting.templates.find(({ id }) => id === decision.action);
  if (!template) throw new RangeError(`the policy chose ${decision.action}, of which no template is loaded`);
  return { promptId: template.id, promptText: fillTemplate(template, answers.at(-1) ?? turn.answer.trim()) };
}

/** What the policy may know: without feedback the turn and the last prompt alone. */
function contextOf({ error_mode, confidence_score, prompt_id, turn_id }: TurnRecord, feedback: Feedback): RtsContext {
  const known = feedback !== "none";
  return {
    errorMode: known ? error_mode : "unknown",
    confidence: known ? confidence_score : UNSURE,
    lastPromptId: prompt_id,
    turnIndex: turn_id,
  };
}

/** The reward of NONE is 0 and stays; that of a re-prompt is set when its answer is there. */
function recordOf(decision: Decision, { version, algorithm }: Policy, context: RtsContext): PolicyRecord {
  const { action, candidates, propensity, from, explored } = decision;
  return {
    ...{ version, algorithm, context_key: contextKey(context), action, candidates, propensity },
    propensity_from: from === "exact" ? from : from.draws,
    ...{ explored, reward: 0 },
  };
}

function traceOf({ index, question, setting, turns, correct }: Walk): TraceRecord {
  const { dataset, feedback, provider } = setting;
  const created = turns.at(-1)?.timestamp ?? "";
  return {
    trace_id: `${dataset}_${question.id}_${Date.parse(created) / 1000}_${index}`,
    dataset_name: dataset,
    question_id: question.id,
    reference_answer: question.reference_answer,
    turns,
    final_accuracy: correct,
    total_tokens: turns.reduce((sum, { token_count }) => sum + token_count, 0),
    total_turns: turns.length,
    pipeline_version: PIPELINE_VERSION,
    created_at: created,
    ...{ feedback, provider },
  };
}

function failed({ index, question, setting, turns }: Walk, { code, message }: StudyError): TraceOutcome {
  const failure: TraceFailure = {
    ...{ index, dataset_name: setting.dataset, question_id: question.id, place: `turn ${turns.length}` },
    ...{ code, reason: message, provider: setting.provider },
  };
  return { ok: false, index, failure };
}

/** As the source writes times: "2024-01-10T14:30:00Z". */
export function isoSeconds(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}
