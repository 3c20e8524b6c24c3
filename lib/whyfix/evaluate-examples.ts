import { type Row, referenceOf } from "./data/index.ts";
import type { Ranking } from "./evaluate-ranking.ts";
import { FACTORS, type Scored, systemOf, variedFactors } from "./evaluate-scores.ts";
import { choice, type Verdict } from "./judge-verdicts.ts";

/** Two explanations on which the judge differs with itself, or with the reference explanation. */
export interface Disagreement {
  readonly why: "the judge differs with itself" | "judge and reference differ";
  readonly error: number;
  readonly sentence: string;
  readonly first: { readonly system: string; readonly text: string; readonly meteor: number | null };
  readonly second: { readonly system: string; readonly text: string; readonly meteor: number | null };
  /** Which one the judge took, in each order: "first", "second" or "tie". */
  readonly verdicts: readonly [string, string];
  readonly reasons: readonly [string, string];
}

/** One learner error as every method explains it, with all else equal. */
export interface SideBySide {
  readonly error: number;
  readonly sentence: string;
  readonly reference: string | null;
  /** By method. */
  readonly texts: Readonly<Record<string, string>>;
}

const MOST = 20;

/** Pairs that a person should look at: up to 20 of each kind, the widest gap to the reference first. */
export function disagreements(verdicts: readonly Verdict[], answers: readonly Scored[]): Disagreement[] {
  const varied = variedFactors(answers);
  const side = (one: Scored) => ({
    ...{ system: systemOf(one, varied), text: one.text, meteor: one.scores?.meteor ?? null },
  });
  const told = (verdict: Verdict, why: Disagreement["why"]): Disagreement => ({
    ...{ why, error: verdict.error, sentence: verdict.first.sentence },
    ...{ first: side(verdict.first), second: side(verdict.second) },
    verdicts: verdict.orders.overall.map(choice) as [string, string],
    reasons: verdict.reasons,
  });
  const gap = ({ first, second, outcome }: Verdict): number => {
    if (!first.scores || !second.scores) return 0;
    return (second.scores.meteor - first.scores.meteor) * Math.sign(outcome - 0.5);
  };
  const own = verdicts.filter(({ orders: { overall } }) => Math.abs(overall[0] - overall[1]) === 1);
  const others = verdicts.filter((verdict) => gap(verdict) > 0).sort((a, b) => gap(b) - gap(a));
  return [
    ...own.slice(0, MOST).map((verdict) => told(verdict, "the judge differs with itself")),
    ...others.slice(0, MOST).map((verdict) => told(verdict, "judge and reference differ")),
  ];
}

/** The first 20 learner errors as each method explains them, in the setting of the best way of asking. */
export function sideBySide(answers: readonly Scored[], rows: readonly Row[], { systems }: Ranking): SideBySide[] {
  const best = systems[0];
  if (!best) return [];
  const rest = FACTORS.filter((factor) => factor !== "method");
  const own = answers.filter(({ factors }) => rest.every((factor) => factors[factor] === best.factors[factor]));
  const references = new Map(rows.map((row) => [row.index, referenceOf(row)]));
  return [...Map.groupBy(own, ({ data_index }) => data_index)].slice(0, MOST).map(([error, some]) => ({
    ...{ error, sentence: some[0]?.sentence ?? "", reference: references.get(error) ?? null },
    texts: Object.fromEntries(some.map(({ factors, text }) => [factors.method, text])),
  }));
}
