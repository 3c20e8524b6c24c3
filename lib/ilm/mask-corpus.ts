import { SEPARATOR } from "./corpus-text.ts";
import { type Records, recordWriter } from "./example-record.ts";
import { maskClass } from "./mask-classes.ts";
import { type MaskedDocument, type MaskLimits, type MaskTally, maskDocument } from "./mask-document.ts";
import { strip } from "./mask-whitespace.ts";
import { documentChance, pythonChance, shuffleInPlace } from "./random-chance.ts";

/** How the documents of a file are masked. */
export interface MaskPlan {
  readonly maskClass: string;
  readonly p?: number | undefined;
  readonly seed: number;
  readonly limits: MaskLimits;
  /** Only the first so many documents of the file. */
  readonly documents?: number | undefined;
}

/** A part of a corpus file that begins and ends with whole documents. */
export interface CorpusBlock {
  /** UTF-8. */
  readonly bytes: Uint8Array;
  /** Number of its first document in the file. */
  readonly first: number;
}

/** What came of a block. */
export interface MaskedBlock extends Records, MaskTally {
  /** Characters (UTF-16 units) of all examples' documents, and of their spans. */
  readonly characters: number;
  readonly masked: number;
  readonly spans: number;
}

/** Documents of a block, in the order of the file; empty ones are left out, and keep their number. */
export function* blockDocuments({
  bytes,
  first,
}: CorpusBlock): Generator<{ readonly text: string; readonly number: number }> {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8");
  let number = first;
  for (const part of text.split(SEPARATOR)) {
    const document = strip(part);
    if (document !== "") yield { text: document, number };
    number += 1;
  }
}

/** All documents of a file. */
export async function allTexts(blocks: AsyncIterable<CorpusBlock>): Promise<string[]> {
  const texts: string[] = [];
  for await (const block of blocks) for (const { text } of blockDocuments(block)) texts.push(text);
  return texts;
}

/** Masks blocks: what comes out depends on the plan and the block alone, whoever does it. */
export function blockMasker({
  maskClass: name,
  p,
  seed,
  limits,
  documents = Infinity,
}: MaskPlan): (block: CorpusBlock) => MaskedBlock {
  const mask = maskClass(name, p);
  const collector = blockCollector();
  return (block) => {
    for (const { text, number } of blockDocuments(block)) {
      if (number >= documents) break;
      collector.add(maskDocument(text, mask, documentChance(seed, number), limits, collector.tally));
    }
    return collector.take();
  };
}

/**
 * Masks as the source does with --seed: all documents in memory, shuffled, then masked one after the other by the draws of one
 * generator, CPython's. @param texts in the order of the file; they are shuffled
 */
export function* sourceMasker(
  texts: string[],
  { maskClass: name, p, seed, limits, documents }: MaskPlan,
): Generator<MaskedBlock> {
  const mask = maskClass(name, p);
  const chance = pythonChance(seed);
  shuffleInPlace(texts, chance);
  const collector = blockCollector();
  for (const [at, text] of texts.slice(0, documents).entries()) {
    collector.add(maskDocument(text, mask, chance, limits, collector.tally));
    if ((at + 1) % SOURCE_BLOCK === 0) yield collector.take();
  }
  yield collector.take();
}

const SOURCE_BLOCK = 1_000;

function blockCollector(): { add(document: MaskedDocument): void; readonly tally: MaskTally; take(): MaskedBlock } {
  const writer = recordWriter();
  const tally = (): MaskTally => ({ retries: new Map(), dropped: new Map() });
  let now = { ...tally(), characters: 0, masked: 0, spans: 0 };
  return {
    get tally() {
      return now;
    },
    add: (document) => {
      writer.add(document);
      for (const example of document.examples) {
        now.characters += document.text.length;
        now.spans += example.length / 3;
        for (let at = 2; at < example.length; at += 3) now.masked += example[at] ?? 0;
      }
    },
    take: () => {
      const block = { ...writer.take(), ...now };
      now = { ...tally(), characters: 0, masked: 0, spans: 0 };
      return block;
    },
  };
}

/** Items in flight for each worker: one is done while the next one waits. */
const AHEAD = 2;

/** Hands items to workers in turn, each with as many as it can take, and gives the results in the order of the items. */
export async function* inOrder<In, Out>(
  items: AsyncIterable<In> | Iterable<In>,
  workers: readonly ((item: In) => Promise<Out>)[],
): AsyncGenerator<Out> {
  const running: Promise<Out>[] = [];
  let turn = 0;
  for await (const item of items) {
    const promise = workers[turn++ % workers.length]?.(item) ?? Promise.reject(new RangeError("no worker"));
    promise.catch(() => undefined); // it is told when its turn comes
    running.push(promise);
    const first = running.length >= AHEAD * workers.length ? running.shift() : undefined;
    if (first) yield await first;
  }
  for (const promise of running) yield await promise;
}
