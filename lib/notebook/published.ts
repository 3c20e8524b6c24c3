import { type Disk, readText } from "corrigenda/files";
import { canonical, type Json, parseJson, sha256 } from "corrigenda/json";
import type { Environment } from "corrigenda/results";
import { z } from "zod";
import { Basis } from "./basis.ts";
import { type Notebook, writeNotebook } from "./ipynb.ts";
import type { Parameters } from "./parameters.ts";

/** manifest.json beside an executed notebook. */
const Manifest = z.looseObject({
  format: z.literal(1),
  basis: Basis,
  status: z.enum(["ok", "failed"]),
  outputSha256: z.string(),
});

/** What is written beside the outputs. */
export interface Publication {
  /** From the repository's root. */
  readonly source: string;
  readonly parameters: Parameters;
  readonly basis: Basis;
  readonly environment: Environment;
  readonly status: "ok" | "failed";
  readonly startedAt: string;
  readonly endedAt: string;
}

/** Where a notebook's executed copy lies, below results/. */
export function publishedPath(name: string): string {
  return `notebooks/${name}/${name}.ipynb`;
}

/** True where the executed copy is whole, every cell ran well, and nothing it depends on has changed since. */
export async function isPublished(results: Disk, name: string, basis: Basis): Promise<boolean> {
  const [manifest, output] = [manifestPath(name), publishedPath(name)];
  if ((await results.size(manifest)) === undefined || (await results.size(output)) === undefined) return false;
  const recorded = Manifest.safeParse(parseJson(await readText(results, manifest))).data;
  if (recorded?.status !== "ok" || canonical(recorded.basis) !== canonical(basis)) return false;
  return recorded.outputSha256 === sha256(await readText(results, output));
}

/** Writes the executed copy, then its manifest: without one, or with one of another copy, it counts as not there. */
export async function publish(results: Disk, name: string, notebook: Notebook, about: Publication): Promise<void> {
  const { source, parameters, environment, startedAt, endedAt } = about;
  const { node, commit, versions } = environment;
  const corrigenda = { source, parameters, startedAt, endedAt, commit, versions: { node, ...versions } };
  const text = writeNotebook({ ...notebook, metadata: { ...notebook.metadata, corrigenda } });
  await results.write(publishedPath(name), text);
  const manifest = { format: 1, ...about, outputSha256: sha256(text) } as unknown as Json;
  await results.write(manifestPath(name), `${JSON.stringify(manifest, null, 2)}\n`);
}

function manifestPath(name: string): string {
  return `notebooks/${name}/manifest.json`;
}
