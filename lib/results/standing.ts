import { StudyError } from "corrigenda/error";
import { type Disk, readText } from "corrigenda/files";
import { parseJson, sha256 } from "corrigenda/json";
import { z } from "zod";
import { hashFile, hashFolder } from "./hash.ts";
import { type RunName, runFolder, stageFolder } from "./names.ts";
import { readManifest, stagesOf } from "./read.ts";

/** A run as it was left: by what was it made, and what was there. */
const Standing = z.strictObject({
  format: z.literal(1),
  /** See codeHash. */
  code: z.string(),
  /** The commands that made it, in their order. */
  steps: z.array(z.string()),
  stages: z.array(z.string()),
  /** sha256 by path within the run's folder: configs, manifests, their outputs, pages. */
  files: z.record(z.string(), z.string()),
});
type Standing = z.infer<typeof Standing>;

const PAGE = /\.(html|md)$/;

/** What decides a run, as it is now. */
export interface Making {
  readonly code: string;
  readonly steps: readonly string[];
}

export interface StandingPlace extends RunName {
  readonly root: Disk;
}

/** sha256 over all that runs of bundled data are made from: lib/, scripts/, data/sample/, the packages, Node. */
export async function codeHash(repository: Disk): Promise<string> {
  const folders = await Promise.all(["lib", "scripts", "data/sample"].map((one) => hashFolder(repository, one)));
  const lock = await hashFile(repository, "package-lock.json");
  return sha256([...folders, lock.sha256, process.version].join("\n"));
}

/**
 * Why a run has to be looked at again by its steps, as part of a sentence; undefined where nothing has changed since
 * `recordStanding`: not the code, the bundled data or the commands, and not a byte of what it left.
 */
export async function whyNotStanding(place: StandingPlace, making: Making): Promise<string | undefined> {
  const before = await readStanding(place);
  if (!before) return "not made yet";
  if (before.code !== making.code) return "the code or the bundled data have changed";
  if (JSON.stringify(before.steps) !== JSON.stringify(making.steps)) return "its commands have changed";
  for (const [path, hash] of Object.entries(before.files)) {
    const found = await hashOf(place.root, `${runFolder(place)}/${path}`);
    if (found !== hash) return `${path} ${found === undefined ? "is gone" : "has changed"}`;
  }
  return undefined;
}

/**
 * Opens what was damaged, so that the steps make it again: a stage whose outputs are not what its manifest says loses
 * that manifest, and where a page has changed the report is removed. Only what the record names is touched.
 */
export async function openDamaged(place: StandingPlace): Promise<void> {
  const before = await readStanding(place);
  const folder = runFolder(place);
  for (const [path, hash] of Object.entries(before?.files ?? {}))
    if (PAGE.test(path) && (await hashOf(place.root, `${folder}/${path}`)) !== hash)
      await place.root.remove(`${folder}/report.html`);
  for (const stage of before?.stages ?? [])
    if ((await damaged(place, stage)) !== undefined) await place.root.remove(`${folder}/${stage}/manifest.json`);
}

/** Records a run that its steps have just ended. Throws StudyError "stage" where an output is not what its manifest says. */
export async function recordStanding(place: StandingPlace, making: Making, sinceMs: number): Promise<void> {
  const { root } = place;
  const before = await readStanding(place);
  const stages: string[] = [];
  const files: Record<string, string> = {};
  for await (const { stage, state } of stagesOf(root, place)) {
    const manifest = state === "finished" ? await readManifest(root, stageFolder({ ...place, stage })) : undefined;
    if (!manifest) continue;
    // What a user made in this run since then is the user's: it decides nothing here.
    if (before && !before.stages.includes(stage) && Date.parse(manifest.endedAt) < sinceMs) continue;
    const bad = await damaged(place, stage);
    if (bad !== undefined)
      throw new StudyError(
        "stage",
        `${root.resolve(`${runFolder(place)}/${bad}`)} is not what its manifest says; remove ${stage}/ beside it and start again`,
      );
    stages.push(stage);
    const own = ["config.json", "manifest.json"].map((name) => `${stage}/${name}`);
    for (const path of [...own, ...manifest.outputs.map((output) => output.path)]) await add(place, files, path);
  }
  for (const path of await pagesOf(place, stages)) await add(place, files, path);
  const record: Standing = { format: 1, code: making.code, steps: [...making.steps], stages, files };
  await root.write(recordPath(place), `${JSON.stringify(record, null, 2)}\n`);
}

/** Pages and texts in the run's folder, and in its folders that are no stages. */
async function pagesOf({ root, ...name }: StandingPlace, stages: readonly string[]): Promise<string[]> {
  const names = await root.list(runFolder(name));
  const folders = names.filter((one) => one.endsWith("/") && !stages.includes(one.slice(0, -1)) && one !== "figures/");
  const inside = await Promise.all(
    folders.map(async (folder) => (await root.list(`${runFolder(name)}/${folder}`)).map((one) => folder + one)),
  );
  return [...names, ...inside.flat()].filter((path) => PAGE.test(path));
}

/** The first output of a stage whose bytes are not those of its manifest. */
async function damaged(place: StandingPlace, stage: string): Promise<string | undefined> {
  const manifest = await readManifest(place.root, stageFolder({ ...place, stage }));
  for (const { path, sha256: hash } of manifest?.outputs ?? [])
    if ((await hashOf(place.root, `${runFolder(place)}/${path}`)) !== hash) return path;
  return undefined;
}

async function add({ root, ...name }: StandingPlace, files: Record<string, string>, path: string): Promise<void> {
  const hash = await hashOf(root, `${runFolder(name)}/${path}`);
  if (hash !== undefined) files[path] = hash;
}

async function hashOf(root: Disk, path: string): Promise<string | undefined> {
  return (await root.size(path)) === undefined ? undefined : (await hashFile(root, path)).sha256;
}

function recordPath({ study, run }: RunName): string {
  return `.start/${study}-${run}.json`;
}

/** The record; undefined where there is none that can be read: the steps then look for themselves. */
async function readStanding(place: StandingPlace): Promise<Standing | undefined> {
  const path = recordPath(place);
  if ((await place.root.size(path)) === undefined) return undefined;
  return Standing.safeParse(parseJson(await readText(place.root, path))).data;
}
