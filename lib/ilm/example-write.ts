import type { Disk } from "corrigenda/files";
import { type ExamplesOrigin, examplesWriter } from "./example-file.ts";
import { maskClass } from "./mask-classes.ts";
import type { MaskedBlock, MaskPlan } from "./mask-corpus.ts";
import { addBlock, type MaskTotals, NO_TOTALS } from "./mask-report.ts";

/** A finished file of examples. */
export interface Written {
  readonly totals: MaskTotals;
  readonly bytes: number;
}

/**
 * Writes masked blocks as a file, which appears whole or not at all.
 * @param tell is called after every block, and may throw to stop
 */
export async function writeExamples(
  disk: Disk,
  path: string,
  { plan, ...from }: { readonly plan: MaskPlan } & Pick<ExamplesOrigin, "rng" | "source" | "split">,
  blocks: AsyncIterable<MaskedBlock> | Iterable<MaskedBlock>,
  tell: (totals: MaskTotals) => void,
): Promise<Written> {
  const { name, types, p } = maskClass(plan.maskClass, plan.p);
  const origin = { ...from, maskClass: name, types: [...types], p, seed: plan.seed };
  const writer = await examplesWriter(disk, { ...origin, examplesPerDocument: plan.limits.examples });
  let totals = NO_TOTALS;
  try {
    for await (const block of blocks) {
      await writer.write(block);
      totals = addBlock(totals, block);
      tell(totals);
    }
  } catch (error) {
    await writer.discard();
    throw error;
  }
  return { totals, bytes: await writer.commit(path) };
}
