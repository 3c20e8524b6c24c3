import type { Paragraph } from "./mask-structure.ts";
import { isWhite } from "./mask-whitespace.ts";
import type { Chance } from "./random-chance.ts";

export const PUNCTUATION = ["sentence_terminal", "other"] as const;
export const PROPER_NOUN = ["proper_noun"] as const;

const TERMINAL: ReadonlySet<string> = new Set([".", "?", "!"]);

/** Masks each character that is no letter, digit or white space with probability `p`. */
export function maskPunctuation(text: string, p: number, chance: Chance): number[] {
  const spans: number[] = [];
  let at = 0;
  for (const character of text) {
    if (!/[\p{L}\p{N}]/u.test(character) && !isWhite(character) && chance.random() < p)
      spans.push(TERMINAL.has(character) ? 0 : 1, at, character.length);
    at += character.length;
  }
  return spans;
}

/** Words that begin sentences and are no names. */
const COMMON =
  /^(?:i|me|my|mine|we|us|our|you|your|he|him|his|she|her|it|its|they|them|their|this|that|these|those|there|here|the|an?|and|or|but|nor|so|yet|if|then|than|because|since|while|when|where|why|how|who|whom|whose|what|which|in|on|at|by|for|from|to|of|off|with|without|about|after|before|between|during|under|over|up|down|out|as|like|not|no|yes|all|any|some|many|much|most|more|few|each|every|both|one|two|three|first|second|last|next|also|only|just|very|too|now|today|tomorrow|yesterday|soon|sometimes|usually|always|often|never|maybe|please|thank|thanks|dear|hello|hi|hey|bye|sorry|well|ok|is|are|was|were|be|been|am|do|does|did|have|has|had|can|could|will|would|shall|should|may|might|must|let|go|come|see|look|get|make|take|give|tell|ask|try|however|although|finally|firstly|secondly|moreover|therefore|besides|actually|regards|best)$/i;

/**
 * Masks English proper nouns. They are words with a capital that stand inside a sentence, or at its start unless they
 * are common there: what a tagger calls NNP, without its model. German writes all nouns so: not for German.
 */
export function maskProperNouns(text: string, paragraphs: readonly Paragraph[], p: number, chance: Chance): number[] {
  const spans: number[] = [];
  for (const { sentences } of paragraphs)
    for (const { words } of sentences)
      for (let at = 0; at < words.length; at += 2) {
        const [start = 0, end = 0] = words.slice(at, at + 2);
        const word = text.slice(start, end);
        if (/^\p{Lu}[\p{L}'-]*$/u.test(word) && !COMMON.test(word) && chance.random() < p)
          spans.push(0, start, end - start);
      }
  return spans;
}
