import type { scoreDocuments } from "corrigenda/train";
import type { Examples } from "./example-file.ts";
import type { OpenModel } from "./infill-open.ts";
import { MEASURES } from "./perplexity.ts";
import { LOSS_KINDS, type LossKind } from "./perplexity-record.ts";
import { answersCut } from "./train-cut.ts";
import { scoredExamples } from "./train-documents.ts";
import type { TrainFlags } from "./train-flags.ts";

/**
 * What the source's --eval_only prints: of context, infill and infill_textonly the number of labels, mean loss in nats and
 * perplexity. A measure without labels has none of the last two. And the share of examples that lose answers. @see train_ilm.py of github.com/chrisdonahue/ilm
 */
export async function evaluatedOnly(
  score: typeof scoreDocuments,
  { executor, model, setup }: OpenModel,
  examples: Examples,
  { seed, evalMaxNumExamples, trainBatchSize: batch }: TrainFlags,
): Promise<Readonly<Record<string, number>>> {
  const sums = new Map<number, { sum: number; count: number }>();
  const items = scoredExamples(examples, setup, { seed, documents: evalMaxNumExamples });
  for await (const { tallies } of score(executor, items, { model, batch, kinds: Object.values(LOSS_KINDS) }))
    for (const [kind, { sum, count }] of tallies) {
      const known = sums.get(kind) ?? { sum: 0, count: 0 };
      sums.set(kind, { sum: known.sum + sum, count: known.count + count });
    }
  const of = (kind: LossKind) => sums.get(LOSS_KINDS[kind]) ?? { sum: 0, count: 0 };
  const numbers = Object.entries(MEASURES).flatMap(([measure, kinds]): [string, number][] => {
    const all = kinds.map(of);
    const count = all.reduce((total, one) => total + one.count, 0);
    const loss = all.reduce((total, one) => total + one.sum, 0) / count;
    const means: [string, number][] = [
      [`eval_${measure}_loss`, loss],
      [`eval_${measure}_ppl`, Math.exp(loss)],
    ];
    return [[`eval_${measure}_count`, count], ...(count === 0 ? [] : means)];
  });
  const { drawn, cut } = await answersCut(examples, setup, seed);
  return { ...Object.fromEntries(numbers), eval_examples_cut: cut / drawn };
}
