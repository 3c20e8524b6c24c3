import { keyedRng } from "corrigenda/rng";
import type { Tokenizer } from "corrigenda/text";
import type { Documents, Example as TrainExample } from "corrigenda/train";
import { documentExamples, type LayoutOptions } from "./example-document.ts";
import type { Examples } from "./example-file.ts";
import type { Example } from "./example-layout.ts";
import type { MaskedDocument } from "./mask-document.ts";
import type { Spans } from "./mask-hierarchical.ts";

/** How masked documents become tokens. */
export interface TokenSetup extends LayoutOptions {
  readonly tokenizer: Pick<Tokenizer, "encode" | "byteLength">;
}

export interface ChosenDocuments {
  readonly seed: number;
  /** At most; all where absent. */
  readonly documents?: number | undefined;
}

/**
 * Documents to train on: in every epoch one of each document's masks, drawn by seed, document and epoch alone. A mask that
 * fits no tokens gives way to the next one; a document without any is trained on as it stands.
 */
export function trainingDocuments(
  examples: Pick<Examples, "header" | "document">,
  setup: TokenSetup,
  { seed, documents = Number.POSITIVE_INFINITY }: ChosenDocuments,
): Documents {
  return {
    size: Math.min(documents, examples.header.documents),
    example: async (document, epoch) => {
      const masked = await examples.document(document);
      for (const spans of keyedRng(seed, "mask of epoch", document, epoch).shuffle(masked.examples)) {
        const example = laidOut(masked, spans, setup);
        if (example) return forTrainer(example);
      }
      return forTrainer(bare(masked, setup));
    },
  };
}

/** Masked examples to score, each counted as a document: as many as asked for, drawn from the whole file. */
export function scoredExamples(
  examples: Pick<Examples, "header" | "document" | "locate">,
  setup: TokenSetup,
  { seed, documents: most }: ChosenDocuments,
): Documents {
  const { examples: all } = examples.header;
  const chosen = most === undefined || most >= all ? undefined : drawn(all, most, seed);
  return {
    size: chosen?.length ?? all,
    example: async (at) => {
      const place = examples.locate(chosen?.[at] ?? at);
      const masked = await examples.document(place.document);
      return forTrainer(laidOut(masked, masked.examples[place.example] ?? [], setup) ?? bare(masked, setup));
    },
  };
}

/** The first masks of each document that fit its tokens, up to `each`: item `document * each + one`. */
export function testExamples(
  examples: Pick<Examples, "header" | "document">,
  setup: TokenSetup,
  { each, documents = Number.POSITIVE_INFINITY }: { readonly each: number; readonly documents?: number | undefined },
): Documents {
  let [known, laid]: [number, readonly Example[]] = [-1, []];
  return {
    size: each * Math.min(documents, examples.header.documents),
    example: async (item) => {
      const document = Math.floor(item / each);
      if (document !== known) {
        const masked = await examples.document(document);
        [known, laid] = [document, documentExamples(masked, setup.tokenizer, setup, new Map())];
        if (laid.length === 0) laid = [bare(masked, setup)];
      }
      // Documents with few masks give the same example again: every document has its weight by labels, not by masks.
      return forTrainer(laid[(item % each) % laid.length] as Example);
    },
  };
}

function laidOut(masked: MaskedDocument, spans: Spans, setup: TokenSetup): Example | undefined {
  return documentExamples({ text: masked.text, examples: [spans] }, setup.tokenizer, setup, new Map())[0];
}

/** A document without masks: context alone. */
function bare({ text }: MaskedDocument, setup: TokenSetup): Example {
  const whole = { ...setup, skipNaiveIncomplete: false };
  return laidOut({ text, examples: [] }, [], whole) as Example;
}

function forTrainer({ ids, types }: Example): TrainExample {
  return { tokens: ids, kinds: types };
}

/** Distinct numbers below `all`, ascending; memory grows with `most` alone. */
function drawn(all: number, most: number, seed: number): readonly number[] {
  const rng = keyedRng(seed, "scored examples");
  const found = new Set<number>();
  // Floyd's: Bentley & Floyd 1987, Programming Pearls.
  for (let last = all - most; last < all; last++) {
    const one = rng.int(last + 1);
    found.add(found.has(one) ? last : one);
  }
  return [...found].sort((a, b) => a - b);
}
