import { StudyError } from "corrigenda/error";
import { HIERARCHICAL, maskHierarchical, type Probabilities } from "./mask-hierarchical.ts";
import { maskProperNouns, maskPunctuation, PROPER_NOUN, PUNCTUATION } from "./mask-signs.ts";
import { type StructureReader, structureReader } from "./mask-structure.ts";
import type { Chance } from "./random-chance.ts";

/** A way to mask documents, by the source's name. */
export interface MaskClass {
  /** "ilm.mask.hierarchical.MaskHierarchical" */
  readonly name: string;
  /** In the order of their infilling tokens: a span's type is its place here. */
  readonly types: readonly string[];
  /** Chance of each unit that may be masked. */
  readonly p: number;
  /** Reads a document once and masks it as often as wanted. Spans come in the order of the document. */
  open(text: string): (chance: Chance) => number[];
}

type Builder = (name: string, p: number | undefined) => MaskClass;
const NONE: Probabilities = { document: 0, paragraph: 0, sentence: 0, word: 0, ngram: 0 };
/** Masked characters are then about 15 of 100 (Donahue, Lee & Liang 2020). */
const P = 0.03;

const LEVELS = {
  Documents: (p: number) => ({ ...NONE, document: p }),
  Paragraphs: (p: number) => ({ ...NONE, paragraph: p }),
  Sentences: (p: number) => ({ ...NONE, sentence: p }),
  Ngrams: (p: number) => ({ ...NONE, word: p, ngram: 1 }),
  Words: (p: number) => ({ ...NONE, word: p }),
} as const;

const builders = new Map<string, Builder>([
  ["ilm.mask.hierarchical.MaskHierarchical", hierarchical(false)],
  ["ilm.mask.hierarchical.MaskHierarchicalVerse", hierarchical(true)],
  ...Object.entries(LEVELS).flatMap(([level, probabilities], type): [string, Builder][] => [
    [`ilm.mask.hierarchical.Mask${level}`, single(type, probabilities, false)],
    [`ilm.mask.hierarchical.MaskVerse${level}`, single(type, probabilities, true)],
  ]),
  ["ilm.mask.custom.MaskPunctuation", punctuation],
  ["ilm.mask.custom.MaskProperNoun", properNoun],
]);

export const MASK_CLASSES: readonly string[] = [...builders.keys()];

/**
 * A mask class by the source's name or its last part. @param p its probability, where it is not the class's own
 * Throws StudyError "config".
 */
export function maskClass(name: string, p?: number): MaskClass {
  const full = builders.has(name) ? name : MASK_CLASSES.find((one) => one.endsWith(`.${name}`));
  const build = builders.get(full ?? "");
  if (!full || !build)
    throw new StudyError("config", `no mask class '${name}'; known are ${MASK_CLASSES.join(", ")}`, {
      facts: { name },
    });
  return build(full, p);
}

function hierarchical(verse: boolean): Builder {
  return (name, p = P) => {
    const probabilities = { document: p, paragraph: p, sentence: p, word: p, ngram: 0.5 };
    return { name, types: HIERARCHICAL, p, open: opener(structureReader(verse), probabilities) };
  };
}

/** One level alone: its type is the first, and so is its infilling token. */
function single(type: number, probabilities: (p: number) => Probabilities, verse: boolean): Builder {
  return (name, p = P) => {
    const open = opener(structureReader(verse), probabilities(p));
    const own = (spans: readonly number[]): number[] => spans.map((value, at) => (at % 3 === 0 ? 0 : value));
    return {
      ...{ name, types: [HIERARCHICAL[type] ?? ""], p },
      open: (text) => {
        const mask = open(text);
        return (chance) => own(mask(chance));
      },
    };
  };
}

function opener(read: StructureReader, probabilities: Probabilities): MaskClass["open"] {
  return (text) => {
    const paragraphs = read(text);
    return (chance) => maskHierarchical(text, paragraphs, probabilities, chance);
  };
}

function punctuation(name: string, p = 0.5): MaskClass {
  return { name, types: PUNCTUATION, p, open: (text) => (chance) => maskPunctuation(text, p, chance) };
}

function properNoun(name: string, p = 1): MaskClass {
  const read = structureReader();
  return {
    ...{ name, types: PROPER_NOUN, p },
    open: (text) => {
      const paragraphs = read(text);
      return (chance) => maskProperNouns(text, paragraphs, p, chance);
    },
  };
}
