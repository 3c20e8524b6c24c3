import type { Disk } from "corrigenda/files";
import { readText } from "corrigenda/files";
import { contentHash, sha256 } from "corrigenda/json";
import { hashFile } from "./hash.ts";
import type { FileHash, Manifest } from "./manifest.ts";
import { type RunName, runFolder, stageFolder } from "./names.ts";
import { readManifest, readStageConfig, stagesOf } from "./read.ts";

/** One thing that is not as the manifests say. */
export interface Mismatch {
  readonly stage: string;
  readonly cause: "missing" | "size" | "sha256" | "config" | "parent";
  /** Relative to the run's folder; inputs to the repository. */
  readonly path: string;
  /** What was found, for people. */
  readonly detail: string;
}

export interface VerifyOptions extends RunName {
  readonly root: Disk;
  /** Where the inputs lie. */
  readonly repository: Disk;
}

/** Recomputes every hash of a run: outputs, inputs, configs and the chain of manifests. Nothing comes where all holds. */
export async function* verifyRun(options: VerifyOptions): AsyncGenerator<Mismatch> {
  let stages = 0;
  for await (const { stage, state } of stagesOf(options.root, options)) {
    if (state === "fresh") continue;
    stages += 1;
    const manifest = await readManifest(options.root, stageFolder({ ...options, stage }));
    if (!manifest) {
      yield { stage, cause: "missing", path: `${stage}/manifest.json`, detail: "the stage is not finished" };
      continue;
    }
    yield* verifyConfig(options, manifest);
    for (const output of manifest.outputs) yield* verifyFile(options.root, `${runFolder(options)}/`, stage, output);
    for (const input of manifest.inputs) yield* verifyFile(options.repository, "", stage, input);
    yield* verifyParents(options, manifest);
  }
  if (stages === 0) yield { stage: "", cause: "missing", path: ".", detail: "there is no such run" };
}

async function* verifyConfig(options: VerifyOptions, manifest: Manifest): AsyncGenerator<Mismatch> {
  const { stage } = manifest;
  const path = `${stage}/config.json`;
  const recorded = await readStageConfig(options.root, stageFolder({ ...options, stage }));
  if (!recorded) yield { stage, cause: "missing", path, detail: "the file is gone" };
  else if (contentHash(recorded.config) !== manifest.configSha256) {
    yield { stage, cause: "config", path, detail: "is not the config that the manifest was made from" };
  }
  if (contentHash(manifest.config) !== manifest.configSha256) {
    yield {
      stage,
      cause: "config",
      path: `${stage}/manifest.json`,
      detail: "holds a config that does not fit its sha256",
    };
  }
}

async function* verifyFile(disk: Disk, prefix: string, stage: string, recorded: FileHash): AsyncGenerator<Mismatch> {
  const { path, bytes, sha256: expected } = recorded;
  const size = await disk.size(prefix + path);
  if (size === undefined) yield { stage, cause: "missing", path, detail: "the file is gone" };
  else if (size !== bytes) yield { stage, cause: "size", path, detail: `${bytes} bytes recorded, ${size} found` };
  else {
    const found = (await hashFile(disk, prefix + path)).sha256;
    if (found !== expected) yield { stage, cause: "sha256", path, detail: `${expected} recorded, ${found} found` };
  }
}

async function* verifyParents(options: VerifyOptions, { stage, parents }: Manifest): AsyncGenerator<Mismatch> {
  for (const parent of parents) {
    const path = `${parent.stage}/manifest.json`;
    const file = `${runFolder(options)}/${path}`;
    if ((await options.root.size(file)) === undefined) {
      yield { stage, cause: "missing", path, detail: `${stage} was made from it` };
    } else if (sha256(await readText(options.root, file)) !== parent.manifestSha256) {
      yield {
        stage,
        cause: "parent",
        path,
        detail: `${parent.stage} was made again after ${stage}; run ${stage} again`,
      };
    }
  }
}
