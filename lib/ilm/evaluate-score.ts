import { keyedRng } from "corrigenda/rng";
import type { Executor, ModelShape, scoreDocuments } from "corrigenda/train";
import type { Examples } from "./example-file.ts";
import { TARGET } from "./example-layout.ts";
import { type Generator, generateAnswers, likeliest, maskedText } from "./infill-generate.ts";
import { type LossRecord, lossRecord } from "./perplexity-record.ts";
import { type WordRecord, wordMasks } from "./recover.ts";
import { type TokenSetup, testExamples } from "./train-documents.ts";

/** Whose records are made. */
export type Place = Pick<LossRecord, "model" | "test" | "fold">;

export interface ScoreWith {
  readonly score: typeof scoreDocuments;
  readonly executor: Executor;
  readonly model: ModelShape;
  /** Examples that are scored together. */
  readonly batch: number;
}

export interface TestLimits {
  /** Examples of a document at most. */
  readonly each: number;
  /** Documents of a test set; all where absent. */
  readonly documents?: number | undefined;
}

const KINDS = [TARGET.CONTEXT, TARGET.INFILL, TARGET.INFILL_SPECIAL];

/** A record of each document of a test set, in order: the losses of all its examples together. */
export async function* documentLosses(
  { score, executor, model, batch }: ScoreWith,
  examples: Examples,
  setup: TokenSetup,
  place: Place,
  { each, documents }: TestLimits,
): AsyncGenerator<LossRecord> {
  let sums = new Map<number, { sum: number; count: number }>();
  const items = testExamples(examples, setup, { each, documents });
  for await (const { document: item, tallies } of score(executor, items, { model, batch, kinds: KINDS })) {
    for (const [kind, { sum, count }] of tallies) {
      const known = sums.get(kind) ?? { sum: 0, count: 0 };
      sums.set(kind, { sum: known.sum + sum, count: known.count + count });
    }
    if ((item + 1) % each !== 0) continue;
    yield lossRecord({ ...place, document: Math.floor(item / each) }, sums);
    sums = new Map();
  }
}

/** Labels of a record: what was scored. */
export function scoredTokens({ losses }: LossRecord): number {
  return losses.context.count + losses.infill.count + losses.special.count;
}

/** UTF-16 units of a document that are looked at, as in the source. */
const LOOKED_AT = 500;
/** Tokens of an answer at most: a model that never ends would write to the end of its context. */
const ANSWER = 8;
const SIDE_BY_SIDE = 8;

/**
 * Whole words that were masked, and the likeliest answers of a model. The words depend on seed, test set and document, and
 * so does the text around them: every model of a run gets the same. @param type of a masked word
 */
export async function* recoveredWords(
  generator: Generator,
  examples: Examples,
  { setup, decode, seed }: { readonly setup: TokenSetup; decode(ids: number[]): string; readonly seed: number },
  place: Place,
  documents: number,
): AsyncGenerator<WordRecord> {
  const type = Math.max(0, examples.header.types.indexOf("word"));
  let waiting: Task[] = [];
  const answer = async (): Promise<WordRecord[]> => {
    const most = ANSWER * Math.max(1, ...waiting.map(({ words }) => words.length));
    const found = await generateAnswers(generator, waiting, setup.tokens, { most, choose: likeliest });
    const records = waiting.flatMap(({ document, words }, at) =>
      words.map((word, one) => ({
        ...{ ...place, document, word, answer: decode(found[at]?.[one] ?? []).trim() },
        subtokens: setup.tokenizer.encode(` ${word}`).length,
      })),
    );
    waiting = [];
    return records;
  };
  for (let document = 0; document < Math.min(documents, examples.header.documents); document++) {
    const { text } = await examples.document(document);
    const task = wordTask(text, type, setup, generator.context, () => keyedRng(seed, "words", place.test, document));
    if (task) waiting.push({ document, ...task });
    if (waiting.length === SIDE_BY_SIDE) yield* await answer();
  }
  if (waiting.length > 0) yield* await answer();
}

interface Task {
  readonly document: number;
  readonly words: readonly string[];
  readonly ids: readonly number[];
  readonly blanks: number;
}

/** The beginning of a text that leaves room for answers, with words masked; undefined where it has none. */
function wordTask(
  text: string,
  type: number,
  setup: TokenSetup,
  context: number,
  rng: () => ReturnType<typeof keyedRng>,
): Omit<Task, "document"> | undefined {
  for (let within = LOOKED_AT; within >= 1; within = Math.floor(within / 2)) {
    const start = text.slice(0, within).toWellFormed();
    const masks = wordMasks(start, rng(), { within });
    if (masks.length === 0) return undefined;
    const spans = masks.flatMap(({ offset, length }) => [type, offset, length]);
    const blanks = maskedText(start, spans, setup);
    if (!blanks) return undefined;
    if (blanks.ids.length + ANSWER * masks.length > context) continue;
    return { ...blanks, words: masks.map(({ offset, length }) => start.slice(offset, offset + length)) };
  }
  return undefined;
}
