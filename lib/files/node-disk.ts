import { randomUUID } from "node:crypto";
import { createReadStream, openAsBlob } from "node:fs";
import { type FileHandle, mkdir, open, readdir, rename, rm, stat } from "node:fs/promises";
import path from "node:path";
import { StudyError } from "corrigenda/error";
import type { Appender, Disk, Draft, Reader } from "./disk.ts";
import { takeLock } from "./lock.ts";

const READ_BYTES = 1 << 20;
const NEWLINE = 10;

/** The real disk under `root`. */
export function nodeDisk(root: string): Disk {
  const at = (name: string): string => path.resolve(root, name);
  const disk: Disk = {
    resolve: at,
    read: (name, from = 0, to) => readStream(at(name), from, to),
    readAt: async (name, offset, length) => {
      const reader = await openReader(at(name));
      return reader.readAt(offset, length).finally(() => reader.close());
    },
    reader: (name) => openReader(at(name)),
    size: async (name) => (await stat(at(name)).catch(absent))?.size,
    list: async (folder) => {
      const entries = (await readdir(at(folder), { withFileTypes: true }).catch(absent)) ?? [];
      return entries.map((entry) => (entry.isDirectory() ? `${entry.name}/` : entry.name)).sort();
    },
    append: (name, content = "lines") => openAppender(at(name), content),
    draft: () => openDraft(at("."), at),
    write: async (name, content) => {
      const draft = await openDraft(path.dirname(at(name)), at);
      await draft.write(content);
      await draft.commit(name);
    },
    blob: (name) => openAsBlob(at(name)),
    remove: (name) => rm(at(name), { recursive: true, force: true }),
    lock: (name) => takeLock(at(name)),
  };
  return disk;
}

async function* readStream(file: string, from: number, to: number | undefined): AsyncGenerator<Uint8Array> {
  if (to !== undefined && to <= from) return;
  const end = to === undefined ? {} : { end: to - 1 };
  try {
    yield* createReadStream(file, { start: from, highWaterMark: READ_BYTES, ...end }) as AsyncIterable<Buffer>;
  } catch (cause) {
    throw filesError(cause, file);
  }
}

async function openReader(file: string): Promise<Reader> {
  const handle = await open(file, "r").catch((cause: unknown) => {
    throw filesError(cause, file);
  });
  return {
    readAt: async (offset, length) => {
      const { buffer, bytesRead } = await handle.read(Buffer.allocUnsafe(length), 0, length, offset);
      if (bytesRead === length) return buffer;
      throw new StudyError("files", `${file} ends at byte ${offset + bytesRead}: it was cut off`);
    },
    close: () => handle.close(),
  };
}

async function openAppender(file: string, content: "lines" | "bytes"): Promise<Appender> {
  await mkdir(path.dirname(file), { recursive: true });
  const handle = await open(file, "a+");
  let size = (await handle.stat()).size;
  const write = async (bytes: string | Uint8Array): Promise<void> => {
    const buffer = typeof bytes === "string" ? Buffer.from(bytes, "utf8") : bytes;
    await writeAll(handle, buffer);
    size += buffer.byteLength;
  };
  if (size === 0) await syncFolder(path.dirname(file));
  else if (content === "lines" && !(await endsInNewline(handle, size))) await write("\n");
  return {
    get size() {
      return size;
    },
    write,
    sync: () => handle.datasync(),
    close: () => handle.close(),
  };
}

async function openDraft(folder: string, at: (name: string) => string): Promise<Draft> {
  await mkdir(folder, { recursive: true });
  const draft = path.join(folder, `.draft-${randomUUID()}.tmp`);
  const handle = await open(draft, "wx");
  return {
    write: (bytes) => writeAll(handle, typeof bytes === "string" ? Buffer.from(bytes, "utf8") : bytes),
    commit: async (name) => {
      await handle.datasync();
      await handle.close();
      await mkdir(path.dirname(at(name)), { recursive: true });
      await rename(draft, at(name));
      await syncFolder(path.dirname(at(name)));
    },
    discard: async () => {
      await handle.close();
      await rm(draft, { force: true });
    },
  };
}

async function writeAll(handle: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let done = 0; done < bytes.byteLength; ) {
    done += (await handle.write(bytes, done, bytes.byteLength - done)).bytesWritten;
  }
}

async function endsInNewline(handle: FileHandle, size: number): Promise<boolean> {
  const last = Buffer.alloc(1);
  await handle.read(last, 0, 1, size - 1);
  return last[0] === NEWLINE;
}

/** Makes a new or renamed name durable. Windows cannot open a folder: there the rename alone must do. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === "win32") return;
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function absent(cause: unknown): undefined {
  const code = (cause as NodeJS.ErrnoException).code;
  if (code === "ENOENT" || code === "ENOTDIR") return undefined;
  throw cause;
}

function filesError(cause: unknown, file: string): unknown {
  const code = (cause as NodeJS.ErrnoException).code;
  if (code === undefined) return cause;
  const why = code === "ENOENT" ? "does not exist" : code === "EISDIR" ? "is a folder" : `cannot be read (${code})`;
  return new StudyError("files", `${file} ${why}`, { cause, facts: { file } });
}
