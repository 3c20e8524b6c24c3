import { StudyError } from "corrigenda/error";
import { mean } from "corrigenda/stats";
import { modelOf, type Trained } from "./classify-model.ts";
import { isRightAfter } from "./failure-mode.ts";
import { columnCount, fitScales, fitVectorizer, rowMaker, type Step } from "./features-rows.ts";
import type { SparseRow } from "./tfidf.ts";
import { type CalibrationChoice, chooseCalibration, fitTemperature } from "./train-calibration.ts";
import { dealtParts } from "./train-folds.ts";
import { addScores, fitSoftmax, type Softmax, type SoftmaxProblem, softmaxInPlace } from "./train-softmax.ts";
import { ERROR_MODES, type ErrorMode } from "./types.ts";

/** A step whose mode is known. */
export interface Example extends Step {
  readonly mode: ErrorMode;
  /** Examples of one group, such as those of one question, are never on both sides of a split. */
  readonly group: string;
}

export interface TrainOptions {
  readonly seed: number;
  readonly name?: string;
  /** To choose from, by the log loss on folds that were left out; one alone is taken as it is. */
  readonly penalties?: readonly number[];
  /** [2, ...) */
  readonly folds?: number;
}

/** Questions that folds can be made of. */
const LEAST_GROUPS = 10;

/** What was chosen on the folds. */
export interface Choices {
  readonly modePenalty: number;
  readonly rightPenalty: number;
  readonly temperature: number;
  readonly calibration: CalibrationChoice;
}

/**
 * Learns both heads: failure modes by softmax regression in which each mode weighs the same, and the chance that the revised
 * answer is right by logistic regression. The source regressed the change in accuracy, [-1, 1], and called it confidence; the
 * mode says whether the revised answer is right, so that is what the second head learns. Deterministic.
 * @throws StudyError "dataset" where there is nothing to tell apart
 */
export function train(
  examples: readonly Example[],
  { seed, name = "trained", penalties = [1, 10, 100], folds: count = 5 }: TrainOptions,
): Trained & { readonly choices: Choices } {
  const modes = ERROR_MODES.filter((mode) => examples.some((example) => example.mode === mode));
  const rights = examples.map(({ mode }) => isRightAfter(mode));
  checkEnough(examples, modes, new Set(rights).size);
  const scales = fitScales(examples);
  const vectorizer = fitVectorizer(examples);
  const problem = { rows: examples.map(rowMaker(scales, vectorizer)), columns: columnCount(scales, vectorizer) };
  const labels = examples.map(({ mode }) => modes.indexOf(mode));
  const shares = modes.map((_, label) => labels.filter((own) => own === label).length / examples.length);
  const balanced = labels.map((label) => 1 / (modes.length * (shares[label] ?? 1)));
  const folds = foldsOf(examples, count, seed);
  const modeHead = fitHead({ ...problem, labels, weights: balanced, classes: modes.length }, penalties, folds);
  const even = labels.map(() => 1);
  const rightHead = fitHead({ ...problem, labels: rights.map(Number), weights: even, classes: 2 }, penalties, folds);
  const temperature = fitTemperature(modeHead.leftOut, labels, balanced);
  const logits = rightHead.leftOut.map((scores) => (scores[1] ?? 0) - (scores[0] ?? 0));
  const calibration = chooseCalibration(logits, rights, folds);
  const model = modelOf({
    ...{ name, modes, shares, scales, temperature, calibration: calibration.calibration },
    modeWeights: [...modeHead.model.weights, ...modeHead.model.intercepts].map(shortened),
    rightWeights: differences(rightHead.model).map(shortened),
  });
  const choices = { modePenalty: modeHead.penalty, rightPenalty: rightHead.penalty, temperature, calibration };
  return { model, vectorizer, choices };
}

function checkEnough(examples: readonly Example[], modes: readonly ErrorMode[], outcomes: number): void {
  const groups = new Set(examples.map(({ group }) => group)).size;
  if (modes.length > 1 && outcomes > 1 && groups >= LEAST_GROUPS) return;
  throw new StudyError(
    "dataset",
    `training: ${examples.length} rows of ${groups} questions and ${modes.length} failure modes are too few; ${LEAST_GROUPS} questions, two modes, right and wrong answers are needed`,
    { facts: { rows: examples.length, groups, modes: modes.length } },
  );
}

function foldsOf(examples: readonly Example[], count: number, seed: number): number[] {
  return dealtParts(
    examples.map(({ mode }) => mode),
    examples.map(({ group }) => group),
    Array.from({ length: count }, () => 1 / count),
    seed,
  );
}

/** Seven digits: half the file, and no prediction that differs. */
function shortened(weight: number): number {
  return Number(weight.toPrecision(7));
}

/** Two classes as one: weights and intercept of their log odds. */
function differences({ weights, intercepts }: Softmax): number[] {
  const all = [...weights, ...intercepts];
  return Array.from({ length: all.length / 2 }, (_, at) => (all[2 * at + 1] ?? 0) - (all[2 * at] ?? 0));
}

interface Head {
  readonly model: Softmax;
  readonly penalty: number;
  /** [n][classes] Scores of each row by the model that did not see its fold. */
  readonly leftOut: readonly Float64Array[];
}

function fitHead(
  problem: Omit<SoftmaxProblem, "penalty">,
  penalties: readonly number[],
  folds: readonly number[],
): Head {
  // From strong to weak: each fit starts where the one before ended.
  const tried = [...penalties].sort((a, b) => b - a);
  const leftOut = tried.map((): Float64Array[] => []);
  const names = [...new Set(folds)].sort((a, b) => a - b);
  for (const fold of names) {
    const inside = partOf(problem, (at) => folds[at] !== fold);
    let model: Softmax | undefined;
    for (const [place, penalty] of tried.entries()) {
      model = fitted({ ...inside, penalty }, model);
      for (const [at, row] of problem.rows.entries())
        if (folds[at] === fold && leftOut[place]) leftOut[place][at] = scoresOf(model, row);
    }
  }
  const losses = leftOut.map((scores) => lossOf(scores, problem));
  const best = losses.indexOf(Math.min(...losses));
  const penalty = tried[best] ?? 1;
  return { model: fitted({ ...problem, penalty }), penalty, leftOut: leftOut[best] ?? [] };
}

/** As fine as scikit-learn's default: the slope per row. */
function fitted(problem: SoftmaxProblem, start?: Softmax): Softmax {
  return fitSoftmax(problem, start, 1e-4 * problem.rows.length);
}

function partOf(
  problem: Omit<SoftmaxProblem, "penalty">,
  keeps: (at: number) => boolean,
): Omit<SoftmaxProblem, "penalty"> {
  const kept = <T>(items: readonly T[]): T[] => items.filter((_, at) => keeps(at));
  return { ...problem, rows: kept(problem.rows), labels: kept(problem.labels), weights: kept(problem.weights) };
}

function scoresOf({ classes, weights, intercepts }: Softmax, row: SparseRow): Float64Array {
  const scores = new Float64Array(classes);
  addScores(row, weights, intercepts, scores);
  return scores;
}

function lossOf(scores: readonly Float64Array[], { labels, weights }: Omit<SoftmaxProblem, "penalty">): number {
  return mean(
    scores.map((own, at) => {
      const label = own[labels[at] ?? 0] ?? 0;
      return (weights[at] ?? 0) * (softmaxInPlace(Float64Array.from(own)) - label);
    }),
  );
}
