import { type Interval, pairedShareDifference, wilson } from "corrigenda/stats";
import { sameAnswer } from "./failure-mode.ts";
import { type Calibration, calibrationTally } from "./metrics-calibration.ts";
import { type Counting, clustered, meanStream, turnShares } from "./metrics-turns.ts";
import { firstAccuracy, type TraceStatistics, traceTally } from "./summary-tally.ts";
import {
  ERROR_MODES,
  type ErrorMode,
  type Feedback,
  type PolicyRecord,
  type Scoring,
  type TraceRecord,
} from "./types.ts";

/** Rows and columns of a matrix of mode transitions. */
export const MODES: readonly (ErrorMode | "unknown")[] = [...ERROR_MODES, "unknown"];

/** What traces of one data set came to, made with one kind of feedback. Intervals: 95 %. */
export interface TraceMetrics {
  readonly dataset: string;
  readonly feedback: Feedback;
  readonly provider: string;
  readonly statistics: TraceStatistics;
  /**
   * Acc@t1 to Acc@tk, turn by turn; a trace that has ended keeps its last answer.
   * @see Kumar et al. 2024 (SCoRe), arXiv:2409.12917, section 5
   */
  readonly accuracy: readonly Interval[];
  /** m1@tk: the majority of the answers up to this turn is right, ties to the earlier answer. */
  readonly majority: readonly Interval[];
  /** p1@tk: any answer up to this turn is right; knows the reference. @see Qu et al. 2024 (RISE), arXiv:2407.18219 */
  readonly pass: readonly Interval[];
  /** Acc@tk - Acc@t1, paired. */
  readonly delta: Interval;
  /** Shares of all traces: right at first and wrong at last, and the reverse. */
  readonly broken: Interval;
  readonly fixed: Interval;
  /** Re-prompts after which the answer is another one, of all re-prompts; undefined where there was none. */
  readonly flips: Interval | undefined;
  readonly turns: Interval;
  readonly tokens: Interval;
  /** Tokens of all re-prompts over wrong answers put right; undefined where none was. */
  readonly tokensPerImprovement: Interval | undefined;
  /** [from][to] by MODES: the classifier's word on answers that follow each other. */
  readonly transitions: readonly (readonly number[])[];
  readonly calibration: Calibration;
  /** Decisions by context key. */
  readonly contexts: Readonly<Record<string, number>>;
  /** By action: how often it was taken, and what it earned in all. */
  readonly rewards: Readonly<Record<string, { readonly n: number; readonly sum: number }>>;
}

export interface MetricsOptions extends Counting {
  /** How a data set's answers are read: tells whether two are the same. */
  readonly scoringOf: (dataset: string) => Pick<Scoring, "extract" | "same">;
}

/** Adds up traces as they come; nothing in it grows with their number. */
export interface MetricsTally {
  add(trace: TraceRecord): void;
  /** One for each data set, kind of feedback and provider: what an oracle decided is never averaged with the rest. */
  groups(): readonly TraceMetrics[];
}

export function metricsTally(options: MetricsOptions): MetricsTally {
  const groups = new Map<string, ReturnType<typeof groupTally>>();
  return {
    add: (trace) => {
      const { dataset_name: dataset, feedback, provider } = trace;
      const key = JSON.stringify([dataset, feedback, provider]);
      const group = groups.get(key) ?? groupTally({ dataset, feedback, provider }, options);
      groups.set(key, group);
      group.add(trace);
    },
    groups: () => [...groups.values()].map((group) => group.result()),
  };
}

