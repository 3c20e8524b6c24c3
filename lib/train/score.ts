import { StudyError } from "corrigenda/error";
import { type Example, packBatch } from "./batch.ts";
import type { Executor } from "./executor.ts";
import type { ModelShape } from "./model.ts";

/** Documents to train or to score on, by number: an example of each is made when its turn comes. */
export interface Documents {
  readonly size: number;
  /** The same answer for the same arguments. @param epoch how often all documents were seen before */
  example(document: number, epoch: number): Example | Promise<Example>;
}

/** Negative log-likelihood, in nats, summed over the labels of one kind. */
export interface Tally {
  readonly sum: number;
  readonly count: number;
}

/** By kind of label. */
export type Tallies = ReadonlyMap<number, Tally>;

export interface ScoreOptions {
  readonly model: ModelShape;
  /** Documents that are scored together. */
  readonly batch: number;
  /** The kinds of labels that are scored. */
  readonly kinds: readonly number[];
}

/** Scores every document, in order: what perplexities and their intervals by document are made of. */
export async function* scoreDocuments(
  executor: Executor,
  documents: Documents,
  { model, batch: most, kinds }: ScoreOptions,
): AsyncGenerator<{ readonly document: number; readonly tallies: Tallies }> {
  for (let first = 0; first < documents.size; first += most) {
    const count = Math.min(most, documents.size - first);
    const examples: Example[] = [];
    for (let at = 0; at < count; at++) examples.push(await documents.example(first + at, 0));
    const batch = packBatch(examples, { ...model, means: [kinds] });
    const nll = await executor.evaluate(batch);
    const found = examples.map(() => new Map<number, Tally>());
    for (const [at, one] of nll.entries()) {
      const [kind, tallies] = [batch.kinds[at] as number, found[batch.owners[at] as number] as Map<number, Tally>];
      const { sum, count } = tallies.get(kind) ?? { sum: 0, count: 0 };
      tallies.set(kind, { sum: sum + one, count: count + 1 });
    }
    for (const [at, tallies] of found.entries()) yield { document: first + at, tallies };
  }
}

/** All documents' tallies together. */
export async function scoreAll(executor: Executor, documents: Documents, options: ScoreOptions): Promise<Tallies> {
  const all = new Map<number, Tally>();
  for await (const { tallies } of scoreDocuments(executor, documents, options)) {
    for (const [kind, { sum, count }] of tallies) {
      const known = all.get(kind) ?? { sum: 0, count: 0 };
      all.set(kind, { sum: known.sum + sum, count: known.count + count });
    }
  }
  return all;
}

/** Mean over the labels of some kinds. Throws StudyError "dataset" where there is none: a mean of nothing is no loss. */
export function meanLoss(tallies: Tallies, kinds: readonly number[]): number {
  const found = kinds.flatMap((kind) => tallies.get(kind) ?? []);
  const count = found.reduce((total, one) => total + one.count, 0);
  if (count > 0) return found.reduce((total, one) => total + one.sum, 0) / count;
  throw new StudyError(
    "dataset",
    `the examples to be scored have no label of kind ${kinds.join(" or ")}: all answers are empty or cut off; make examples with masks, or allow longer ones`,
  );
}
