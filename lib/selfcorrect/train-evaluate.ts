import { isStudyError } from "corrigenda/error";
import {
  areaUnderRoc,
  bootstrapAt,
  brierScore,
  type Classification,
  type Confusion,
  classification,
  confusionMatrix,
  expectedCalibrationError,
  mean,
  type ReliabilityBin,
  reliability,
} from "corrigenda/stats";
import { type Scored, scorer, type Trained } from "./classify-model.ts";
import { ruleClassifier } from "./classify-rules.ts";
import { deltaAccuracyOf, isRightAfter } from "./failure-mode.ts";
import { keywordMode, majorityMode } from "./train-baselines.ts";
import { dealtParts } from "./train-folds.ts";
import { type Choices, type Example, train } from "./train-model.ts";
import { ERROR_MODES, type ErrorMode, type Prediction } from "./types.ts";

/** A value with its 95 % bootstrap interval over groups; null where it is not defined. */
export interface Interval {
  readonly value: number | null;
  readonly low: number | null;
  readonly high: number | null;
}

/** How a classifier does on examples that it did not learn from. */
export interface TrainEvaluation {
  readonly training: number;
  readonly held: number;
  /** Groups of the held-out examples: questions where ids are there. */
  readonly groups: number;
  /** Modes of all examples, each with its count on either side. */
  readonly modes: readonly { readonly mode: ErrorMode; readonly training: number; readonly held: number }[];
  readonly macroF1: Readonly<Record<"trained" | "rules" | "keywords" | "majority" | "trained less rules", Interval>>;
  readonly classes: Classification;
  readonly confusion: Confusion;
  /** That the revised answer is right. `raw` is before calibration. */
  readonly confidence: {
    readonly auroc: Readonly<Record<"trained" | "rules", Interval>>;
    readonly brier: Readonly<Record<"trained" | "raw" | "rules" | "constant", number>>;
    readonly ece: Readonly<Record<"trained" | "raw" | "rules", Interval>>;
    readonly bins: Readonly<Record<"trained" | "raw", readonly ReliabilityBin[]>>;
    /** Accuracy of the most confident share of the answers. */
    readonly selective: readonly { readonly share: number; readonly accuracy: number }[];
  };
  /** Mean squared error of the expected change in accuracy; constant: the training mean. */
  readonly deltaError: Readonly<Record<"trained" | "constant", number>>;
  readonly choices: Choices;
}

/** Source: facts 4.F. */
const HELD_OUT = 0.2;
const RESAMPLES = 1_000;

/**
 * Splits by mode, 80 to 20, the rows of a question on one side; learns from the first part and judges on the second.
 * The classifier that is returned is the one that was judged.
 */
export function trainAndEvaluate(
  examples: readonly Example[],
  { seed, name }: { readonly seed: number; readonly name: string },
): Trained & { readonly evaluation: TrainEvaluation } {
  const modes = examples.map(({ mode }) => mode);
  const groups = examples.map(({ group }) => group);
  const parts = dealtParts(modes, groups, [1 - HELD_OUT, HELD_OUT], seed);
  const training = examples.filter((_, at) => parts[at] === 0);
  const held = examples.filter((_, at) => parts[at] === 1);
  const { model, vectorizer, choices } = train(training, { seed, name });
  return { model, vectorizer, evaluation: evaluate({ model, vectorizer }, { training, held, choices, seed }) };
}

interface Given {
  readonly training: readonly Example[];
  readonly held: readonly Example[];
  readonly choices: Choices;
  readonly seed: number;
}

function evaluate(trained: Trained, { training, held, choices, seed }: Given): TrainEvaluation {
  const score = scorer(trained.model, trained.vectorizer);
  const said = held.map(score);
  const rules = held.map(({ revision, scoring }) => ruleClassifier(scoring).predict(revision));
  const count = (examples: readonly Example[], mode: ErrorMode) => examples.filter((one) => one.mode === mode).length;
  const modes = ERROR_MODES.map((mode) => ({ mode, training: count(training, mode), held: count(held, mode) })).filter(
    (one) => one.training + one.held > 0,
  );
  const actual = held.map(({ mode }) => mode);
  const called = said.map(({ prediction }) => prediction.failure_mode);
  const names = ERROR_MODES.filter(
    (mode) => modes.some((one) => one.mode === mode) || rules.some((one) => one.failure_mode === mode),
  );
  const confusion = confusionMatrix(actual, called, names);
  const majority = majorityMode(training);
  const interval = intervals(held, seed);
  const f1 = (other: readonly ErrorMode[]) => (at: Uint32Array) => macroF1(actual, other, at);
  const byRules = rules.map(({ failure_mode }) => failure_mode);
  return {
    ...{ training: training.length, held: held.length, groups: new Set(held.map(({ group }) => group)).size, modes },
    macroF1: {
      trained: interval(f1(called)),
      rules: interval(f1(byRules)),
      keywords: interval(f1(held.map((one) => keywordMode(one, majority)))),
      majority: interval(f1(held.map(() => majority))),
      "trained less rules": interval((at) => macroF1(actual, called, at) - macroF1(actual, byRules, at)),
    },
    ...{ classes: classification(confusion), confusion, choices },
    confidence: confidenceOf(held, { said, rules, training, interval }),
    deltaError: deltaError(training, held, said, trained),
  };
}

