import path from "node:path";
import type { Disk } from "corrigenda/files";
import { sha256 } from "corrigenda/json";
import { type FileHash, hashFile } from "corrigenda/results";
import { z } from "zod";
import { cellText, type Notebook, runs, writeNotebook } from "./ipynb.ts";

const Input = z.strictObject({ path: z.string(), bytes: z.number(), sha256: z.string() });

/** All that decides what a notebook shows: while it is the same, running again shows the same. */
export const Basis = z.strictObject({
  /** Over the notebook with its parameters. */
  notebookSha256: z.string(),
  libSha256: z.string(),
  lockSha256: z.string().nullable(),
  node: z.string(),
  inputs: z.array(Input),
});
export type Basis = z.infer<typeof Basis>;

export interface BasisPlaces {
  /** The repository. */
  readonly disk: Disk;
  /** The notebook's folder. */
  readonly folder: string;
  /** The folder of all results. */
  readonly results: string;
}

/** @param notebook with its parameters */
export async function basisOf(
  notebook: Notebook,
  places: BasisPlaces,
  { libSha256, lockSha256, node }: Pick<Basis, "libSha256" | "lockSha256" | "node">,
): Promise<Basis> {
  const inputs: FileHash[] = [];
  for (const file of await inputsOf(notebook, places)) inputs.push(await hashFile(places.disk, file));
  return { notebookSha256: sha256(writeNotebook(notebook)), libSha256, lockSha256, node, inputs };
}

/**
 * Files that a notebook's code names: those beside it and below data/, and the manifests of the studies it names below
 * results/. What lib reads by itself, and a path that is put together from parts, is not seen.
 */
async function inputsOf(notebook: Notebook, { disk, folder, results }: BasisPlaces): Promise<string[]> {
  const code = notebook.cells.filter(runs).map(cellText).join("\n");
  const words = new Set(code.split(/["'`\s(){},;]+/));
  const data = disk.resolve("data");
  const found = new Set<string>();
  for (const word of [...words].filter((one) => /[./]/.test(one))) {
    const plain = word.replace(/\/?[^/]*[*?[$].*$/, ""); // "data/sample/*.m2" is a file of data/sample
    for (const file of new Set([path.resolve(folder, plain), disk.resolve(plain)])) {
      const beside = isBelow(file, folder) && !isBelow(file, disk.resolve(results));
      if (beside && (await isFile(disk, file))) found.add(file);
      if (file === data || isBelow(file, data)) for await (const one of filesBelow(disk, file)) found.add(one);
    }
  }
  for await (const file of manifestsOf(code, disk, results)) found.add(file);
  return [...found].map((file) => path.relative(disk.resolve("."), file)).sort();
}

/** Manifests of the studies whose names stand in the code; of all, where it names results/ and none of them. */
async function* manifestsOf(code: string, disk: Disk, results: string): AsyncGenerator<string> {
  const folders = (await disk.list(results)).filter((name) => /^[^.].*\/$/.test(name) && name !== "notebooks/");
  const studies = folders.map((name) => name.slice(0, -1));
  const named = studies.filter((name) => new RegExp(`(?<![\\w-])${RegExp.escape(name)}(?![\\w-])`).test(code));
  const chosen = named.length > 0 ? named : /\bresults\b/.test(code) ? studies : [];
  for (const study of chosen) {
    for await (const file of filesBelow(disk, path.join(disk.resolve(results), study)))
      if (path.basename(file) === "manifest.json") yield file;
  }
}

function isBelow(file: string, folder: string): boolean {
  return file.startsWith(`${folder}${path.sep}`);
}

async function isFile(disk: Disk, file: string): Promise<boolean> {
  const { dir, base } = path.parse(file);
  return (await disk.list(dir)).includes(base);
}

/** A file itself, or the files below a folder. */
async function* filesBelow(disk: Disk, place: string): AsyncGenerator<string> {
  if (await isFile(disk, place)) yield place;
  for (const name of await disk.list(place)) {
    if (name.startsWith(".")) continue;
    const inside = path.join(place, name);
    if (name.endsWith("/")) yield* filesBelow(disk, inside);
    else yield inside;
  }
}
