import { collect, type Disk } from "corrigenda/files";

/** Two folders, file by file. */
export interface FolderComparison {
  /** Files whose bytes were compared. */
  readonly compared: number;
  /** Files that differ, or are in one of them alone; sorted. */
  readonly differ: readonly string[];
}

/**
 * Compares two folders byte by byte.
 * @param shown what of a file has to be the same: its bytes, a part of them, or undefined for a file that is left out
 */
export async function compareFolders(
  a: Disk,
  b: Disk,
  shown: (path: string, bytes: Buffer) => Buffer | string | undefined,
): Promise<FolderComparison> {
  const names = new Set([...(await collect(filesBelow(a, "."))), ...(await collect(filesBelow(b, ".")))]);
  const differ: string[] = [];
  let compared = 0;
  for (const name of [...names].sort()) {
    const [one, other] = [await bytesOf(a, name), await bytesOf(b, name)];
    const [left, right] = [one, other].map((bytes) => (bytes === undefined ? undefined : shown(name, bytes)));
    if (left === undefined && right === undefined) continue;
    compared += 1;
    const same = left !== undefined && right !== undefined && Buffer.from(left).equals(Buffer.from(right));
    if (!same) differ.push(name);
  }
  return { compared, differ };
}

/** Copies files of a folder. */
export async function copyFolder(from: Disk, to: Disk, chosen: (path: string) => boolean): Promise<void> {
  for (const path of await collect(filesBelow(from, ".")))
    if (chosen(path)) await to.write(path, Buffer.concat(await collect(from.read(path))));
}

async function bytesOf(disk: Disk, name: string): Promise<Buffer | undefined> {
  return (await disk.size(name)) === undefined ? undefined : Buffer.concat(await collect(disk.read(name)));
}

async function* filesBelow(disk: Disk, folder: string): AsyncGenerator<string> {
  for (const name of await disk.list(folder)) {
    const path = folder === "." ? name : `${folder}/${name}`;
    if (name.endsWith("/")) yield* filesBelow(disk, path.slice(0, -1));
    else yield path;
  }
}
