import { type Disk, isHeld } from "corrigenda/files";
import { lockOf, type RunName, runFolder, type StageName, stageFolder } from "./names.ts";

/** Holds a run for a chain of its steps: no other chain works on it. Throws StudyError "locked" while another one does. */
export async function holdRun(root: Disk, name: RunName): Promise<AsyncDisposable> {
  const lock = await root.lock(lockOf(runFolder(name)));
  return { [Symbol.asyncDispose]: () => lock.release() };
}

/** Whether a process works on a stage now. */
export function isWorkedOn(root: Disk, name: StageName): Promise<boolean> {
  return isHeld(root, lockOf(stageFolder(name)));
}
