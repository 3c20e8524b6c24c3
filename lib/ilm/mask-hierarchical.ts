import type { Paragraph } from "./mask-structure.ts";
import type { Chance } from "./random-chance.ts";

/** The masks of one example: type, start, length of each, one after the other; UTF-16 units of the document. */
export type Spans = readonly number[];

/** Types in the order of their infilling tokens. */
export const HIERARCHICAL = ["document", "paragraph", "sentence", "ngram", "word"] as const;
const [DOCUMENT, PARAGRAPH, SENTENCE, NGRAM, WORD] = [0, 1, 2, 3, 4];

const MOST_WORDS = 8;

/** How likely each unit is masked; `ngram`: that a masked word begins an n-gram. Nothing is drawn where it is 0. */
export interface Probabilities {
  readonly document: number;
  readonly paragraph: number;
  readonly sentence: number;
  readonly word: number;
  readonly ngram: number;
}

/**
 * Masks from the whole down: a masked document has no masked paragraph, and so on. A masked word begins, half of the
 * time, an n-gram of 1 to 8 words (fewer at the end of the sentence).
 * @see Donahue, Lee & Liang 2020, https://aclanthology.org/2020.acl-main.225
 */
export function maskHierarchical(
  text: string,
  paragraphs: readonly Paragraph[],
  p: Probabilities,
  chance: Chance,
): number[] {
  const hit = (probability: number): boolean => probability > 0 && chance.random() < probability;
  if (hit(p.document)) return [DOCUMENT, 0, text.length];
  const spans: number[] = [];
  for (const { start, end, sentences } of paragraphs) {
    if (hit(p.paragraph)) spans.push(PARAGRAPH, start, end - start);
    else
      for (const sentence of sentences) {
        if (hit(p.sentence)) spans.push(SENTENCE, sentence.start, sentence.end - sentence.start);
        else maskWords(sentence.words, p, chance, spans);
      }
  }
  return spans;
}

function maskWords(words: readonly number[], p: Probabilities, chance: Chance, spans: number[]): void {
  if (p.word <= 0) return;
  const count = words.length / 2;
  for (let word = 0; word < count; word++) {
    if (chance.random() >= p.word) continue;
    const isNgram = p.ngram > 0 && chance.random() < p.ngram;
    const length = isNgram ? 1 + chance.below(Math.min(count - word, MOST_WORDS)) : 1;
    const start = words[2 * word] ?? 0;
    const end = words[2 * (word + length) - 1] ?? 0;
    spans.push(isNgram ? NGRAM : WORD, start, end - start);
    word += length - 1;
  }
}
