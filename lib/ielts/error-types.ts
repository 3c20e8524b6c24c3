import { ERROR_TYPES, type ErrorType } from "./criteria.ts";

/** Words of the labels that models invent, in the order in which they decide. */
const WORDS: readonly (readonly [ErrorType, RegExp])[] = [
  [
    "grammar",
    /gramm|syntax|tense|agreement|article|preposition|plural|singular|verb|noun|pronoun|clause|fragment|run[- ]?on|comma|punctuat|capital|determiner|conditional|modal|passive|participle|gerund|infinitive|possessive|word order|sentence (?:structure|construction)|countab|subject/,
  ],
  [
    "coherence",
    /coheren|cohes|link|transition|connect|conjunction|paragraph|referenc|flow|organi[sz]|sequenc|progression|logical|structure|repetitive structure/,
  ],
  [
    "task",
    /task|argument|position|relevan|develop|support|example|idea|off[- ]?topic|overgenerali[sz]|conclusion|thesis|content|evidence|clarity of (?:position|view)|response|generali[sz]/,
  ],
  [
    "lexical",
    /lexi|word|vocab|colloc|spell|idiom|diction|register|informal|phras|repetit|redundan|wordiness|style|expression|usage|terminolog|clarity|tone/,
  ],
];

/** One of the five types for whatever a model called an error. */
export function errorType(label: string): ErrorType {
  const plain = label.trim().toLowerCase().replace(/[_-]+/g, " ");
  const exact = ERROR_TYPES.find((type) => type === plain);
  if (exact) return exact;
  return WORDS.find(([, words]) => words.test(plain))?.[0] ?? "other";
}
