import type { Metric, Metrics } from "corrigenda/results";
import type { Interval } from "corrigenda/stats";
import { type Recommendation, recommendationsOf } from "./compare-advice.ts";
import { type Deployment, deploymentsOf, type ModelCard } from "./compare-cost.ts";
import { type Gain, gainsOf, JOINT, type Transfer, transfersOf } from "./compare-gains.ts";
import { type Cell, type Gap, type GeneralGap, gapsOf, generalGapsOf, matrixOf } from "./compare-matrix.ts";
import { type Criterion, criteriaOf } from "./compare-success.ts";
import type { Training } from "./compare-training.ts";
import { type LossTally, MEASURE_NAMES } from "./perplexity.ts";
import type { Plan } from "./plan.ts";
import type { Recovery } from "./recover.ts";
import { LEAST_DOCUMENTS, type Verdict, verdictsOf } from "./verdict.ts";

/** comparison.json: everything that is said of six models, in numbers. Where nothing else is said, perplexities are "infill". */
export interface Comparison {
  readonly plan: string;
  readonly split: Plan["split"];
  readonly intervals: {
    readonly level: number;
    readonly joint: number;
    readonly resamples: number;
    readonly seed: number;
  };
  readonly leastDocuments: number;
  readonly cells: readonly Cell[];
  readonly gains: readonly Gain[];
  readonly gaps: readonly Gap[];
  readonly generalGaps: readonly GeneralGap[];
  readonly transfers: readonly Transfer[];
  readonly deployments: readonly Deployment[];
  readonly recovery: readonly Recovery[];
  readonly verdicts: readonly Verdict[];
  readonly recommendations: readonly Recommendation[];
  readonly criteria: readonly Criterion[];
}

export interface ComparisonInput {
  readonly plan: Plan;
  readonly tally: LossTally;
  readonly recovery: readonly Recovery[];
  readonly cards: ReadonlyMap<string, ModelCard>;
  readonly trainings: ReadonlyMap<string, Training>;
  readonly resamples: number;
}

/** Compares what was evaluated; what is missing is left out, and said by verdicts and criteria. Throws StudyError "dataset". */
export function comparisonOf({ plan, tally, recovery, cards, trainings, resamples }: ComparisonInput): Comparison {
  const cells = matrixOf(tally);
  const [gains, gaps, transfers] = [gainsOf(tally), gapsOf(tally), transfersOf(plan, tally)];
  const verdicts = verdictsOf({ plan, gains, transfers });
  const deployments = deploymentsOf(tally, cards);
  const recommendations = recommendationsOf(deployments, verdicts);
  const measured = { cells, gains, gaps, transfers, verdicts, recommendations, cards, trainings };
  return {
    ...{ plan: plan.name, split: plan.split, leastDocuments: LEAST_DOCUMENTS },
    intervals: { level: 0.95, joint: JOINT, resamples, seed: plan.seed },
    ...{ cells, gains, gaps, generalGaps: generalGapsOf(tally), transfers, deployments, recovery, verdicts },
    ...{ recommendations, criteria: criteriaOf(measured) },
  };
}

/** Who answered: models that were trained here. */
export const PROVIDER = "models trained here";

/** Whether any of H1 to H3 is decided by the comparison. */
export function isDecided({ verdicts }: Pick<Comparison, "verdicts">): boolean {
  return verdicts.some(({ interval }) => interval !== "not decidable");
}

/** metrics.json; the headline is the gain of level models over the general one, and whether it decides anything. */
export function comparisonMetrics(comparison: Comparison): Metrics {
  const { cells, gains, gaps, generalGaps, transfers, deployments, recovery } = comparison;
  const metric = (name: string, unit: string, n: number, { value, low, high }: Interval): Metric => ({
    ...{ name, value, low, high, n, unit, provider: PROVIDER },
  });
  const documents = (test: string): number => cells.find((cell) => cell.test === test)?.documents ?? 0;
  const tested = gains.reduce((sum, one) => sum + one.documents, 0);
  const routed = deployments.find(({ name }) => name === "level-routed")?.gain ?? undefined;
  const undecided = isDecided(comparison) ? "" : " (H1–H3 are not decided by this run)";
  const headline = `specialisation gain, mean of the levels${undecided}`;
  return {
    headline: routed
      ? metric(headline, "%", tested, routed)
      : { ...metric(headline, "%", 0, { value: 0, low: 0, high: 0 }), low: null, high: null },
    metrics: [
      ...cells.flatMap(({ model, test, documents: n, perplexity }) =>
        MEASURE_NAMES.flatMap((measure) => {
          const found = perplexity[measure];
          return found ? [metric(`${measure} perplexity, ${model} on ${test}`, "perplexity", n, found)] : [];
        }),
      ),
      ...gains.map(({ level, documents: n, gain }) => metric(`specialisation gain, ${level}`, "%", n, gain)),
      ...gains.map(({ level, documents: n, overBest }) =>
        metric(`general model above the best level model, ${level}`, "%", n, overBest),
      ),
      ...gaps.flatMap(({ model, specificity, excess }) => [
        metric(`cross-level gap, ${model}`, "ratio", documents(model), specificity),
        metric(`excess on other levels, ${model}`, "ratio", documents(model), excess),
      ]),
      ...generalGaps.map(({ test, ratio }) =>
        metric(`cross-level gap, all on ${test}`, "ratio", documents(test), ratio),
      ),
      ...transfers.map(({ level, size, documents: n, gain }) =>
        metric(`transfer gain, ${level}, ${sizeText(size)}`, "%", n, gain),
      ),
      ...deployments.map(({ name, perplexity }) =>
        metric(`infill perplexity, ${name}, mean of the levels`, "perplexity", tested, perplexity),
      ),
      ...deployments.flatMap(({ name, gain }) =>
        gain === null ? [] : [metric(`gain over the general model, ${name}`, "%", tested, gain)],
      ),
      ...recovery.map(({ model, test, words, accuracy }) =>
        metric(`word recovery, ${model} on ${test}`, "share", words, accuracy),
      ),
    ],
  };
}

export function sizeText(size: number | null): string {
  return size === null ? "all documents" : `${size.toLocaleString("en-US")} documents`;
}
