import type { Json } from "corrigenda/json";
import type { Rng } from "corrigenda/rng";

/** What changed between two answers of a trace; "unknown" where a classifier could not say. Source: R4.78. */
export const ERROR_MODES = [
  "anchored",
  "overcorrected",
  "corrected",
  "unchanged_correct",
  "wavering",
  "perfectionism",
] as const;
export type ErrorMode = (typeof ERROR_MODES)[number];

/** The action that ends a trace. */
export const NONE = "none";

/** One question of a data set. */
export interface Question {
  /** Unique within its data set. */
  readonly id: string;
  readonly question: string;
  readonly reference_answer: string;
  /** What has to be read to answer: BoolQ's passage, HotpotQA's paragraphs. */
  readonly context?: string;
  /** HotpotQA: titles and sentence numbers (from 0) that the answer rests on. */
  readonly supporting_facts?: readonly (readonly [title: string, sentence: number])[];
}

/** How a data set's answers are asked for, read and judged. Override one function for a rule of your own. */
export interface Scoring {
  readonly name: string;
  /** Ends the first prompt: in which form the answer is wanted. */
  readonly instruction: string;
  /** The final answer in a reply, in its canonical form; undefined where there is none. */
  extract(text: string): string | undefined;
  /** Whether a whole reply answers the reference. */
  isCorrect(text: string, reference: string): boolean;
  /** Whether two extracted answers are the same answer. */
  same(a: string, b: string): boolean;
}

/** A way to ask again. `text` may hold <ANSWER> (the answer so far). */
export interface Template {
  /** Such as "p_are_you_sure". */
  readonly id: string;
  readonly style: "neutral" | "concise" | "supportive" | "adversarial" | "critique-revise" | "exhaustive";
  readonly cognitive_load: "low" | "medium" | "high";
  readonly text: string;
}

/** What a policy may know when it decides: nothing that needs the reference answer. Source: R4.30. */
export interface RtsContext {
  readonly errorMode: ErrorMode | "unknown";
  /** That the current answer is right, [0, 1]. */
  readonly confidence: number;
  readonly lastPromptId: string | null;
  /** From 0. */
  readonly turnIndex: number;
}

/** What was decided, with what off-policy evaluation needs. */
export interface Decision {
  /** A template's id, or NONE. */
  readonly action: string;
  /** Probability of `action` under this policy in this context, (0, 1]. */
  readonly propensity: number;
  /** How the probability is known: its formula or quadrature, or the share of so many draws. */
  readonly from: "exact" | { readonly draws: number };
  /** Another action looked better by the policy's own estimate. */
  readonly explored: boolean;
  /** Every action that could have been taken, in the policy's order. */
  readonly candidates: readonly string[];
}

/** One decision and what came of it. The reward is that of the change which the action produced. */
export interface Observation {
  readonly context: RtsContext;
  readonly action: string;
  /** Change in correctness minus lambda times the tokens of the re-prompt; 0 for NONE. */
  readonly reward: number;
}

/**
 * A policy in one state. Immutable: `after` gives the next state and leaves this one as it is, so that traces under way
 * each keep the state they began with. Pure: all chance comes from `rng`.
 */
export interface Policy {
  readonly algorithm: string;
  /** How many observations went into this state. */
  readonly version: number;
  choose(context: RtsContext, rng: Rng): Decision;
  /** The probability of every candidate, in the order of `candidates`; they sum to 1. */
  propensities(context: RtsContext, rng: Rng): readonly number[];
  after(observations: readonly Observation[]): Policy;
  /** As `final_policy.json` keeps it; restored, it takes the same next actions. */
  state(): Json;
  /** `summary.policy_stats` but for avg_reward. Source: R4.51. */
  stats(): Readonly<Record<string, number | string | Readonly<Record<string, number>>>>;
}

/** Two answers that follow each other, and those before. At the first turn both are the same text. */
export interface Revision {
  readonly initialAnswer: string;
  readonly revisedAnswer: string;
  /** What was asked in between; NONE at the first turn. */
  readonly repromptId: string;
  /** The extracted answers of the trace so far, the last one being the revised answer's. */
  readonly answers?: readonly (string | undefined)[];
  readonly question?: string;
}

/** Source: R4.29 and the trainer's predict. */
export interface Prediction {
  readonly failure_mode: ErrorMode;
  readonly failure_mode_confidence: number;
  /** That the revised answer is right, [0, 1]. */
  readonly confidence_score: number;
  readonly all_failure_mode_probs: Readonly<Record<ErrorMode, number>>;
}

/** Says what a revision looks like without knowing the reference answer. Pure. */
export interface Classifier {
  /** "rules", or the trained model's name. */
  readonly name: string;
  predict(revision: Revision): Prediction;
}

/** Who knows what when a trace is made. "oracle" results are never averaged with the others. */
export type Feedback = "oracle" | "none" | "classifier";

/** The policy's part of a turn: the decision taken after its answer. */
export interface PolicyRecord {
  readonly version: number;
  readonly algorithm: string;
  readonly context_key: string;
  readonly action: string;
  readonly candidates: readonly string[];
  readonly propensity: number;
  /** "exact", or the number of draws. */
  readonly propensity_from: "exact" | number;
  readonly explored: boolean;
  /** Of this decision, once its outcome is known. */
  readonly reward: number;
}

/** Source: R4.8, ten fields and `policy`. */
export interface TurnRecord {
  readonly turn_id: number;
  readonly question: string;
  readonly answer: string;
  /** The prompt that produced this answer; null at the first turn. */
  readonly prompt_id: string | null;
  readonly prompt_text: string | null;
  readonly error_mode: ErrorMode | "unknown";
  /** [0, 1] */
  readonly confidence_score: number;
  readonly delta_accuracy: -1 | 0 | 1;
  /** Tokens used this turn, prompt and answer. */
  readonly token_count: number;
  /** ISO 8601, UTC. */
  readonly timestamp: string;
  /** Absent after the last allowed turn, when nothing was to be decided. */
  readonly policy?: PolicyRecord;
}

/** Source: R4.11, ten fields and `feedback`, `provider`. */
export interface TraceRecord {
  readonly trace_id: string;
  readonly dataset_name: string;
  readonly question_id: string;
  readonly reference_answer: string;
  readonly turns: readonly TurnRecord[];
  readonly final_accuracy: 0 | 1;
  readonly total_tokens: number;
  readonly total_turns: number;
  readonly pipeline_version: string;
  readonly created_at: string;
  readonly feedback: Feedback;
  /** "offline" for simulated answers. */
  readonly provider: string;
}
