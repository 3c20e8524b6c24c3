import { bootstrap, cohenKappa, type Interval } from "corrigenda/stats";
import type { Scored } from "./evaluate-scores.ts";
import { CRITERIA, type Criterion, type JudgeRecord } from "./judge.ts";

/** What the judge said of one text against the other: 1 it is better, 0 worse, 0.5 no difference. */
export interface Verdict {
  readonly pair: number;
  readonly error: number;
  readonly first: Scored;
  readonly second: Scored;
  /** For the first text, in each of the two orders. */
  readonly orders: Readonly<Record<Criterion, readonly [number, number]>>;
  /** For the first text overall: half where the two orders differ, or tell a tie. */
  readonly outcome: number;
  /** The judge's reasons, in both orders. */
  readonly reasons: readonly [string, string];
}

/** The judge beside itself: the same pair, shown both ways round. */
export interface SelfAgreement {
  readonly criterion: Criterion;
  /** Share of pairs with the same verdict in both orders. */
  readonly same: Interval;
  /** Cohen's kappa of the two orders; null where it is not defined. */
  readonly kappa: number | null;
  /** Of verdicts other than ties: share for the text that was shown first; 0.5 is no bias. Null where there is none. */
  readonly forFirst: Interval | null;
}

/** Both orders of every pair as one verdict. Pairs of which an order could not be read are counted in `unread`. */
export function verdictsOf(
  records: Iterable<JudgeRecord>,
  answers: readonly Scored[],
): { readonly verdicts: readonly Verdict[]; readonly unread: number } {
  const byId = new Map(answers.map((answer) => [answer.custom_id, answer]));
  const verdicts: Verdict[] = [];
  let unread = 0;
  for (const [pair, both] of Map.groupBy(records, (record) => record.pair)) {
    const [one, two] = [1, 2].map((order) => both.find((record) => record.order === order));
    const [first, second] = [byId.get(one?.first ?? ""), byId.get(one?.second ?? "")];
    if (!one?.judgement || !two?.judgement || !first || !second) {
      unread += 1;
      continue;
    }
    const judged = [one.judgement, two.judgement] as const;
    const orders = Object.fromEntries(
      CRITERIA.map((criterion) => [criterion, [points(judged[0][criterion], "A"), points(judged[1][criterion], "B")]]),
    ) as unknown as Verdict["orders"];
    const [x, y] = orders.overall;
    const outcome = x === y ? x : 0.5;
    const reasons = [judged[0].reason, judged[1].reason] as const;
    verdicts.push({ ...{ pair, error: one.data_index, first, second, orders, outcome }, reasons });
  }
  return { verdicts: verdicts.sort((a, b) => a.pair - b.pair), unread };
}

/** A verdict's points in words. */
export function choice(points: number): "first" | "second" | "tie" {
  return points === 0.5 ? "tie" : points === 1 ? "first" : "second";
}

function points(choice: "A" | "B" | "tie", own: "A" | "B"): number {
  return choice === "tie" ? 0.5 : choice === own ? 1 : 0;
}

/** Agreement of the two orders on every criterion, with 95 % intervals over the learner errors. */
export function selfAgreement(verdicts: readonly Verdict[], seed: number | string): SelfAgreement[] {
  if (verdicts.length === 0) return [];
  const clusters = verdicts.map(({ error }) => error);
  return CRITERIA.map((criterion) => {
    const pairs = verdicts.map(({ orders }) => orders[criterion]);
    const options = { seed: `${seed}, judge, ${criterion}`, resamples: 2_000, method: "percentile", clusters } as const;
    const same = bootstrap(pairs, (some) => some.filter(([x, y]) => x === y).length / some.length, options);
    const kappa = cohenKappa(
      pairs.map(([x]) => x),
      pairs.map(([, y]) => y),
    );
    const decided = pairs.some(([x, y]) => x !== 0.5 || y !== 0.5);
    return {
      criterion,
      same: interval(same),
      kappa: Number.isNaN(kappa) ? null : kappa,
      forFirst: decided ? interval(bootstrap(pairs, shareForFirst, options)) : null,
    };
  });
}

/** In order 1 the pair's first text was shown first, in order 2 its second one. */
function shareForFirst(pairs: readonly (readonly [number, number])[]): number {
  const shown = pairs.flatMap(([x, y]) => [x, 1 - y]).filter((points) => points !== 0.5);
  return shown.reduce((sum, points) => sum + points, 0) / shown.length;
}

function interval({ value, low, high }: Interval): Interval {
  return { value, low, high };
}
