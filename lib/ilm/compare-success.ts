import type { Recommendation } from "./compare-advice.ts";
import type { ModelCard } from "./compare-cost.ts";
import type { Gain, Transfer } from "./compare-gains.ts";
import type { Cell, Gap } from "./compare-matrix.ts";
import { firstAndLast, type Training } from "./compare-training.ts";
import { CORPORA, LEVELS } from "./plan.ts";
import type { Verdict } from "./verdict.ts";

/** One of the source's success criteria. */
export interface Criterion {
  readonly criterion: string;
  /** "exceptional" ones come on top. */
  readonly kind: "complete" | "exceptional";
  readonly met: boolean;
  readonly evidence: string;
}

export interface Measured {
  readonly cells: readonly Cell[];
  readonly gains: readonly Gain[];
  readonly gaps: readonly Gap[];
  readonly transfers: readonly Transfer[];
  readonly verdicts: readonly Verdict[];
  readonly recommendations: readonly Recommendation[];
  readonly cards: ReadonlyMap<string, ModelCard>;
  readonly trainings: ReadonlyMap<string, Training>;
}

/** The plan's success criteria, one by one, each with what shows it. */
export function criteriaOf(run: Measured): Criterion[] {
  const { cards, trainings } = run;
  const each = (criterion: string, test: (model: string) => boolean): Criterion => {
    const [yes, no] = [CORPORA.filter(test), CORPORA.filter((model) => !test(model))];
    const evidence = no.length === 0 ? "all six" : `${yes.length} of 6; not ${no.join(", ")}`;
    return { criterion, kind: "complete", met: no.length === 0, evidence };
  };
  const training = (model: string): Training | undefined => trainings.get(model);
  const falls = (points: Training["curve"] = []): boolean => {
    const ends = firstAndLast(points);
    return ends !== undefined && ends.last < ends.first;
  };
  const lowest = ({ validation }: Training): boolean => {
    const [first, ...later] = validation;
    return first !== undefined && later.some(({ loss }) => loss < first.loss);
  };
  const evaluated = (model: string): boolean =>
    CORPORA.every((test) => run.cells.some((cell) => cell.model === model && cell.test === test));
  return [
    each("trained without device errors", (model) => cards.get(model)?.deviceErrors === 0),
    each("loss decreases during training", (model) => falls(training(model)?.curve)),
    each("validation perplexity falls", (model) => {
      const one = training(model);
      return one !== undefined && lowest(one);
    }),
    each("checkpoints saved", (model) => training(model)?.hasCheckpoint === true),
    each("TensorBoard logs written", (model) => training(model)?.hasLog === true),
    each("evaluated on all six test sets", evaluated),
    winner(run.verdicts),
    ...exceptional(run),
  ];
}

function winner(verdicts: readonly Verdict[]): Criterion {
  const of = (id: Verdict["id"]): Verdict["interval"] =>
    verdicts.find((one) => one.id === id)?.interval ?? "not decidable";
  const [h1, h2] = [of("H1"), of("H2")];
  return {
    ...{ criterion: "the comparison shows a clear winner", kind: "complete" },
    met: h1 === "holds" || h2 === "holds",
    evidence:
      h1 === "holds" ? "level models (H1)" : h2 === "holds" ? "general model suffices (H2)" : `H1 ${h1}, H2 ${h2}`,
  };
}

function exceptional({ gains, gaps, transfers, recommendations }: Measured): Criterion[] {
  const full = transfers.filter(({ size }) => size === null).length;
  const line = (criterion: string, met: boolean, evidence: string): Criterion => ({
    ...{ criterion, kind: "exceptional" as const, met, evidence },
  });
  const of = (n: number): string => `${n} of ${LEVELS.length} levels`;
  return [
    line("transfer learning tested", full === LEVELS.length, of(full)),
    line("cross-level gap quantified", gaps.length === LEVELS.length, of(gaps.length)),
    line("gain of each level calculated", gains.length === LEVELS.length, of(gains.length)),
    line(
      "recommendations for practitioners",
      recommendations.length > 0 && recommendations.every(({ decided }) => decided),
      recommendations.every(({ decided }) => decided) ? "by H1 and H2" : "given, but H1 and H2 are not decidable",
    ),
  ];
}
