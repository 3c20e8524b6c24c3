import { StudyError } from "corrigenda/error";
import { type Disk, readJsonl, readText } from "corrigenda/files";
import { canonical, type JsonObject } from "corrigenda/json";
import { z } from "zod";
import { type Executor, type StateSource, stateNames } from "./executor.ts";
import { type ModelShape, parametersOf } from "./model.ts";
import { openSafetensors, writeSafetensors } from "./safetensors.ts";

/** How far a run is. With the plan it says which documents come next, so nothing else of the data has to be saved. */
export const Progress = z.object({
  step: z.number().int().nonnegative(),
  /** Tokens that were trained on. */
  tokens: z.number(),
  /** The lowest validation loss, and its step. */
  best: z.object({ step: z.number(), loss: z.number() }).optional(),
  /** Evaluations since then. */
  stale: z.number().int(),
  /** Why the run has ended; absent while it goes on. */
  ended: z.enum(["steps", "patience"]).optional(),
});
export type Progress = z.infer<typeof Progress>;

const LAST = "last.safetensors";

/**
 * Saves parameters, moving averages, plan and progress as one file, whole or not at all. The JSON stands in the file's
 * own metadata, so that tensors and progress can never be of different steps.
 */
export async function saveLast(
  disk: Disk,
  folder: string,
  { plan, progress, model }: { plan: JsonObject; progress: Progress; model: ModelShape },
  executor: Executor,
): Promise<void> {
  const shapes = new Map(parametersOf(model).map(({ name, shape }) => [name, shape]));
  const entries = stateNames(model).map((name) => ({
    name,
    shape: shapes.get(name.replace(/^[mv]\./, "")) ?? [],
    read: () => executor.read(name),
  }));
  await writeSafetensors(disk, `${folder}/${LAST}`, entries, {
    plan: canonical(plan),
    progress: canonical(progress),
  });
}

/** A checkpoint to go on from. */
export interface Last {
  readonly progress: Progress;
  readonly tensor: StateSource;
  close(): Promise<void>;
}

/** The last checkpoint of a folder; undefined where there is none. Throws StudyError "config" where it is of another plan. */
export async function openLast(disk: Disk, folder: string, plan: JsonObject): Promise<Last | undefined> {
  if ((await disk.size(`${folder}/${LAST}`)) === undefined) return undefined;
  const file = await openSafetensors(disk, `${folder}/${LAST}`);
  const known = JSON.parse(file.metadata.plan ?? "{}") as JsonObject;
  const other = Object.keys({ ...known, ...plan }).find((key) => same(known[key]) !== same(plan[key]));
  if (other !== undefined) {
    await file.close();
    const was = `${other} was ${same(known[other])} and is now ${same(plan[other])}`;
    throw new StudyError("config", `${disk.resolve(folder)} was trained otherwise: ${was}; choose another folder`);
  }
  const progress = Progress.parse(JSON.parse(file.metadata.progress ?? "{}"));
  return { progress, close: file.close, tensor: (name) => (file.shapes.has(name) ? file.read(name) : undefined) };
}

/** How far a folder's run is; undefined before its first checkpoint. */
export async function readProgress(disk: Disk, folder: string): Promise<Progress | undefined> {
  if ((await disk.size(`${folder}/${LAST}`)) === undefined) return undefined;
  const file = await openSafetensors(disk, `${folder}/${LAST}`);
  await file.close();
  return Progress.parse(JSON.parse(file.metadata.progress ?? "{}"));
}

/** Seconds that a folder's run has worked, over all starts. They are no part of the checkpoint: the same run takes another time. */
export async function readSeconds(disk: Disk, folder: string): Promise<number> {
  const path = `${folder}/time.json`;
  if ((await disk.size(path)) === undefined) return 0;
  return z.object({ seconds: z.number() }).parse(JSON.parse(await readText(disk, path))).seconds;
}

export async function saveSeconds(disk: Disk, folder: string, seconds: number): Promise<void> {
  await disk.write(`${folder}/time.json`, `${JSON.stringify({ seconds })}\n`);
}

/** Takes out of a log what came after a step: those steps are about to be done again. */
export async function forgetAfter(disk: Disk, path: string, step: number): Promise<void> {
  if ((await disk.size(path)) === undefined) return;
  const kept: string[] = [];
  for await (const { value } of readJsonl(disk, path))
    if (value && (value as { step: number }).step <= step) kept.push(`${JSON.stringify(value)}\n`);
  await disk.write(path, kept.join(""));
}

function same(value: JsonObject[string] | undefined): string {
  return value === undefined ? "absent" : canonical(value);
}
