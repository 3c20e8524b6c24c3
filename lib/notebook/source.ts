import path from "node:path";
import { StudyError } from "corrigenda/error";
import { type Disk, readText } from "corrigenda/files";
import { parseJson } from "corrigenda/json";
import { type Environment, environmentOf, isName } from "corrigenda/results";
import { z } from "zod";
import { type Basis, basisOf } from "./basis.ts";
import { type Notebook, readNotebook } from "./ipynb.ts";
import { type Parameters, readParameters, withParameters } from "./parameters.ts";

/** A notebook that is about to run. */
export interface Source {
  /** From the repository's root. */
  readonly file: string;
  /** Of its folder below results/notebooks/. */
  readonly name: string;
  /** Where it runs. */
  readonly folder: string;
  readonly parameters: Parameters;
  /** With its parameters. */
  readonly notebook: Notebook;
  readonly environment: Environment;
  readonly basis: Basis;
}

export interface SourceOptions {
  readonly parameters: Parameters;
  /** The notebook's own if left out. */
  readonly name?: string | undefined;
  readonly results: Disk;
}

/** Reads a notebook of the repository and all that it depends on. @param disk the repository */
export async function openSource(disk: Disk, file: string, options: SourceOptions): Promise<Source> {
  const name = options.name ?? path.basename(file, ".ipynb");
  if (path.extname(file) !== ".ipynb" || !isName(name))
    throw new StudyError(
      "config",
      `${file}: expected a file "name.ipynb", its name of letters, digits, ".", "_" and "-"`,
    );
  const parameters = readParameters(options.parameters);
  const notebook = await withParameters(readNotebook(await readText(disk, file), file), parameters, file);
  const environment = await environmentOf(disk, await versionsOf(disk));
  const folder = path.dirname(disk.resolve(file));
  const results = options.results.resolve(".");
  const basis = await basisOf(notebook, { disk, folder, results }, environment);
  return { file, name, folder, parameters, notebook, environment, basis };
}

/** The notebooks below a folder of the repository, sorted. Throws StudyError "config" where two have one name. */
export async function notebooksBelow(disk: Disk, folder: string): Promise<string[]> {
  const files = await filesBelow(disk, folder);
  const names = Map.groupBy(files, (file) => path.basename(file));
  for (const same of names.values())
    if (same.length > 1)
      throw new StudyError("config", `${same.join(" and ")} would share one folder of results; rename all but one`);
  return files;
}

async function filesBelow(disk: Disk, folder: string): Promise<string[]> {
  const names = (await disk.list(folder)).filter((name) => !name.startsWith(".") && name !== "node_modules/");
  const found = names.map(async (name) => {
    if (name.endsWith("/")) return filesBelow(disk, `${folder}/${name.slice(0, -1)}`);
    return name.endsWith(".ipynb") ? [`${folder}/${name}`] : [];
  });
  return (await Promise.all(found)).flat();
}

const LibPackage = z.object({ version: z.string(), dependencies: z.object({ "typescript-api": z.string() }) });

/** The kernel is lib's own: it has lib's version. */
async function versionsOf(disk: Disk): Promise<Record<string, string>> {
  const { version, dependencies } = LibPackage.parse(parseJson(await readText(disk, "lib/package.json")));
  return {
    corrigenda: version,
    kernel: `corrigenda ${version}`,
    typescript: dependencies["typescript-api"].replace(/^.*@/, ""),
  };
}
