import { type Signs, signsOf } from "./features.ts";
import { type Classifier, ERROR_MODES, type ErrorMode, type Prediction, type Scoring } from "./types.ts";

/** What a caller says once where it falls back on the rules. */
export const RULES_NOTICE =
  "no trained classifier: error modes and confidences come from fixed rules and are not calibrated; scripts/selfcorrect/train-classifier.ts trains one";

/**
 * P(right) of a GSM8K solution by the share of three other solvers that agree with it: 0, 1/3, 2/3, 1.
 * Counted over OpenAI's example model solutions (research notes §5.D); those were other models, not one model asked again.
 */
const RIGHT_BY_AGREEMENT = [0.098, 0.51, 0.837, 0.957] as const;
/** P(right) where a `<<a=b>>` annotation does not add up (same source); also where no answer can be read. */
const RIGHT_IF_BROKEN = 0.05;
const OTHERS = 3;

/**
 * The default without a model file. The confidence is the agreement of the answer with those before it, read off a
 * published-data curve; answers not yet given count one half each. It splits the modes that are possible:
 *
 * | the answer | right after | wrong after |
 * |---|---|---|
 * | is as before | unchanged_correct | anchored |
 * | has changed | corrected; perfectionism where one answer holds the other | overcorrected; wavering where the one before was broken or the new one had been left before |
 *
 * Uncalibrated, deterministic.
 */
export function ruleClassifier(scoring: Pick<Scoring, "extract" | "same">): Classifier {
  return { name: "rules", predict: (revision) => predictionOf(signsOf(revision, scoring)) };
}

function predictionOf(signs: Signs): Prediction {
  const right = confidenceOf(signs);
  const probs = signs.same ? steady(right) : changed(right, signs);
  let failure_mode: ErrorMode = "anchored";
  for (const mode of ERROR_MODES) if (probs[mode] > probs[failure_mode]) failure_mode = mode;
  return {
    failure_mode,
    failure_mode_confidence: probs[failure_mode],
    confidence_score: right,
    all_failure_mode_probs: probs,
  };
}

function confidenceOf({ hasAnswer, calculatorFaults, others, agreeing }: Signs): number {
  if (!hasAnswer || calculatorFaults > 0) return RIGHT_IF_BROKEN;
  const share = others >= OTHERS ? agreeing / others : (agreeing + (OTHERS - others) / 2) / OTHERS;
  const below = Math.min(OTHERS - 1, Math.floor(share * OTHERS));
  const [low, high] = [RIGHT_BY_AGREEMENT[below] ?? 0, RIGHT_BY_AGREEMENT[below + 1] ?? 0];
  return low + (share * OTHERS - below) * (high - low);
}

type Probs = Record<ErrorMode, number>;

const NEVER: Probs = {
  ...{ anchored: 0, overcorrected: 0, corrected: 0, unchanged_correct: 0, wavering: 0, perfectionism: 0 },
};

function steady(right: number): Probs {
  return { ...NEVER, unchanged_correct: right, anchored: 1 - right };
}

/** The shares of the less likely readings are judgement, not measured. */
function changed(right: number, { contained, wasBroken, returned }: Signs): Probs {
  const perfectionism = contained ? 0.8 : 0.05;
  const wavering = wasBroken || returned ? 0.8 : 0.4;
  return {
    ...NEVER,
    corrected: right * (1 - perfectionism),
    perfectionism: right * perfectionism,
    wavering: (1 - right) * wavering,
    overcorrected: (1 - right) * (1 - wavering),
  };
}
