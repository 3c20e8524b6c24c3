import { sentencesOf } from "./mask-sentences.ts";
import { lines, type Stretch, stanzas } from "./mask-whitespace.ts";
import { type WordCutter, wordCutter } from "./mask-words.ts";

/** A line of verse or a sentence, and its words. */
export interface Sentence extends Stretch {
  /** Start and end of each word, one after the other, in UTF-16 units of the document. */
  readonly words: readonly number[];
}

/** A non-empty line; in verse, a stanza. */
export interface Paragraph extends Stretch {
  readonly sentences: readonly Sentence[];
}

/** Reads documents into paragraphs, sentences and words, which are all stretches of the document. */
export type StructureReader = (text: string) => readonly Paragraph[];

/** @param verse stanzas and lines in place of paragraphs and sentences */
export function structureReader(verse = false, cutter: WordCutter = wordCutter()): StructureReader {
  const [paragraphsOf, partsOf] = verse ? [stanzas, lines] : [lines, sentencesOf];
  return (text) =>
    paragraphsOf(text, { start: 0, end: text.length }).map((paragraph) => ({
      ...paragraph,
      sentences: partsOf(text, paragraph).map((sentence) => {
        const words: number[] = [];
        cutter.cut(text, sentence, words);
        return { ...sentence, words };
      }),
    }));
}
