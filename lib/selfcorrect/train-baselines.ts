import type { Example } from "./train-model.ts";
import { ERROR_MODES, type ErrorMode } from "./types.ts";

/** The mode that stands most often among examples; of equal ones the first in the order of the modes. */
export function majorityMode(examples: readonly Pick<Example, "mode">[]): ErrorMode {
  let [best, most] = [ERROR_MODES[0] as ErrorMode, -1];
  for (const mode of ERROR_MODES) {
    const count = examples.filter((example) => example.mode === mode).length;
    if (count > most) [best, most] = [mode, count];
  }
  return best;
}

/** Words that a reader would go by, looked for in the revised text, the first that is found decides. */
const KEYWORDS: readonly (readonly [ErrorMode, RegExp])[] = [
  ["corrected", /\b(?:apologi[sz]e|apologies|sorry|mistake|error|correction|corrected)\b/i],
  ["wavering", /\b(?:maybe|perhaps|not sure|unsure|might|possibly)\b/i],
  ["overcorrected", /\b(?:actually|on second thoughts?|reconsider(?:ing)?|instead)\b/i],
  ["perfectionism", /\b(?:more precisely|to be precise|rephras\w*|clarif\w*)\b/i],
  ["unchanged_correct", /\b(?:yes|i am (?:sure|confident)|i'm (?:sure|confident)|confirm\w*|indeed|still)\b/i],
];

/** A baseline that reads single words and nothing else. @param otherwise where none stands */
export function keywordMode({ revision }: Pick<Example, "revision">, otherwise: ErrorMode): ErrorMode {
  return KEYWORDS.find(([, words]) => words.test(revision.revisedAnswer))?.[0] ?? otherwise;
}
