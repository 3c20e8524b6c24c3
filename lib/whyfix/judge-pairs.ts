import { keyedRng } from "corrigenda/rng";
import { differing, FACTORS, fixedWith, type Scored } from "./evaluate-scores.ts";

/** Two explanations of one learner error, asked for in ways that differ in one factor. */
export interface JudgePair {
  /** From 0. */
  readonly number: number;
  /** data_index of the learner error. */
  readonly error: number;
  /** In marker notation. */
  readonly sentence: string;
  readonly first: { readonly id: string; readonly text: string };
  readonly second: { readonly id: string; readonly text: string };
}

/** A pair on its way to the judge; every pair goes twice. */
export interface JudgeItem {
  readonly pair: JudgePair;
  readonly order: 1 | 2;
}

/**
 * Pairs for the judge, spread evenly over the learner errors: each error gives one pair, then a second one, until there are
 * as many as wanted. Only pairs that differ in one factor are drawn, so that a factor's effect is seen with all else equal,
 * and the pairs of all factors together tie every system to every other. Which text comes first is drawn too.
 */
export function judgePairs(
  answers: readonly Scored[],
  { seed, pairs }: { readonly seed: number | string; readonly pairs: number },
): JudgePair[] {
  const byError = Map.groupBy(answers, ({ data_index }) => data_index);
  const queues = [...byError].map(([error, all]) => {
    const rng = keyedRng(seed, "judge", error);
    return { error, queue: rng.shuffle(neighbours(all)).map((two) => rng.shuffle(two)) };
  });
  const order = keyedRng(seed, "judge errors").shuffle(queues);
  const chosen: JudgePair[] = [];
  for (let round = 0; chosen.length < pairs; round++) {
    const before = chosen.length;
    for (const { error, queue } of order) {
      const [first, second] = queue[round] ?? [];
      if (first === undefined || second === undefined || chosen.length >= pairs) continue;
      const text = (one: Scored) => ({ id: one.custom_id, text: one.text });
      const sentence = first.sentence;
      chosen.push({ number: chosen.length, error, sentence, first: text(first), second: text(second) });
    }
    if (chosen.length === before) break;
  }
  return chosen;
}

/** Both orders of every pair. */
export function* judgeItems(pairs: readonly JudgePair[]): Generator<JudgeItem> {
  for (const pair of pairs) for (const order of [1, 2] as const) yield { pair, order };
}

/** All pairs that differ in one factor and in their texts: a grid of 1,440 ways has a million pairs, and 10,000 of these. */
function neighbours(answers: readonly Scored[]): Scored[][] {
  const found = new Map<number, Scored[]>();
  for (const factor of FACTORS) {
    const rest = FACTORS.filter((other) => !fixedWith(factor).includes(other));
    const places = Map.groupBy(answers.keys(), (at) => JSON.stringify(rest.map((name) => answers[at]?.factors[name])));
    for (const group of places.values())
      for (const [i, one] of group.entries())
        for (const two of group.slice(i + 1)) {
          const [a, b] = [answers[one], answers[two]] as [Scored, Scored];
          if (a.text !== b.text && differing(a, b).length === 1) found.set(one * answers.length + two, [a, b]);
        }
  }
  return [...found].sort(([one], [two]) => one - two).map(([, pair]) => pair);
}
