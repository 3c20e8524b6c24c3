import { isBand, roundToHalf } from "./bands.ts";
import type { PerCriterion } from "./criteria.ts";

const NAMES: PerCriterion<string> = [
  "task\\s+(?:response|achievement)|TR|TA",
  "coherence(?:\\s*(?:and|&)\\s*cohesion)?|cohesion|CC",
  "lexical(?:\\s+resource)?|vocabulary|LR",
  "grammatical(?:\\s+range)?(?:\\s*(?:and|&)\\s*accuracy)?|grammar|GRA",
];
/** Marks, brackets and the words "band", "score" may stand between a name and its number. */
const BETWEEN =
  "(?:[\\s:*_\\[\\](){}=–—|#>-]|\\b(?:band|score|is|of|criterion|task\\s+(?:response|achievement))\\b){1,60}?";
/** A number of one digit, perhaps a half; "2." that opens a line of a list is none, nor is the 2 of "250 words". */
const NUMBER =
  "(\\d(?:\\.\\d+)?)(?![\\d%])(?!\\.?\\d)(?![.)][ \\t]+\\p{L})(?!\\s+(?:words|paragraphs|sentences|errors|ideas)\\b)";

const PATTERNS = NAMES.map((name) => new RegExp(`(?<![\\p{L}\\p{N}])(?:${name})${BETWEEN}${NUMBER}`, "giu"));

/**
 * The criterion bands that an evaluation's text names, undefined where it names none. Where it names several (a heading
 * and a summary), the last one counts.
 */
export function evaluationBands(text: string): PerCriterion<number | undefined> {
  return PATTERNS.map((pattern) => {
    const values = [...text.matchAll(pattern)].map(([, value]) => roundToHalf(Number(value))).filter(isBand);
    return values.at(-1);
  }) as unknown as PerCriterion<number | undefined>;
}
