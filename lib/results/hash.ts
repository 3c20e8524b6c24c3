import { createHash } from "node:crypto";
import type { Disk } from "corrigenda/files";
import type { FileHash } from "./manifest.ts";

/** Size and sha256 of a file, streamed. Throws StudyError "files" where it is absent. */
export async function hashFile(disk: Disk, path: string): Promise<FileHash> {
  const hash = createHash("sha256");
  let bytes = 0;
  for await (const part of disk.read(path)) {
    hash.update(part);
    bytes += part.length;
  }
  return { path, bytes, sha256: hash.digest("hex") };
}

/** sha256 over request keys, each followed by a newline, in the order of the stage's rows. */
export async function keysRoot(keys: AsyncIterable<string> | Iterable<string>): Promise<string> {
  const hash = createHash("sha256");
  for await (const key of keys) hash.update(`${key}\n`);
  return hash.digest("hex");
}

/** sha256 over the paths and contents of all files below a folder, installed packages left out. */
export async function hashFolder(disk: Disk, folder: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const path of filesBelow(disk, folder)) hash.update(`${(await hashFile(disk, path)).sha256} ${path}\n`);
  return hash.digest("hex");
}

async function* filesBelow(disk: Disk, folder: string): AsyncGenerator<string> {
  for (const name of await disk.list(folder)) {
    if (name === "node_modules/" || name.startsWith(".")) continue;
    if (name.endsWith("/")) yield* filesBelow(disk, `${folder}/${name.slice(0, -1)}`);
    else yield `${folder}/${name}`;
  }
}
