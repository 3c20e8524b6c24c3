import { createHash } from "node:crypto";
import { StudyError } from "corrigenda/error";
import type { Disk } from "corrigenda/files";
import { askHub, type HubFile, type HubOptions, type HubSplit, unreachable } from "./hub.ts";

/** Bytes of one range request: what a broken connection costs at most. */
const PIECE_BYTES = 8 * 2 ** 20;
const TRIES = 3;

/**
 * Fetches the files of a split into `folder`, a piece at a time: what is there already is not fetched again, so a broken
 * download goes on where it stopped. Returns their paths.
 */
export async function fetchSplit(
  disk: Disk,
  folder: string,
  { dataset, revision, files }: HubSplit,
  options: HubOptions = {},
): Promise<string[]> {
  const paths: string[] = [];
  for (const file of files) {
    const path = `${folder}/${dataset.replace("/", "--")}/${revision}/${file.path}`;
    await fetchFile(disk, path, file, options);
    paths.push(path);
  }
  return paths;
}

/** Fetches what is not there yet, and compares it with the hub's hash of it. Throws StudyError "network". */
export async function fetchFile(disk: Disk, path: string, file: HubFile, options: HubOptions): Promise<void> {
  const there = (await disk.size(path)) ?? 0;
  if (there > file.bytes) await disk.remove(path);
  if (there !== file.bytes || file.bytes === 0) {
    const out = await disk.append(path, "bytes");
    try {
      while (out.size < file.bytes) await out.write(await piece(file, out.size, options));
      await out.sync();
    } finally {
      await out.close();
    }
  }
  if (await isWhole(disk, path, file)) return;
  await disk.remove(path);
  throw new StudyError("network", `${file.path} did not arrive as the hub has it (its hash differs); run again`);
}

/** The bytes from `from`, at most a piece. A server that knows no ranges sends all; what is there is passed over. */
async function piece(file: HubFile, from: number, options: HubOptions): Promise<Uint8Array> {
  const to = Math.min(file.bytes, from + PIECE_BYTES);
  for (let tried = 1; ; tried++) {
    try {
      const response = await askHub(file.url, options, { range: `bytes=${from}-${to - 1}` });
      if (response.status !== 206 && response.status !== 200)
        throw unreachable(file.url, `status ${response.status}`, options);
      const body = new Uint8Array(await response.arrayBuffer());
      const bytes = response.status === 200 ? body.subarray(from, to) : body;
      if (bytes.length !== to - from) throw unreachable(file.url, `${file.path} broke off`, options);
      return bytes;
    } catch (error) {
      if (options.signal?.aborted || tried >= TRIES) throw asNetwork(error, file, options);
    }
  }
}

function asNetwork(error: unknown, file: HubFile, options: HubOptions): unknown {
  return error instanceof StudyError || !(error instanceof Error)
    ? error
    : unreachable(file.url, `${file.path} broke off`, options, error);
}

async function isWhole(disk: Disk, path: string, { sha256, blob, bytes }: HubFile): Promise<boolean> {
  if ((sha256 ?? blob) === undefined) return true;
  const hash = createHash(sha256 === undefined ? "sha1" : "sha256");
  if (sha256 === undefined) hash.update(`blob ${bytes}\0`); // git-scm.com/book/en/v2/Git-Internals-Git-Objects
  for await (const part of disk.read(path)) hash.update(part);
  return hash.digest("hex") === (sha256 ?? blob);
}
