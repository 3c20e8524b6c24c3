export { type BleuSmoothing, bleu, corpusBleu } from "./metrics-bleu.ts";
export { chrf, corpusChrf } from "./metrics-chrf.ts";
export {
  type CorrectionScore,
  correctionCounts,
  correctionScore,
  type EditCounts,
  type SpanEdit,
  spanEdits,
} from "./metrics-edits.ts";
export { type GleuCounts, type GleuSentence, gleu, gleuCounts, gleuOf } from "./metrics-gleu.ts";
export { meteor } from "./metrics-meteor.ts";
export { type Rouge, rougeL, rougeN } from "./metrics-rouge.ts";
export { stem } from "./metrics-stem.ts";
export { tokens } from "./metrics-tokens.ts";