function groupTally(name: Pick<TraceMetrics, "dataset" | "feedback" | "provider">, options: MetricsOptions) {
  const scoring = options.scoringOf(name.dataset);
  const statistics = traceTally();
  const byTurn = { accuracy: turnShares(options), majority: turnShares(options), pass: turnShares(options) };
  const [turns, tokens, perFix] = [meanStream(options), meanStream(options), meanStream(options)];
  const moves = movesTally(options);
  const calibration = calibrationTally();
  const transitions = MODES.map(() => MODES.map(() => 0));
  const contexts: Record<string, number> = {};
  const rewards: Record<string, { n: number; sum: number }> = {};
  const flips = { hits: 0, n: 0, stream: meanStream(options) };
  const addDecision = ({ context_key: key, action, reward }: PolicyRecord): void => {
    contexts[key] = (contexts[key] ?? 0) + 1;
    const { n, sum } = rewards[action] ?? { n: 0, sum: 0 };
    rewards[action] = { n: n + 1, sum: sum + reward };
  };
  return {
    add: (trace: TraceRecord): void => {
      const { question_id: id } = trace;
      statistics.add({ ok: true, index: 0, trace });
      const right = rightByTurn(trace);
      byTurn.accuracy.add(id, right);
      byTurn.pass.add(id, sofar(right));
      byTurn.majority.add(id, majorities(trace, right, scoring));
      moves.add(id, right[0] === true, right.at(-1) === true);
      turns.add(id, trace.total_turns);
      tokens.add(id, trace.total_tokens);
      const asked = trace.turns.slice(1).reduce((sum, { token_count }) => sum + token_count, 0);
      perFix.add(id, asked, trace.turns.filter(({ delta_accuracy }) => delta_accuracy === 1).length);
      for (const [at, turn] of trace.turns.entries()) {
        calibration.add(turn.confidence_score, right[at] === true);
        if (turn.policy) addDecision(turn.policy);
        const before = trace.turns[at - 1];
        if (!before) continue;
        count(transitions, MODES.indexOf(before.error_mode), MODES.indexOf(turn.error_mode));
        const flipped = Number(!sameAnswer(before.answer, turn.answer, scoring));
        flips.hits += flipped;
        flips.n += 1;
        if (options.repeated) flips.stream.add(id, flipped);
      }
    },
    result: (): TraceMetrics => {
      const sums = statistics.statistics();
      return {
        ...{ ...name, statistics: sums, ...moves.result() },
        ...{ accuracy: byTurn.accuracy.shares(), majority: byTurn.majority.shares(), pass: byTurn.pass.shares() },
        flips: flips.n === 0 ? undefined : options.repeated ? clustered(flips.stream) : wilson(flips.hits, flips.n),
        ...{ turns: clustered(turns), tokens: clustered(tokens) },
        tokensPerImprovement: sums.tokens_per_improvement === null ? undefined : clustered(perFix),
        ...{ transitions, calibration: calibration.result(), contexts, rewards },
      };
    },
  };
}

/** First and last answer of a trace. */
function movesTally(options: Counting) {
  const counts = { both: 0, onlyA: 0, onlyB: 0, neither: 0 };
  const streams = { delta: meanStream(options), fixed: meanStream(options), broken: meanStream(options) };
  return {
    add: (question: string, first: boolean, last: boolean): void => {
      counts[last ? (first ? "both" : "onlyA") : first ? "onlyB" : "neither"] += 1;
      if (!options.repeated) return;
      streams.delta.add(question, Number(last) - Number(first));
      streams.fixed.add(question, Number(last && !first));
      streams.broken.add(question, Number(first && !last));
    },
    result: (): Pick<TraceMetrics, "delta" | "fixed" | "broken"> => {
      const n = counts.both + counts.onlyA + counts.onlyB + counts.neither;
      return options.repeated
        ? { delta: clustered(streams.delta), fixed: clustered(streams.fixed), broken: clustered(streams.broken) }
        : {
            delta: pairedShareDifference(counts),
            fixed: wilson(counts.onlyA, n),
            broken: wilson(counts.onlyB, n),
          };
    },
  };
}

/** Whether each answer of a trace is right. */
export function rightByTurn(trace: TraceRecord): boolean[] {
  let right: number = firstAccuracy(trace);
  return trace.turns.map(({ delta_accuracy }) => {
    right += delta_accuracy;
    return right === 1;
  });
}

function sofar(right: readonly boolean[]): boolean[] {
  let any = false;
  return right.map((one) => {
    any ||= one;
    return any;
  });
}

/** Whether the most frequent answer up to each turn is right; of equally frequent ones the earliest counts. */
function majorities(
  { turns }: TraceRecord,
  right: readonly boolean[],
  scoring: Pick<Scoring, "extract" | "same">,
): boolean[] {
  const kinds: { readonly answer: string; readonly right: boolean; votes: number }[] = [];
  return turns.map(({ answer }, at) => {
    const kind = kinds.find((one) => sameAnswer(one.answer, answer, scoring));
    if (kind) kind.votes += 1;
    else kinds.push({ answer, right: right[at] === true, votes: 1 });
    return kinds.reduce((best, one) => (one.votes > best.votes ? one : best)).right;
  });
}

function count(matrix: number[][], row: number, column: number): void {
  const line = matrix[row];
  if (line && line[column] !== undefined) line[column] += 1;
}
