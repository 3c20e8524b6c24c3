import { stagesOf } from "corrigenda/results";
import type { Workplace } from "./workplace.ts";

/** US dollars that the other stages of a stage's run have spent: --max-cost is a limit of the whole run. */
export async function spentElsewhere(
  { root, store }: Pick<Workplace, "root" | "store">,
  folder: string,
): Promise<number> {
  const [study = "", run = ""] = folder.split("/");
  let sum = 0;
  for await (const { stage } of stagesOf(root, { study, run })) {
    const other = `${study}/${run}/${stage}`;
    if (other !== folder) sum += await store.spentUsd(other);
  }
  return sum;
}
