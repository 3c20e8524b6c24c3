import { type Disk, readText } from "corrigenda/files";
import { canonical, parseJson, sha256 } from "corrigenda/json";
import { z } from "zod";
import { Basis } from "./basis.ts";
import { type Notebook, writeNotebook } from "./ipynb.ts";
import type { Source } from "./source.ts";

/** manifest.json beside an executed notebook. */
const Manifest = z.looseObject({
  format: z.literal(1),
  status: z.enum(["ok", "failed"]),
  basis: Basis,
  outputSha256: z.string(),
});

/** How a notebook's run ended; times in milliseconds since 1970. */
export interface Run {
  readonly notebook: Notebook;
  readonly failed: boolean;
  /** Takes keys out of what cells showed. */
  readonly clean?: (text: string) => string;
  readonly start: number;
  readonly end: number;
}

/** True where the executed copy is whole, every cell ran well, and nothing it depends on has changed since. */
export async function isPublished(results: Disk, { name, basis }: Source): Promise<boolean> {
  const [manifest, copy] = [manifestPath(name), copyPath(name)];
  if ((await results.size(manifest)) === undefined || (await results.size(copy)) === undefined) return false;
  const recorded = Manifest.safeParse(parseJson(await readText(results, manifest))).data;
  if (recorded?.status !== "ok" || canonical(recorded.basis) !== canonical(basis)) return false;
  return recorded.outputSha256 === sha256(await readText(results, copy));
}

/**
 * Writes notebooks/<name>/<name>.ipynb below results/, then its manifest: a copy counts only with its own manifest.
 * Returns the copy's path.
 */
export async function publish(results: Disk, source: Source, run: Run): Promise<string> {
  const { clean = (text) => text } = run;
  const { name, file, parameters, environment, basis } = source;
  const times = { startedAt: new Date(run.start).toISOString(), endedAt: new Date(run.end).toISOString() };
  const { node, commit, versions } = environment;
  const corrigenda = { source: file, parameters, ...times, commit, versions: { node, ...versions } };
  const text = clean(writeNotebook({ ...run.notebook, metadata: { ...run.notebook.metadata, corrigenda } }));
  await results.write(copyPath(name), text);
  const status = run.failed ? "failed" : "ok";
  const about = { format: 1, source: file, parameters, ...times, status, environment, basis };
  await results.write(manifestPath(name), `${JSON.stringify({ ...about, outputSha256: sha256(text) }, null, 2)}\n`);
  return copyPath(name);
}

function copyPath(name: string): string {
  return `notebooks/${name}/${name}.ipynb`;
}

function manifestPath(name: string): string {
  return `notebooks/${name}/manifest.json`;
}
