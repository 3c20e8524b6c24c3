import { gunzipSync } from "node:zlib";
import type { DataInput } from "corrigenda/dataset";
import { StudyError } from "corrigenda/error";
import { collect, type Disk, readText } from "corrigenda/files";
import { MODELS_AS_OF, priceSnapshot } from "corrigenda/provider";
import {
  type Environment,
  environmentOf,
  type FileHash,
  type FinishedStage,
  hashFile,
  type RunName,
  requireStage,
} from "corrigenda/results";

/** Files as a study's setup reads them. */
export interface InputFiles {
  text(path: string): Promise<string>;
  open(path: string): Promise<DataInput | undefined>;
}

/** The files below the folder in which the script was started. */
export function inputFiles(disk: Disk): InputFiles {
  return {
    text: (path) => readText(disk, path),
    open: async (path) => ((await disk.size(path)) === undefined ? undefined : { file: path, bytes: disk.read(path) }),
  };
}

/** A file's text, unpacked where its name ends in .gz; undefined where there is none. */
export async function fileText(disk: Disk, path: string): Promise<string | undefined> {
  if ((await disk.size(path)) === undefined) return undefined;
  if (!path.endsWith(".gz")) return readText(disk, path);
  return gunzipSync(Buffer.concat(await collect(disk.read(path)))).toString("utf8");
}

export async function hashInputs(disk: Disk, paths: readonly string[]): Promise<FileHash[]> {
  const hashes: FileHash[] = [];
  // One after the other: a folder may hold more files than a process may open.
  for (const path of paths) hashes.push(await hashFile(disk, path));
  return hashes;
}

/** The last of several stages, all of which have to be finished; the first that is not is named with its command. */
export async function requireStages(
  root: Disk,
  name: RunName,
  stages: readonly { readonly stage: string; readonly command: string }[],
): Promise<FinishedStage> {
  let last: FinishedStage | undefined;
  for (const { stage, command } of stages) last = await requireStage(root, { ...name, stage }, command);
  if (last) return last;
  throw new TypeError("no stage is named");
}

/** Refuses to go on where an input is not what the earlier stage read. */
export function sameInputs(earlier: FinishedStage, inputs: readonly FileHash[]): void {
  for (const { path, sha256 } of inputs) {
    const before = earlier.manifest.inputs.find((one) => one.path === path);
    if (before?.sha256 === sha256) continue;
    throw new StudyError(
      "stage",
      `${path} is not what ${earlier.manifest.stage} of run ${earlier.manifest.run} read; restore it, or start a new run`,
      { facts: { path } },
    );
  }
}

/** The environment of a stage whose requests name these models. */
export async function stageEnvironment(disk: Disk, now: number): Promise<Environment> {
  const prices = priceSnapshot("openai", "gpt-4o-mini", now)?.source ?? "none";
  return environmentOf(disk, { prices, models: MODELS_AS_OF, tokenizer: "gpt-tokenizer ranks, own encoder" });
}