/** What was said of the held-out examples. */
interface Said {
  readonly said: readonly Scored[];
  readonly rules: readonly Prediction[];
  readonly training: readonly Example[];
  readonly interval: ReturnType<typeof intervals>;
}

function confidenceOf(
  held: readonly Example[],
  { said, rules, training, interval }: Said,
): TrainEvaluation["confidence"] {
  const right = held.map(({ mode }) => isRightAfter(mode));
  const trained = said.map(({ prediction }) => prediction.confidence_score);
  const raw = said.map(({ logit }) => 1 / (1 + Math.exp(-logit)));
  const byRules = rules.map(({ confidence_score }) => confidence_score);
  const share = mean(training.map(({ mode }) => Number(isRightAfter(mode))));
  const brier = (ps: readonly number[]): number => brierScore(ps, right);
  const at = <T>(items: readonly T[], places: Uint32Array): T[] => Array.from(places, (place) => items[place] as T);
  const auroc = (ps: readonly number[]) => interval((places) => areaUnderRoc(at(ps, places), at(right, places)));
  const ece = (ps: readonly number[]) =>
    interval((places) => expectedCalibrationError(reliability(at(ps, places), at(right, places))));
  return {
    auroc: { trained: auroc(trained), rules: auroc(byRules) },
    brier: { trained: brier(trained), raw: brier(raw), rules: brier(byRules), constant: brier(right.map(() => share)) },
    ece: { trained: ece(trained), raw: ece(raw), rules: ece(byRules) },
    bins: { trained: reliability(trained, right), raw: reliability(raw, right) },
    selective: selectiveOf(trained, right),
  };
}

function selectiveOf(confidence: readonly number[], right: readonly boolean[]) {
  const order = confidence.map((_, place) => place).sort((a, b) => (confidence[b] ?? 0) - (confidence[a] ?? 0));
  return Array.from({ length: 10 }, (_, tenth) => {
    const taken = order.slice(0, Math.max(1, Math.round((order.length * (tenth + 1)) / 10)));
    return { share: (tenth + 1) / 10, accuracy: mean(taken.map((place) => Number(right[place]))) };
  });
}

/** The modes' probabilities are as if all were equally frequent: their shares bring them back to this data's. */
function deltaError(
  training: readonly Example[],
  held: readonly Example[],
  said: readonly { readonly prediction: Prediction }[],
  { model }: Trained,
): TrainEvaluation["deltaError"] {
  const constant = mean(training.map(({ mode }) => deltaAccuracyOf(mode)));
  const expected = said.map(({ prediction }) => {
    const own = model.modes.map((mode, at) => prediction.all_failure_mode_probs[mode] * (model.shares[at] ?? 0));
    const total = own.reduce((sum, share) => sum + share, 0);
    return model.modes.reduce((sum, mode, at) => sum + (deltaAccuracyOf(mode) * (own[at] ?? 0)) / total, 0);
  });
  const error = (of: (at: number) => number): number =>
    mean(held.map(({ mode }, at) => (of(at) - deltaAccuracyOf(mode)) ** 2));
  return { trained: error((at) => expected[at] ?? 0), constant: error(() => constant) };
}

/** The mean F1 of the modes that are there or were called, as scikit-learn has it. */
function macroF1(actual: readonly ErrorMode[], called: readonly ErrorMode[], positions: Uint32Array): number {
  const counts = new Map<ErrorMode, { hits: number; all: number }>();
  const of = (mode: ErrorMode): { hits: number; all: number } => {
    const own = counts.get(mode) ?? { hits: 0, all: 0 };
    counts.set(mode, own);
    return own;
  };
  for (const at of positions) {
    const [is, was] = [actual[at] as ErrorMode, called[at] as ErrorMode];
    of(is).all += 1;
    of(was).all += 1;
    if (is === was) of(is).hits += 1;
  }
  return mean([...counts.values()].map(({ hits, all }) => (2 * hits) / all));
}

function intervals(held: readonly Example[], seed: number) {
  const clusters = held.map(({ group }) => group);
  return (statistic: (positions: Uint32Array) => number): Interval => {
    try {
      const options = { seed, resamples: RESAMPLES, method: "percentile", clusters } as const;
      const { value, low, high } = bootstrapAt(held.length, statistic, options);
      return { value, low, high };
    } catch (error) {
      // All right or all wrong: there is no such value.
      if (isStudyError(error, "dataset")) return { value: null, low: null, high: null };
      throw error;
    }
  };
}
