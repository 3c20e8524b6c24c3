import { isStudyError } from "corrigenda/error";
import { loadModel, restoreClassifier } from "./classify-model.ts";
import { RULES_NOTICE, ruleClassifier } from "./classify-rules.ts";
import type { Classifier, Scoring } from "./types.ts";

export { loadModel, Model, restoreClassifier, saveModel, type Trained } from "./classify-model.ts";
export { RULES_NOTICE, ruleClassifier } from "./classify-rules.ts";

/** The texts of the files that `classifier_model_path` and `classifier_vectorizer_path` name; undefined: no such file. */
export interface ClassifierFiles {
  readonly model?: string | undefined;
  readonly vectorizer?: string | undefined;
}

/**
 * The classifier that the files hold; where the model's is missing or broken, the rules, with a notice that says why and is
 * to be shown. Never a random one. Source: R4.38 and research notes, "classifier missing at run time".
 */
export function chooseClassifier(
  { model, vectorizer }: ClassifierFiles,
  scoring: Scoring,
): { readonly classifier: Classifier; readonly notice: string | undefined } {
  if (model === undefined) return { classifier: ruleClassifier(scoring), notice: RULES_NOTICE };
  try {
    return { classifier: restoreClassifier(loadModel(model, vectorizer), scoring), notice: undefined };
  } catch (error) {
    if (!isStudyError(error)) throw error;
    return { classifier: ruleClassifier(scoring), notice: `${error.message}. ${RULES_NOTICE}` };
  }
}
