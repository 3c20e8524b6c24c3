import type { Interval } from "corrigenda/stats";
import { meanInterval } from "./evaluate-factors.ts";
import { FACTORS, type FactorName, SCORES, type Scored, type ScoreName, scoresAgainst } from "./evaluate-scores.ts";

/** How much the explanation itself changes where one thing is asked differently. */
export interface Ablation {
  readonly factor: FactorName;
  /** The text of this level is scored … */
  readonly level: string;
  /** … against the text of this one, on the same learner error and with all else equal. */
  readonly reference: string;
  readonly method: string;
  readonly pairs: number;
  readonly scores: Readonly<Record<ScoreName, Interval>>;
}

/** The original study's two ablations, the fuller side as the reference. */
const ABLATIONS: readonly { readonly factor: FactorName; readonly level: string; readonly reference: string }[] = [
  { factor: "input", level: "t", reference: "tf" },
  { factor: "length", level: "fifty", reference: "eighty" },
];

/** Target alone against target and following sentence, and 50 words against 80, for every method that has both. */
export function ablations(answers: readonly Scored[], seed: number | string): Ablation[] {
  return ABLATIONS.flatMap((ablation) =>
    [...Map.groupBy(answers, ({ factors: { method } }) => method)].flatMap(([method, some]) => {
      const pairs = pairsOf(some, ablation);
      if (pairs.length === 0) return [];
      const scores = Object.fromEntries(
        SCORES.map((name) => [
          name,
          meanInterval(byError(pairs, name), `${seed}, ablation, ${ablation.factor}, ${method}, ${name}`),
        ]),
      ) as Ablation["scores"];
      return [{ ...ablation, method, pairs: pairs.length, scores }];
    }),
  );
}

interface Pair {
  readonly error: number;
  readonly scores: Readonly<Record<ScoreName, number>>;
}

function pairsOf(answers: readonly Scored[], { factor, level, reference }: (typeof ABLATIONS)[number]): Pair[] {
  const rest = FACTORS.filter((other) => other !== factor);
  const groups = Map.groupBy(answers, ({ data_index, factors }) =>
    JSON.stringify([data_index, ...rest.map((name) => factors[name])]),
  );
  return [...groups.values()].flatMap((group) => {
    const [one, other] = [level, reference].map((name) => group.find(({ factors }) => factors[factor] === name));
    const scores = one && other ? scoresAgainst(other.text, one.text) : null;
    return one && scores ? [{ error: one.data_index, scores }] : [];
  });
}

function byError(pairs: readonly Pair[], name: ScoreName): number[] {
  return [...Map.groupBy(pairs, ({ error }) => error).values()].map(
    (some) => some.reduce((sum, { scores }) => sum + scores[name], 0) / some.length,
  );
}
