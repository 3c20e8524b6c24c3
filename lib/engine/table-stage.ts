import type { Disk } from "corrigenda/files";
import { isFinished, openStage, type Parent, requireStage, type Stage, type StageResult } from "corrigenda/results";
import type { Clock } from "corrigenda/time";
import type { StageEnd, StageSpec } from "./stages.ts";

export interface TableStage {
  readonly root: Disk;
  readonly clock: Clock;
  readonly spec: StageSpec;
}

/** A stage that asks no model: it is written whole, or again from its start, beside other such stages of its run. */
export async function tableStage(
  { root, clock, spec }: TableStage,
  write: (stage: Stage) => Promise<StageResult>,
): Promise<StageEnd> {
  const opening = { ...spec, root, clock, holds: "stage" } as const;
  if (await isFinished(opening)) return { state: "finished", manifest: undefined };
  await using stage = await openStage(opening);
  if (stage.state === "finished") return { state: "finished", manifest: undefined };
  return { state: "finished", manifest: await stage.finish(await write(stage)) };
}

/** A finished stage as the parent of the next one. */
export async function parentOf(root: Disk, { study, run, stage }: StageSpec): Promise<Parent> {
  return (await requireStage(root, { study, run, stage }, "the same command")).parent;
}
