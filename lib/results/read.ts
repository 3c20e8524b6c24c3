import { StudyError } from "corrigenda/error";
import { type Disk, readText } from "corrigenda/files";
import { type Json, parseJson, sha256 } from "corrigenda/json";
import type { z } from "zod";
import { Manifest, Metrics, type Parent, StageConfig } from "./manifest.ts";
import { isName, type RunName, runFolder, type StageName, stageFolder } from "./names.ts";

/** An earlier stage, as a later one uses it. */
export interface FinishedStage {
  readonly manifest: Manifest;
  /** For the later stage's own config. */
  readonly parent: Parent;
  /** Relative to the root. */
  readonly folder: string;
}

/** A finished stage, or StudyError "stage" that names it and the command that makes it. */
export async function requireStage(root: Disk, name: StageName, command: string): Promise<FinishedStage> {
  const folder = stageFolder(name);
  const manifest = await readManifest(root, folder);
  const missing = manifest === undefined ? undefined : await missingOutput(root, name, manifest);
  if (manifest && missing === undefined) {
    const manifestSha256 = sha256(await readText(root, `${folder}/manifest.json`));
    return { manifest, folder, parent: { stage: name.stage, manifestSha256 } };
  }
  const started = (await root.size(`${folder}/config.json`)) !== undefined;
  const why = missing ? `has lost ${missing}` : started ? "is not finished" : "is missing";
  throw new StudyError("stage", `${name.stage} of ${name.study} run ${name.run} ${why}; run: ${command}`, {
    facts: { folder },
  });
}

export type StageState = "fresh" | "open" | "finished";

/** A stage as it lies on the disk. */
export interface ListedStage extends StageName {
  /** "fresh": a folder in which nothing was started; "open": started and not finished. */
  readonly state: StageState;
  /** The command that goes on with it, the run's name filled in. */
  readonly command?: readonly string[];
  readonly startedAt?: string;
}

/** Every stage below results/, by study, run and stage. Folders that are no results are passed over. */
export async function* listStages(root: Disk): AsyncGenerator<ListedStage> {
  for await (const name of listRuns(root)) yield* stagesOf(root, name);
}

/** Every folder of a run below results/, by study and run. */
export async function* listRuns(root: Disk): AsyncGenerator<RunName> {
  for (const study of await folders(root, ".")) for (const run of await folders(root, study)) yield { study, run };
}

/** The stages of one run. */
export async function* stagesOf(root: Disk, name: RunName): AsyncGenerator<ListedStage> {
  for (const stage of await folders(root, runFolder(name))) {
    const folder = stageFolder({ ...name, stage });
    const config = await readStageConfig(root, folder);
    const finished = (await root.size(`${folder}/manifest.json`)) !== undefined;
    yield {
      ...name,
      stage,
      state: config === undefined ? "fresh" : finished ? "finished" : "open",
      ...(config ? { command: fillIn(config.command, name.run), startedAt: config.startedAt } : {}),
    };
  }
}

/** A command with the run's name in place of "{run}". */
export function fillIn(command: readonly string[], run: string): string[] {
  return command.map((word) => word.replaceAll("{run}", run));
}

export async function readStageConfig(root: Disk, folder: string): Promise<StageConfig | undefined> {
  return (await readChecked(root, `${folder}/config.json`, StageConfig)) as StageConfig | undefined;
}

export async function readManifest(root: Disk, folder: string): Promise<Manifest | undefined> {
  return (await readChecked(root, `${folder}/manifest.json`, Manifest)) as Manifest | undefined;
}

export function readMetrics(root: Disk, folder: string): Promise<Metrics | undefined> {
  return readChecked(root, `${folder}/metrics.json`, Metrics);
}

/** The first output that is not there in its recorded size. */
export async function missingOutput(root: Disk, name: RunName, manifest: Manifest): Promise<string | undefined> {
  for (const { path, bytes } of manifest.outputs) {
    if ((await root.size(`${runFolder(name)}/${path}`)) !== bytes) return path;
  }
  return undefined;
}

async function folders(root: Disk, folder: string): Promise<string[]> {
  const names = (await root.list(folder)).filter((name) => name.endsWith("/")).map((name) => name.slice(0, -1));
  return names.filter(isName);
}

/** A JSON file that this folder wrote; undefined where absent, StudyError "stage" where it was damaged. */
async function readChecked<T>(root: Disk, path: string, schema: z.ZodType<T>): Promise<T | undefined> {
  if ((await root.size(path)) === undefined) return undefined;
  const json: Json | undefined = parseJson(await readText(root, path));
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new StudyError(
    "stage",
    `${root.resolve(path)} is damaged at ${issue?.path.join(".") || "its start"}: ${issue?.message}; restore it, or remove its folder and run the stage again`,
    { cause: parsed.error },
  );
}
