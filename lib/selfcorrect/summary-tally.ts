import type { TraceOutcome } from "./trace-types.ts";
import { NONE, type TraceRecord, type TurnRecord } from "./types.ts";

/** What traces add up to. Nothing here grows with their number. */
export interface TraceStatistics {
  readonly traces: number;
  /** Questions without a trace. */
  readonly failed: number;
  readonly turns: number;
  readonly tokens: number;
  /** Of the first answer that came, and of the last; ISO 8601, UTC; empty without a trace. */
  readonly started: string;
  readonly ended: string;
  /** Right at the first answer, and at the last. */
  readonly right_first: number;
  readonly right_last: number;
  /** Wrong at first and right at last, and the reverse. */
  readonly fixed: number;
  readonly broken: number;
  /** Turn by turn: traces whose answer in force is right; a trace that has ended keeps its last answer. */
  readonly right_by_turn: readonly number[];
  /** Changes in correctness over all re-prompts. Source: R4.57. */
  readonly delta_accuracy: { readonly "-1": number; readonly "0": number; readonly "1": number };
  /** Tokens of re-prompts and their answers, in all and per wrong answer put right. Source: R4.58. */
  readonly reprompt_tokens: number;
  readonly tokens_per_improvement: number | null;
  /** Decisions by action, NONE among them. Source: R4.59. */
  readonly actions: Readonly<Record<string, number>>;
  readonly error_modes: Readonly<Record<string, number>>;
  /** Mean reward of a decision; that of NONE is 0. */
  readonly avg_reward: number;
  /** The same over stretches of equally many traces. Source: R4.59. */
  readonly reward_trend: readonly RewardPoint[];
}

export interface RewardPoint {
  /** Traces up to the stretch's end. */
  readonly traces: number;
  readonly decisions: number;
  readonly avg_reward: number;
}

/** Adds up traces as they come. */
export interface TraceTally {
  add(outcome: TraceOutcome): void;
  /** What is looked at while a run goes on. */
  readonly now: Readonly<Sums>;
  /** The most frequent actions. */
  actions(most: number): readonly (readonly [id: string, count: number])[];
  statistics(): TraceStatistics;
}

interface Sums {
  started: string;
  ended: string;
  traces: number;
  failed: number;
  turns: number;
  tokens: number;
  right_first: number;
  right_last: number;
  fixed: number;
  broken: number;
  reprompt_tokens: number;
  decisions: number;
  reward: number;
}

const NOTHING: Sums = {
  ...{ started: "", ended: "" },
  ...{ traces: 0, failed: 0, turns: 0, tokens: 0, right_first: 0, right_last: 0, fixed: 0, broken: 0 },
  ...{ reprompt_tokens: 0, decisions: 0, reward: 0 },
};

