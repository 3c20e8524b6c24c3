import { keyedRng, type Rng } from "corrigenda/rng";
import { type OpeLog, type ParsedLine, type RtsContext, readOpeLog } from "corrigenda/selfcorrect";

/**
 * A small world whose values can be worked out: an answer is right or wrong, its confidence says so with probability .8,
 * and two templates fix and break it. Two re-prompts at most; each costs .02.
 */
export const ACTIONS = ["none", "p_a", "p_b"] as const;
type Action = (typeof ACTIONS)[number];
const RATES: Readonly<Record<string, readonly [ecr: number, eir: number]>> = { p_a: [0.5, 0.05], p_b: [0.2, 0.3] };
const FIRST = 0.6;
const COST = 0.02;
const DECISIONS = 2;
type Chances = Readonly<Record<"high" | "low", readonly [none: number, a: number, b: number]>>;
const LOGGING: Chances = { high: [0.5, 0.25, 0.25], low: [0.2, 0.4, 0.4] };
const WANTED: Chances = { high: [0.8, 0.1, 0.1], low: [0.1, 0.7, 0.2] };

const binOf = ({ confidence }: Pick<RtsContext, "confidence">) =>
  (confidence >= 0.7 ? "high" : "low") as "high" | "low";
export const wanted = {
  name: "wanted",
  isLearned: false,
  probabilities: (context: RtsContext) =>
    new Map(ACTIONS.map((action, at) => [action, WANTED[binOf(context)][at] as number])),
};

/** A line of traces.jsonl. */
export function traceOf(rng: Rng, question: string): unknown {
  const turns: unknown[] = [];
  let right = rng.next() < FIRST;
  let prompt: string | null = null;
  for (let turn = 0; ; turn++) {
    const confidence = rng.next() < 0.8 === right ? 0.9 : 0.2;
    const said = {
      turn_id: turn,
      prompt_id: prompt,
      error_mode: "anchored",
      confidence_score: confidence,
      answer: "x",
    };
    if (turn === DECISIONS) return { ...about(question), turns: [...turns, said] };
    const p = LOGGING[binOf({ confidence })];
    const u = rng.next();
    const at = u < p[0] ? 0 : u < p[0] + p[1] ? 1 : 2;
    const action = ACTIONS[at] as Action;
    const key = `anchored_${binOf({ confidence })}_early`;
    const policy = { context_key: key, action, candidates: ACTIONS, propensity: p[at], reward: 0 };
    if (action === "none") return { ...about(question), turns: [...turns, { ...said, policy }] };
    const [ecr, eir] = RATES[action] as readonly [number, number];
    const after = right ? rng.next() >= eir : rng.next() < ecr;
    turns.push({ ...said, policy: { ...policy, reward: Number(after) - Number(right) - COST } });
    [right, prompt] = [after, action];
  }
}

function about(question: string) {
  return { question_id: question, provider: "offline", feedback: "classifier" };
}

export async function* placed(values: readonly unknown[]): AsyncGenerator<ParsedLine> {
  for (const [at, value] of values.entries()) yield { line: at + 1, value };
}

export function logOf(study: number, traces: number): Promise<OpeLog> {
  const rng = keyedRng(study, "ope");
  return readOpeLog(placed(Array.from({ length: traces }, (_, i) => traceOf(rng, `q${i}`))), "traces.jsonl");
}

/** P(bin | right). */
const seen = (right: boolean, bin: "high" | "low"): number => ((bin === "high") === right ? 0.8 : 0.2);

/** The mean reward of a template from here, and what follows, by counting all that can happen. */
function traceValue(chances: Chances, right: boolean, turn = 0): number {
  if (turn === DECISIONS) return 0;
  let value = 0;
  for (const bin of ["high", "low"] as const)
    for (const [at, action] of ACTIONS.entries()) {
      if (action === "none") continue;
      const [ecr, eir] = RATES[action] as readonly [number, number];
      const good = right ? 1 - eir : ecr;
      const next = good * traceValue(chances, true, turn + 1) + (1 - good) * traceValue(chances, false, turn + 1);
      value += seen(right, bin) * (chances[bin][at] as number) * (good - Number(right) - COST + next);
    }
  return value;
}
export const perTrace = FIRST * traceValue(WANTED, true) + (1 - FIRST) * traceValue(WANTED, false);

/** The same for one decision, in the contexts that the logging policy meets. */
export function decisionValue(chances: Chances): number {
  let [total, met] = [0, 0];
  let reach = new Map([
    [true, FIRST],
    [false, 1 - FIRST],
  ]);
  for (let turn = 0; turn < DECISIONS; turn++) {
    const next = new Map([
      [true, 0],
      [false, 0],
    ]);
    for (const [right, share] of reach) {
      met += share;
      for (const bin of ["high", "low"] as const)
        for (const [at, action] of ACTIONS.entries()) {
          if (action === "none") continue;
          const [ecr, eir] = RATES[action] as readonly [number, number];
          const good = right ? 1 - eir : ecr;
          const here = share * seen(right, bin);
          total += here * (chances[bin][at] as number) * (good - Number(right) - COST);
          const went = here * (LOGGING[bin][at] as number);
          next.set(true, (next.get(true) ?? 0) + went * good);
          next.set(false, (next.get(false) ?? 0) + went * (1 - good));
        }
    }
    reach = next;
  }
  return total / met;
}
export const perDecision = decisionValue(WANTED);
