import type { RowOrBad } from "corrigenda/dataset";
import type { StudyError, StudyErrorCode } from "corrigenda/error";
import type { ModelReply, ModelRequest } from "corrigenda/provider";
import type { Classifier, Feedback, Policy, Question, Scoring, Template, TraceRecord } from "./types.ts";

/** What came of one request: a reply, or why there is none. */
export type Answered =
  | { readonly ok: true; readonly reply: ModelReply }
  | { readonly ok: false; readonly error: StudyError };

/** Asks one request. Rejects only when the whole run stops: its budget, Ctrl-C, a broken disk. */
export type Ask = (request: ModelRequest) => Promise<Answered>;

/** A question, or the row of a data set that is none. */
export type QuestionOrBad = RowOrBad<Question>;

/** What decides a trace, beside its question and the policy's state. */
export interface TraceSetting {
  readonly dataset: string;
  /** As config.json names who answers: "offline" for simulated answers. */
  readonly provider: string;
  readonly model: Omit<ModelRequest, "messages" | "sample">;
  readonly scoring: Scoring;
  readonly classifier: Classifier;
  readonly templates: readonly Template[];
  readonly feedback: Feedback;
  /** Answers of a trace at most, the first one included. [1, inf) */
  readonly maxTurns: number;
  /** What a token of a re-prompt costs, in units of correctness. Source: R4.52. */
  readonly lambda: number;
  readonly seed: number;
  /** Numbers runs that ask the same questions anew, instead of taking the kept replies. From 0. */
  readonly repetition: number;
  /** When the answer of a turn came, ms since 1970. */
  readonly stamp: (index: number, turn: number) => number;
}

/** How traces follow each other. */
export interface TraceOptions extends TraceSetting {
  readonly ask: Ask;
  /** The state that the first traces decide with. */
  readonly policy: Policy;
  /** False: the policy stays as it is. True: it learns from rewards, which the reference answers decide. */
  readonly learns: boolean;
  /** Trace i decides with what was learnt from traces 0 to i - lag. [1, inf) */
  readonly lag: number;
  /** Traces under way at most. [1, lag] */
  readonly concurrency: number;
  /** Traces whose rewards go into the policy together; 1: after each trace. Source: R4.41, R4.43. */
  readonly updateEvery: number;
  /** What an earlier process finished, in the order of the questions: nothing of it is asked again. */
  readonly kept?: AsyncIterable<TraceOutcome>;
}

/** A line of failures.jsonl: a question without a trace. */
export interface TraceFailure {
  /** Of the question in its data set, from 0. */
  readonly index: number;
  readonly dataset_name: string;
  /** Null where the row gave no question. */
  readonly question_id: string | null;
  /** "turn 2", or the row's place in its file. */
  readonly place: string;
  readonly code: StudyErrorCode;
  readonly reason: string;
  /** Who was asked. */
  readonly provider: string;
}

/** Every question comes out once, in order. */
export type TraceOutcome =
  | { readonly ok: true; readonly index: number; readonly trace: TraceRecord }
  | { readonly ok: false; readonly index: number; readonly failure: TraceFailure };
