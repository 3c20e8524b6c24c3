import { createHash, type Hash } from "node:crypto";
import { StudyError } from "corrigenda/error";
import { type Disk, type Draft, lineBlocks } from "corrigenda/files";
import { parseJson, sha256 } from "corrigenda/json";
import type { BatchApi, Chunk, WireRequest } from "corrigenda/provider";
import type { ChunkMeta } from "./events.ts";
import { type IdTable, idTable } from "./id-table.ts";
import { type TextWriter, textWriter } from "./text-writer.ts";

/** What a request counts towards the limits of a file. */
export interface RequestSize {
  readonly tokens: number;
  /** US dollars, upper end. */
  readonly usd: number;
}

export interface FileLimits {
  readonly requests: number;
  readonly bytes: number;
  readonly tokens: number;
}

/** Writes requests into files within a service's limits, one model and endpoint a file. */
export interface RequestWriter {
  add(id: string, key: string, wire: WireRequest, size: RequestSize): Promise<void>;
  /** Commits what is open; every file's first submission. */
  finish(): Promise<ChunkMeta[]>;
  discard(): Promise<void>;
}

// Many files can be open, and what buffers take outside the heap makes the garbage collector run early.
const LINES_BUFFER_BYTES = 128 << 10;
const KEYS_BUFFER_BYTES = 32 << 10;

interface OpenFile {
  readonly model: string;
  readonly endpoint: string;
  readonly drafts: readonly [lines: Draft, keys: Draft];
  readonly lines: TextWriter;
  readonly keys: TextWriter;
  readonly hash: Hash;
  /** Of the requests in this file; the next file of the group goes on with the same table, cleared. */
  readonly ids: IdTable;
  requests: number;
  bytes: number;
  tokens: number;
  usd: number;
}

export function requestWriter(disk: Disk, api: BatchApi, limits: FileLimits): RequestWriter {
  const open = new Map<string, OpenFile>();
  const done: Promise<ChunkMeta>[] = [];
  const close = async (file: OpenFile): Promise<void> => {
    open.delete(groupOf(file));
    await done.at(-1); // one fsync runs while the next file is built
    const commit = commitFile(file);
    commit.catch(() => undefined); // finish() throws it
    done.push(commit);
  };
  return {
    add: async (id, key, wire, size) => {
      const line = `${api.line(id, wire)}\n`;
      const bytes = Buffer.byteLength(line);
      if (bytes > limits.bytes) {
        throw new StudyError(
          "dataset",
          `request ${id} has ${bytes} bytes, a batch file may have ${limits.bytes}; shorten it`,
        );
      }
      let file = open.get(groupOf(wire));
      const isFull =
        file !== undefined &&
        (file.requests >= limits.requests ||
          file.bytes + bytes > limits.bytes ||
          file.tokens + size.tokens > limits.tokens);
      if (file && isFull) {
        await close(file);
        file.ids.clear();
        file = await openFile(disk, wire, file.ids);
      }
      file ??= await openFile(disk, wire);
      open.set(groupOf(wire), file);
      if (!(await addLine(file, id, key, line))) {
        throw new StudyError("dataset", `two different requests share the id ${id}; ids must be unique`, {
          facts: { id },
        });
      }
      file.tokens += size.tokens;
      file.usd += size.usd;
    },
    finish: async () => {
      for (const file of [...open.values()]) await close(file);
      return Promise.all(done);
    },
    discard: async () => {
      await Promise.allSettled(done);
      for (const { drafts, lines, keys } of open.values()) {
        await Promise.allSettled([lines.end(), keys.end()]);
        for (const draft of drafts) await draft.discard();
      }
      open.clear();
    },
  };
}

function groupOf({ model, endpoint }: { readonly model: string; readonly endpoint: string }): string {
  return `${endpoint} ${model}`;
}

async function openFile(
  disk: Disk,
  { model, endpoint }: { readonly model: string; readonly endpoint: string },
  ids: IdTable = idTable(),
): Promise<OpenFile> {
  const drafts = [await disk.draft(), await disk.draft()] as const;
  const hash = createHash("sha256");
  return {
    model,
    endpoint,
    drafts,
    lines: textWriter(drafts[0], LINES_BUFFER_BYTES),
    keys: textWriter(drafts[1], KEYS_BUFFER_BYTES, (block) => hash.update(block)),
    hash,
    ids,
    requests: 0,
    bytes: 0,
    tokens: 0,
    usd: 0,
  };
}

/** False, and nothing added, where the file has a request of this id. @param line with its newline */
async function addLine(file: OpenFile, id: string, key: string, line: string): Promise<boolean> {
  if (!file.ids.add(id)) return false;
  const bytes = Buffer.byteLength(line);
  file.requests += 1;
  file.bytes += bytes;
  const entry = `["${key}",${JSON.stringify(id)}]\n`;
  await file.keys.add(entry, Buffer.byteLength(entry));
  await file.lines.add(line, bytes);
  return true;
}

async function commitFile(file: OpenFile): Promise<ChunkMeta> {
  await Promise.all([file.lines.end(), file.keys.end()]);
  const stem = file.hash.digest("hex");
  await file.drafts[1].commit(keysPath(stem));
  await file.drafts[0].commit(linesPath(stem));
  const { model, endpoint, requests, bytes, tokens, usd } = file;
  const meta = { stem, requests, bytes, tokens: Math.ceil(tokens), usd, model, endpoint };
  return { key: submissionKey(stem, 1), ...meta, attempt: 1, serial: 1 };
}

/** The mark of the `serial`-th submission of a request file. */
export function submissionKey(stem: string, serial: number): string {
  return sha256(`${stem}#${serial}`);
}

/** The ids and keys of a request file, in its order. */
export async function* readKeys(
  disk: Disk,
  stem: string,
): AsyncGenerator<{ readonly id: string; readonly key: string }> {
  for await (const lines of lineBlocks(disk.read(keysPath(stem)))) {
    for (const line of lines) {
      const [key, id] = parseJson(line.toString("utf8")) as [string, string];
      yield { id, key };
    }
  }
}

/** A new request file with the lines of another that `keep` chooses; its first submission. */
export async function copyRequests(
  disk: Disk,
  meta: ChunkMeta,
  keep: (ordinal: number) => boolean,
): Promise<ChunkMeta> {
  const file = await openFile(disk, meta);
  const keys = readKeys(disk, meta.stem);
  let ordinal = 0;
  for await (const lines of lineBlocks(disk.read(linesPath(meta.stem)))) {
    for (const line of lines) {
      const { value: entry } = await keys.next();
      if (entry && keep(ordinal)) {
        await addLine(file, entry.id, entry.key, `${line.toString("utf8")}\n`);
      }
      ordinal += 1;
    }
  }
  file.tokens = (meta.tokens * file.bytes) / meta.bytes;
  file.usd = (meta.usd * file.bytes) / meta.bytes;
  return commitFile(file);
}

/** A submission as providers see it. */
export function chunkOf(disk: Disk, meta: ChunkMeta): Chunk {
  const { key, requests, bytes, tokens, model, endpoint } = meta;
  return { key, requests, bytes, tokens, model, endpoint, blob: () => disk.blob(linesPath(meta.stem)) };
}

/** Where the request lines of a file lie, in the job's folder. */
export function linesPath(stem: string): string {
  return `requests/${stem.slice(0, 32)}.jsonl`;
}

/** Where their keys and ids lie. */
export function keysPath(stem: string): string {
  return `requests/${stem.slice(0, 32)}.keys.jsonl`;
}
