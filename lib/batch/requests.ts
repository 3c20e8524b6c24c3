import { createHash, type Hash } from "node:crypto";
import { StudyError } from "corrigenda/error";
import { type Disk, type Draft, lineBlocks } from "corrigenda/files";
import { parseJson, sha256 } from "corrigenda/json";
import type { BatchApi, Chunk, WireRequest } from "corrigenda/provider";
import type { ChunkMeta } from "./events.ts";

const FLUSH_CHARS = 1 << 20;

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

interface OpenFile {
  readonly model: string;
  readonly endpoint: string;
  readonly lines: Draft;
  readonly keys: Draft;
  readonly hash: Hash;
  readonly ids: Set<string>;
  pendingLines: string[];
  pendingKeys: string[];
  pendingChars: number;
  bytes: number;
  tokens: number;
  usd: number;
  /** The flush under way: the next lines are built while it writes. */
  writing: Promise<void>;
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
        (file.ids.size >= limits.requests ||
          file.bytes + bytes > limits.bytes ||
          file.tokens + size.tokens > limits.tokens);
      if (file && isFull) {
        await close(file);
        file = undefined;
      }
      file ??= await openFile(disk, wire);
      open.set(groupOf(wire), file);
      if (file.ids.has(id)) {
        throw new StudyError("dataset", `two different requests share the id ${id}; ids must be unique`, {
          facts: { id },
        });
      }
      file.ids.add(id);
      file.pendingLines.push(line);
      file.pendingKeys.push(`["${key}",${JSON.stringify(id)}]\n`);
      file.pendingChars += line.length;
      file.bytes += bytes;
      file.tokens += size.tokens;
      file.usd += size.usd;
      if (file.pendingChars > FLUSH_CHARS) await flush(file);
    },
    finish: async () => {
      for (const file of [...open.values()]) await close(file);
      return Promise.all(done);
    },
    discard: async () => {
      await Promise.allSettled(done);
      for (const file of open.values()) {
        await file.writing.catch(() => undefined);
        await file.lines.discard();
        await file.keys.discard();
      }
      open.clear();
    },
  };
}

function groupOf({ model, endpoint }: { readonly model: string; readonly endpoint: string }): string {
  return `${endpoint} ${model}`;
}

async function openFile(disk: Disk, { model, endpoint }: WireRequest): Promise<OpenFile> {
  return {
    model,
    endpoint,
    lines: await disk.draft(),
    keys: await disk.draft(),
    hash: createHash("sha256"),
    ids: new Set(),
    pendingLines: [],
    pendingKeys: [],
    pendingChars: 0,
    bytes: 0,
    tokens: 0,
    usd: 0,
    writing: Promise.resolve(),
  };
}

async function flush(file: OpenFile): Promise<void> {
  const [keys, lines] = [file.pendingKeys.join(""), file.pendingLines.join("")];
  file.pendingLines = [];
  file.pendingKeys = [];
  file.pendingChars = 0;
  file.hash.update(keys);
  await file.writing;
  file.writing = Promise.all([file.keys.write(keys), file.lines.write(lines)]).then(() => undefined);
  file.writing.catch(() => undefined); // the next flush or the commit throws it
}

async function commitFile(file: OpenFile): Promise<ChunkMeta> {
  await flush(file);
  await file.writing;
  const stem = file.hash.digest("hex");
  await file.keys.commit(keysPath(stem));
  await file.lines.commit(linesPath(stem));
  const { model, endpoint, bytes, tokens, usd } = file;
  const meta = { stem, requests: file.ids.size, bytes, tokens: Math.ceil(tokens), usd, model, endpoint };
  return { key: submissionKey(stem, 1), ...meta, attempt: 1, serial: 1 };
}

/** The mark of the `serial`-th submission of a request file. */
export function submissionKey(stem: string, serial: number): string {
  return sha256(`${stem}#${serial}`);
}

/** The ids and keys of a request file, in its order. */
export async function readKeys(disk: Disk, stem: string): Promise<{ id: string; key: string }[]> {
  const all: { id: string; key: string }[] = [];
  for await (const lines of lineBlocks(disk.read(keysPath(stem)))) {
    for (const line of lines) {
      const [key, id] = parseJson(line.toString("utf8")) as [string, string];
      all.push({ id, key });
    }
  }
  return all;
}

/** A new request file with the lines of another that `keep` chooses; its first submission. */
export async function copyRequests(
  disk: Disk,
  meta: ChunkMeta,
  keep: (ordinal: number) => boolean,
): Promise<ChunkMeta> {
  const file = await openFile(disk, { model: meta.model, endpoint: meta.endpoint, body: "", sample: 0 });
  const keys = await readKeys(disk, meta.stem);
  let ordinal = 0;
  for await (const lines of lineBlocks(disk.read(linesPath(meta.stem)))) {
    for (const line of lines) {
      const entry = keys[ordinal];
      if (entry && keep(ordinal)) {
        file.ids.add(entry.id);
        file.pendingLines.push(`${line.toString("utf8")}\n`);
        file.pendingKeys.push(`["${entry.key}",${JSON.stringify(entry.id)}]\n`);
        file.pendingChars += line.length;
        file.bytes += line.length + 1;
        if (file.pendingChars > FLUSH_CHARS) await flush(file);
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

function linesPath(stem: string): string {
  return `requests/${stem.slice(0, 32)}.jsonl`;
}

function keysPath(stem: string): string {
  return `requests/${stem.slice(0, 32)}.keys.jsonl`;
}
