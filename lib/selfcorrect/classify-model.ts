import { StudyError } from "corrigenda/error";
import { parseJson } from "corrigenda/json";
import { z } from "zod";
import { COLUMN_NAMES } from "./features-columns.ts";
import { columnCount, rowMaker, Scales, type Step } from "./features-rows.ts";
import { Vectorizer } from "./tfidf.ts";
import { Calibration, calibrated } from "./train-calibration.ts";
import { addScores, softmaxInPlace } from "./train-softmax.ts";
import { type Classifier, ERROR_MODES, type ErrorMode, type Prediction, type Scoring } from "./types.ts";

const FORMAT = "corrigenda failure-mode classifier";

/** A trained model, as its file has it; the vectorizer is in the same file or in one of its own. */
export const Model = z.strictObject({
  format: z.literal(FORMAT),
  version: z.literal(1),
  name: z.string(),
  /** Modes that were among the training rows; the others get probability 0. */
  modes: z.array(z.enum(ERROR_MODES)).min(2),
  /** [modes] Their shares of the training rows. */
  shares: z.array(z.number().positive()),
  scales: Scales,
  /** [columns][modes], row by row, then [modes] the intercepts. */
  modeWeights: z.array(z.number()),
  /** [columns], then the intercept: log odds that the revised answer is right. */
  rightWeights: z.array(z.number()),
  /** Of the modes' scores. */
  temperature: z.number().positive(),
  /** Of the log odds. */
  calibration: Calibration,
});
export type Model = z.infer<typeof Model>;

/** @param facts what was learnt, without the marks of the file's form */
export function modelOf(facts: Omit<Model, "format" | "version">): Model {
  return { format: FORMAT, version: 1, ...facts };
}

/** What both heads say of a step, before and after calibration. */
export interface Scored {
  readonly prediction: Prediction;
  /** Log odds, uncalibrated. */
  readonly logit: number;
}

/** Reads a step with a model. @throws StudyError "dataset" where the sizes of model and vectorizer do not fit */
export function scorer(model: Model, vectorizer: Vectorizer): (step: Step) => Scored {
  const { modes, modeWeights, rightWeights, temperature, calibration, scales } = model;
  const [columns, stride] = [columnCount(scales, vectorizer), modes.length + 1];
  const fits =
    modeWeights.length === (columns + 1) * modes.length &&
    rightWeights.length === columns + 1 &&
    model.shares.length === modes.length &&
    vectorizer.idf.length === vectorizer.terms.length &&
    scales.columns.map(({ name }) => name).join() === COLUMN_NAMES.join();
  if (!fits)
    throw new StudyError("dataset", `classifier ${model.name}: its weights do not fit its columns; train it again`);
  // Both heads side by side: one walk over a row's entries.
  const weights = new Float64Array(columns * stride);
  const intercepts = new Float64Array(stride);
  for (let column = 0; column <= columns; column++) {
    const [into, base] = column < columns ? [weights, column * stride] : [intercepts, 0];
    for (let one = 0; one < modes.length; one++) into[base + one] = modeWeights[column * modes.length + one] ?? 0;
    into[base + modes.length] = rightWeights[column] ?? 0;
  }
  const rowOf = rowMaker(scales, vectorizer);
  const scores = new Float64Array(stride);
  const shares = scores.subarray(0, modes.length);
  return (step) => {
    addScores(rowOf(step), weights, intercepts, scores);
    const logit = scores[modes.length] ?? 0;
    for (let one = 0; one < modes.length; one++) shares[one] = (shares[one] ?? 0) / temperature;
    softmaxInPlace(shares);
    return { prediction: predictionOf(modes, shares, calibrated(calibration, logit)), logit };
  };
}

function predictionOf(modes: readonly ErrorMode[], shares: Float64Array, right: number): Prediction {
  const probs: Record<ErrorMode, number> = {
    ...{ anchored: 0, overcorrected: 0, corrected: 0, unchanged_correct: 0, wavering: 0, perfectionism: 0 },
  };
  let best = 0;
  for (let one = 0; one < modes.length; one++) {
    const mode = modes[one];
    if (mode !== undefined) probs[mode] = shares[one] ?? 0;
    if ((shares[one] ?? 0) > (shares[best] ?? 0)) best = one;
  }
  return {
    failure_mode: modes[best] ?? "anchored",
    failure_mode_confidence: shares[best] ?? 0,
    confidence_score: right,
    all_failure_mode_probs: probs,
  };
}

/** A trained classifier: a model and the vectorizer that it was trained with. */
export interface Trained {
  readonly model: Model;
  readonly vectorizer: Vectorizer;
}

/** The classifier of a trained model. The same step always gets the same prediction. */
export function restoreClassifier({ model, vectorizer }: Trained, scoring: Scoring): Classifier {
  const score = scorer(model, vectorizer);
  return { name: model.name, predict: (revision) => score({ revision, scoring }).prediction };
}

/** One file with both, as JSON text. Source: R4.77. */
export function saveModel(model: Model, vectorizer: Vectorizer): string {
  return `${JSON.stringify({ ...model, vectorizer })}\n`;
}

const ModelFile = Model.extend({ vectorizer: Vectorizer.optional() });
const VectorizerFile = z.union([
  Vectorizer,
  z.looseObject({ vectorizer: Vectorizer }).transform((file) => file.vectorizer),
]);

/**
 * Reads what saveModel wrote. A second text, where there is one, brings the vectorizer: a file of its own, or such a file again.
 * @throws StudyError "dataset" for anything else
 */
export function loadModel(model: string, vectorizer?: string): Trained {
  const { vectorizer: own, ...rest } = parsed(ModelFile, model, "the model");
  const found = vectorizer === undefined ? own : parsed(VectorizerFile, vectorizer, "the vectorizer");
  if (!found) throw new StudyError("dataset", "the model's file holds no vectorizer; name the vectorizer's file too");
  const trained = { model: rest, vectorizer: found };
  scorer(rest, found);
  return trained;
}

function parsed<T>(schema: z.ZodType<T>, text: string, what: string): T {
  const result = schema.safeParse(parseJson(text));
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const where = issue && issue.path.length > 0 ? ` (${issue.path.slice(0, 3).join(".")}: ${issue.message})` : "";
  throw new StudyError(
    "dataset",
    `${what} is no file that train-classifier wrote${where}; files of PyTorch or pickle cannot be read: train again`,
  );
}
