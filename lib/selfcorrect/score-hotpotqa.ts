import { answerPart } from "./score-text.ts";
import type { Scoring } from "./types.ts";

/** Of an answer's words or of its supporting facts, each in [0, 1]. */
export interface MatchScore {
  readonly em: number;
  readonly f1: number;
  readonly precision: number;
  readonly recall: number;
}

/** A title and the number of a sentence, from 0. */
export type SupportingFact = readonly [title: string, sentence: number];

const NO_MATCH = { f1: 0, precision: 0, recall: 0 };
const CLOSED: readonly string[] = ["yes", "no", "noanswer"];
const PUNCTUATION = /[!-/:-@[-`{-~]/g; // Python's string.punctuation: ASCII alone, a curly quote stays
const ARTICLE = /(?<![\p{L}\p{N}_])(?:a|an|the)(?![\p{L}\p{N}_])/gu; // Python's \b knows all letters
// biome-ignore lint/suspicious/noControlCharactersInRegex: Python's str.split() parts at these four as well
const SPACE = /[\p{White_Space}\x1c-\x1f]+/u;

/** HotpotQA by its official rule: equality of the normalised answers. */
export function hotpotqaScoring(name: string): Scoring {
  return {
    name,
    instruction:
      'Answer in as few words as possible, on a last line of its own: "Answer:" and the answer; yes or no where that is asked.',
    extract: (text) => normalizeAnswer(answerPart(text)) || undefined,
    isCorrect: (text, reference) => answerScore(answerPart(text), reference).em === 1,
    same: (a, b) => normalizeAnswer(a) === normalizeAnswer(b),
  };
}

/** Lower case, without punctuation, articles and extra spaces. @see hotpot_evaluate_v1.py, normalize_answer */
export function normalizeAnswer(text: string): string {
  return words(text.toLowerCase().replace(PUNCTUATION, "").replace(ARTICLE, " ")).join(" ");
}

/**
 * Exact match and F1 over words of a predicted answer. Where one side is yes, no or noanswer and the other is not the same, all is 0.
 * @see https://github.com/hotpotqa/hotpot hotpot_evaluate_v1.py, f1_score
 */
export function answerScore(prediction: string, gold: string): MatchScore {
  const [predicted, expected] = [normalizeAnswer(prediction), normalizeAnswer(gold)];
  const em = predicted === expected ? 1 : 0;
  if (em === 0 && (CLOSED.includes(predicted) || CLOSED.includes(expected))) return { em, ...NO_MATCH };
  const [mine, theirs] = [words(predicted), words(expected)];
  const left = new Map<string, number>();
  for (const word of theirs) left.set(word, (left.get(word) ?? 0) + 1);
  let common = 0;
  for (const word of mine) {
    const count = left.get(word) ?? 0;
    if (count > 0) common += 1;
    left.set(word, count - 1);
  }
  if (common === 0) return { em, ...NO_MATCH };
  return { em, ...harmonic(common / mine.length, common / theirs.length) };
}

/** Exact match and F1 of two sets of supporting facts. @see hotpot_evaluate_v1.py, update_sp */
export function supportingFactScore(
  prediction: readonly SupportingFact[],
  gold: readonly SupportingFact[],
): MatchScore {
  const mine = new Set(prediction.map((fact) => JSON.stringify(fact)));
  const theirs = new Set(gold.map((fact) => JSON.stringify(fact)));
  const common = [...mine].filter((fact) => theirs.has(fact)).length;
  const em = common === mine.size && common === theirs.size ? 1 : 0;
  return { em, ...harmonic(mine.size === 0 ? 0 : common / mine.size, theirs.size === 0 ? 0 : common / theirs.size) };
}

/** Answer and facts together: products of the precisions, of the recalls and of the exact matches. */
export function jointScore(answer: MatchScore, facts: MatchScore): MatchScore {
  return { em: answer.em * facts.em, ...harmonic(answer.precision * facts.precision, answer.recall * facts.recall) };
}

function harmonic(precision: number, recall: number): Omit<MatchScore, "em"> {
  const f1 = precision + recall > 0 ? (2 * precision * recall) / (precision + recall) : 0;
  return { f1, precision, recall };
}

function words(text: string): string[] {
  return text.split(SPACE).filter((word) => word !== "");
}
