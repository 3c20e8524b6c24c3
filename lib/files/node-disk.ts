import { constants, createReadStream, openAsBlob } from "node:fs";
import { type FileHandle, mkdir, open, readdir, rm, stat } from "node:fs/promises";
import path from "node:path";
import { StudyError } from "corrigenda/error";
import type { Appender, Disk, Draft, Reader } from "./disk.ts";
import { openDraft, removeDeadDrafts } from "./draft.ts";
import { readError, writing } from "./errors.ts";
import { takeLock } from "./lock.ts";
import { syncFolder, writeAll } from "./sync.ts";

const READ_BYTES = 64 << 10; // as downloads come; larger blocks outlive the young objects around them and take more memory
const NEWLINE = 10;
// What is appended to is ours: a link in its place, as in a folder that somebody sent, may lead to any file. Windows knows no such flag.
const APPENDING = constants.O_RDWR | constants.O_APPEND | constants.O_CREAT | (constants.O_NOFOLLOW ?? 0);

/** The real disk under `root`. Drafts of processes that were killed go when the next one starts a draft beside them. */
export function nodeDisk(root: string): Disk {
  const at = (name: string): string => path.resolve(root, name);
  const swept = new Set<string>();
  const draftIn = async (folder: string): Promise<Draft> => {
    if (!swept.has(folder)) await removeDeadDrafts(folder);
    swept.add(folder);
    return openDraft(folder, at);
  };
  const disk: Disk = {
    resolve: at,
    read: (name, from = 0, to) => readStream(at(name), from, to),
    readAt: async (name, offset, length) => {
      const reader = await openReader(at(name));
      return reader.readAt(offset, length).finally(() => reader.close());
    },
    reader: (name) => openReader(at(name)),
    size: async (name) => (await stat(at(name)).catch(absent(at(name))))?.size,
    list: async (folder) => {
      const entries = (await readdir(at(folder), { withFileTypes: true }).catch(absent(at(folder)))) ?? [];
      return entries.map((entry) => (entry.isDirectory() ? `${entry.name}/` : entry.name)).sort();
    },
    append: (name, content = "lines") => writing(at(name), () => openAppender(at(name), content)),
    draft: () => draftIn(at(".")),
    write: async (name, content) => {
      const draft = await draftIn(path.dirname(at(name)));
      await draft.write(content).catch(async (error: unknown) => {
        await draft.discard();
        throw error;
      });
      await draft.commit(name);
    },
    blob: async (name) => {
      if ((await disk.size(name)) === undefined) throw readError({ code: "ENOENT" }, at(name));
      return openAsBlob(at(name));
    },
    remove: (name) => writing(at(name), () => rm(at(name), { recursive: true, force: true })),
    lock: (name) => writing(at(name), () => takeLock(at(name))),
  };
  return disk;
}

async function* readStream(file: string, from: number, to: number | undefined): AsyncGenerator<Uint8Array> {
  if (to !== undefined && to <= from) return;
  const end = to === undefined ? {} : { end: to - 1 };
  try {
    yield* createReadStream(file, { start: from, highWaterMark: READ_BYTES, ...end }) as AsyncIterable<Buffer>;
  } catch (cause) {
    throw readError(cause, file);
  }
}

async function openReader(file: string): Promise<Reader> {
  const handle = await open(file, "r").catch((cause: unknown) => {
    throw readError(cause, file);
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
  const handle = await open(file, APPENDING);
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
    write: (bytes) => writing(file, () => write(bytes)),
    sync: () => writing(file, () => handle.datasync()),
    close: () => handle.close(),
  };
}

async function endsInNewline(handle: FileHandle, size: number): Promise<boolean> {
  const last = Buffer.alloc(1);
  await handle.read(last, 0, 1, size - 1);
  return last[0] === NEWLINE;
}

function absent(file: string): (cause: unknown) => undefined {
  return (cause) => {
    const code = (cause as NodeJS.ErrnoException).code;
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw readError(cause, file);
  };
}
