import { StudyError } from "corrigenda/error";
import { z } from "zod";
import { TARGET } from "./example-layout.ts";
import { CORPORA } from "./plan.ts";

const Count = z.number().int().nonnegative();
/** Of the labels of one kind: their negative log-likelihoods in nats, added up, and how many there are. */
const LossSum = z.strictObject({ sum: z.number().nonnegative(), count: Count });

/** Kinds of labels that are kept apart. */
export const LOSS_KINDS = { context: TARGET.CONTEXT, infill: TARGET.INFILL, special: TARGET.INFILL_SPECIAL } as const;
export type LossKind = keyof typeof LOSS_KINDS;

/** A line of losses.jsonl: what one model made of one document of one test set. */
export const LossRecord = z.strictObject({
  /** As the plan's models are called: "C1", "all", "all-to-C1-1000", "average". */
  model: z.string().min(1).max(80),
  test: z.enum(CORPORA),
  fold: z.number().int().min(0).max(4).optional(),
  /** Its number in the test set; every table has them in ascending order. */
  document: Count,
  losses: z.strictObject({ context: LossSum, infill: LossSum, special: LossSum }),
});
export type LossRecord = z.infer<typeof LossRecord>;

/** What a document's labels cost, by target type: what the trainer's `scoreDocuments` yields. */
export type TargetTallies = ReadonlyMap<number, { readonly sum: number; readonly count: number }>;

/**
 * The record of a scored document. Kinds that it has no label of are 0 of 0: a document without masks has no answer, and
 * its mean is never taken. Throws StudyError "dataset" where a loss is no number.
 */
export function lossRecord(place: Omit<LossRecord, "losses">, tallies: TargetTallies): LossRecord {
  const of = (kind: LossKind): { sum: number; count: number } => {
    const { sum, count } = tallies.get(LOSS_KINDS[kind]) ?? { sum: 0, count: 0 };
    if (Number.isFinite(sum) && sum >= 0) return { sum, count };
    const { model, test, document } = place;
    throw new StudyError(
      "dataset",
      `model ${model}, test set ${test}, document ${document}: the loss of its ${kind} tokens is ${sum}; the model's weights are damaged or its training diverged: train it again`,
    );
  };
  return { ...place, losses: { context: of("context"), infill: of("infill"), special: of("special") } };
}
