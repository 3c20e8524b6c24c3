import type { parseYaml } from "corrigenda/cli";
import { StudyError } from "corrigenda/error";
import type { Disk, readText } from "corrigenda/files";
import type { runFolder } from "corrigenda/results";
import { Plan } from "./plan.ts";

/** Who reads and writes a plan: handed in by the script. */
export interface PlanKeeper {
  /** Where the plan lies, and where results do. */
  readonly disk: Disk;
  readonly root: Disk;
  readonly readText: typeof readText;
  readonly parseYaml: typeof parseYaml;
  readonly runFolder: typeof runFolder;
}

/**
 * Reads a plan and keeps it in its run's folder, from which all steps read it. Throws StudyError "config" where the run
 * has another one. @param named the run's name; the plan's own where absent
 */
export async function keepPlan(
  { disk, root, ...keeper }: PlanKeeper,
  file: string,
  named: string | undefined,
): Promise<{ readonly plan: Plan; readonly run: string }> {
  const text = await keeper.readText(disk, file);
  const plan = keeper.parseYaml(text, file, Plan);
  const run = named ?? plan.name;
  const kept = `${keeper.runFolder({ study: "ilm", run })}/plan.yaml`;
  if ((await root.size(kept)) === undefined) await root.write(kept, text);
  else if ((await keeper.readText(root, kept)) !== text)
    throw new StudyError("config", `${root.resolve(kept)} is another plan than ${file}; choose another run name`);
  return { plan, run };
}
