import { markedPart } from "./score-text.ts";
import type { Scoring } from "./types.ts";

const DECISIVE = /(?<![\p{L}\p{N}_])(?:yes|no|true|false)(?![\p{L}\p{N}_])/iu;

/** BoolQ: the first yes, no, true or false behind "Answer:", else of the whole reply. */
export const boolqScoring: Scoring = {
  name: "boolq",
  instruction: "Answer from the text above. Begin with one word, yes or no.",
  extract: verdict,
  isCorrect: (text, reference) => {
    const said = verdict(text);
    return said !== undefined && said === verdict(reference);
  },
  same: (a, b) => a === b || (verdict(a) !== undefined && verdict(a) === verdict(b)),
};

function verdict(text: string): "yes" | "no" | undefined {
  const word = (DECISIVE.exec(markedPart(text) ?? "") ?? DECISIVE.exec(text))?.[0].toLowerCase();
  return word === undefined ? undefined : word === "yes" || word === "true" ? "yes" : "no";
}