export function traceTally(): TraceTally {
  const now = { ...NOTHING };
  const deltas = { "-1": 0, "0": 0, "1": 0 };
  const [actions, modes] = [new Map<string, number>(), new Map<string, number>()];
  const byTurn: TurnSum[] = [];
  const trend = rewardTrend();
  const addTurn = (turn: TurnRecord, right: boolean): void => {
    const at = byTurn[turn.turn_id] ?? { right: 0, ended: 0, endedRight: 0 };
    byTurn[turn.turn_id] = at;
    if (right) at.right += 1;
    count(modes, turn.error_mode);
    if (turn.turn_id > 0) {
      deltas[`${turn.delta_accuracy}`] += 1;
      now.reprompt_tokens += turn.token_count;
    }
    if (turn.policy) {
      count(actions, turn.policy.action);
      now.decisions += 1;
      now.reward += turn.policy.reward;
    }
  };
  const addTrace = (trace: TraceRecord): void => {
    now.traces += 1;
    now.turns += trace.total_turns;
    now.tokens += trace.total_tokens;
    const start = trace.turns[0]?.timestamp ?? "";
    if (now.started === "" || start < now.started) now.started = start;
    if (trace.created_at > now.ended) now.ended = trace.created_at;
    const first = firstAccuracy(trace);
    let right: number = first;
    for (const turn of trace.turns) {
      right += turn.delta_accuracy;
      addTurn(turn, right === 1);
    }
    const last = byTurn[trace.total_turns - 1];
    if (last) [last.ended, last.endedRight] = [last.ended + 1, last.endedRight + trace.final_accuracy];
    now.right_first += first;
    now.right_last += trace.final_accuracy;
    if (first < trace.final_accuracy) now.fixed += 1;
    if (first > trace.final_accuracy) now.broken += 1;
    trend.add(trace);
  };
  return {
    now,
    actions: (most) => [...actions].sort(([, a], [, b]) => b - a).slice(0, most),
    add: (outcome) => {
      if (outcome.ok) addTrace(outcome.trace);
      else now.failed += 1;
    },
    statistics: () => {
      const { reward, decisions, reprompt_tokens, ...sums } = now;
      return {
        ...sums,
        right_by_turn: inForce(byTurn),
        delta_accuracy: { ...deltas },
        reprompt_tokens,
        tokens_per_improvement: deltas["1"] === 0 ? null : reprompt_tokens / deltas["1"],
        actions: inOrder(actions),
        error_modes: inOrder(modes),
        avg_reward: decisions === 0 ? 0 : reward / decisions,
        reward_trend: trend.points(),
      };
    },
  };
}

/** Whether the first answer was right: what the last one was, less the changes in between. */
export function firstAccuracy({ turns, final_accuracy }: Pick<TraceRecord, "turns" | "final_accuracy">): 0 | 1 {
  return turns.reduce((left, { delta_accuracy }) => left - delta_accuracy, final_accuracy as number) as 0 | 1;
}

interface TurnSum {
  right: number;
  ended: number;
  endedRight: number;
}

function inForce(byTurn: readonly TurnSum[]): number[] {
  let carried = 0;
  return byTurn.map(({ right, endedRight }) => {
    const sum = right + carried;
    carried += endedRight;
    return sum;
  });
}

function count(map: Map<string, number>, key: string): void {
  map.set(key, (map.get(key) ?? 0) + 1);
}

/** The most frequent first; NONE before all. */
function inOrder(map: ReadonlyMap<string, number>): Record<string, number> {
  const rank = ([key, n]: readonly [string, number]): number => (key === NONE ? Number.POSITIVE_INFINITY : n);
  return Object.fromEntries(
    [...map].sort((a, b) => (rank(a) < rank(b) ? 1 : rank(a) > rank(b) ? -1 : a[0] < b[0] ? -1 : 1)),
  );
}

const MOST_POINTS = 100;

/** Stretches of 10 traces; twice as long whenever there would be more than 100. */
function rewardTrend(): { add(trace: TraceRecord): void; points(): RewardPoint[] } {
  let each = 10;
  let sums = [{ traces: 0, decisions: 0, reward: 0 }];
  const merge = (): void => {
    sums = Array.from({ length: sums.length >> 1 }, (_, at) => {
      const [a, b] = sums.slice(2 * at, 2 * at + 2);
      const of = (key: "traces" | "decisions" | "reward"): number => (a?.[key] ?? 0) + (b?.[key] ?? 0);
      return { traces: of("traces"), decisions: of("decisions"), reward: of("reward") };
    });
    each *= 2;
  };
  return {
    add: ({ turns }) => {
      if ((sums.at(-1)?.traces ?? 0) >= each) {
        if (sums.length >= MOST_POINTS) merge();
        sums.push({ traces: 0, decisions: 0, reward: 0 });
      }
      const last = sums.at(-1);
      if (!last) return;
      last.traces += 1;
      for (const { policy } of turns)
        if (policy) [last.decisions, last.reward] = [last.decisions + 1, last.reward + policy.reward];
    },
    points: () => {
      let traces = 0;
      return sums.map((one) => {
        traces += one.traces;
        const { decisions, reward } = one;
        return { traces, decisions, avg_reward: decisions === 0 ? 0 : reward / decisions };
      });
    },
  };
}
