import { StudyError } from "corrigenda/error";
import type { Json } from "corrigenda/json";
import { LabelingStage } from "./study.ts";

export interface ProviderFlags {
  readonly provider?: string | undefined;
  readonly deployment?: string | undefined;
  readonly wire?: string | undefined;
  readonly online?: boolean | undefined;
}

/**
 * What a run is made with: as chosen for its first process, as recorded for later ones. Throws StudyError "config" where a
 * later one is given another provider.
 * @param recorded the config of the stage before; undefined for the first process
 */
export function choiceOf(
  recorded: Json | undefined,
  chosen: LabelingStage,
  flags: ProviderFlags,
  run: string,
): LabelingStage {
  if (recorded === undefined) return chosen;
  const { next, ...kept } = LabelingStage.parse(recorded);
  for (const key of ["provider", "deployment", "wire", "online"] as const) {
    const [now, then] = [flags[key], key === "provider" ? kept.provider.name : kept.provider[key]];
    if (now === undefined || now === false || now === then) continue;
    throw new StudyError(
      "config",
      `run ${run} was started with ${key} ${then === undefined ? "unset" : String(then)}, not ${String(now)}; leave --${key} out, or start another run`,
    );
  }
  return kept;
}
