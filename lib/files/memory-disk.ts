import { StudyError } from "corrigenda/error";
import type { Disk, Draft } from "./disk.ts";

/** A disk in memory that can lose what was not synced: for simulations and tests. */
export interface MemoryDisk extends Disk {
  /**
   * The power goes: every appended byte that was not synced is lost, but for what `left` makes of each file's unsynced
   * tail (a number: its first bytes); drafts and locks vanish.
   */
  crash(left?: number | ((unsynced: Buffer) => Uint8Array)): void;
  /** The process goes and the machine stays: locks vanish, and what was not synced can still be read and lost. */
  kill(): void;
}

interface MemoryFile {
  bytes: Buffer;
  synced: number;
}

export function memoryDisk(): MemoryDisk {
  const files = new Map<string, MemoryFile>();
  const locks = new Set<string>();
  const get = (path: string): MemoryFile => {
    const file = files.get(path);
    if (!file) throw new StudyError("files", `${path} does not exist`, { facts: { file: path } });
    return file;
  };
  const slice = (path: string, offset: number, length: number): Uint8Array => {
    const bytes = get(path).bytes.subarray(offset, offset + length);
    if (bytes.length < length) throw new StudyError("files", `${path} was cut off`);
    return Buffer.from(bytes);
  };
  const draft = (): Draft => {
    let bytes = Buffer.alloc(0);
    return {
      path: "",
      write: async (more) => {
        bytes = Buffer.concat([bytes, Buffer.from(more as Uint8Array)]);
      },
      commit: async (path) => {
        files.set(path, { bytes, synced: bytes.length });
      },
      discard: async () => undefined,
    };
  };
  return {
    resolve: (path) => path,
    read: async function* (path, from = 0, to) {
      const bytes = get(path).bytes.subarray(from, to);
      if (bytes.length > 0) yield Buffer.from(bytes);
    },
    readAt: async (path, offset, length) => slice(path, offset, length),
    reader: async (path) => ({
      readAt: async (offset, length) => slice(path, offset, length),
      close: async () => undefined,
    }),
    size: async (path) => files.get(path)?.bytes.length,
    list: async (folder) => listNames([...files.keys()], folder),
    append: async (path, content = "lines") => {
      const file = files.get(path) ?? { bytes: Buffer.alloc(0), synced: 0 };
      files.set(path, file);
      const write = async (more: string | Uint8Array): Promise<void> => {
        file.bytes = Buffer.concat([file.bytes, Buffer.from(more as Uint8Array)]);
      };
      if (content === "lines" && file.bytes.length > 0 && file.bytes.at(-1) !== 10) await write("\n");
      return {
        get size() {
          return file.bytes.length;
        },
        write,
        sync: async () => {
          file.synced = file.bytes.length;
        },
        close: async () => undefined,
      };
    },
    draft: async () => draft(),
    write: async (path, content) => {
      const one = draft();
      await one.write(content);
      await one.commit(path);
    },
    blob: async (path) => new Blob([new Uint8Array(get(path).bytes)]),
    remove: async (path) => {
      for (const name of [...files.keys()]) if (name === path || name.startsWith(`${path}/`)) files.delete(name);
    },
    lock: async (path) => {
      if (locks.has(path)) throw new StudyError("locked", `${path} is in use`);
      locks.add(path);
      return {
        release: async () => {
          locks.delete(path);
        },
      };
    },
    crash: (left = 0) => {
      for (const file of files.values()) {
        const unsynced = file.bytes.subarray(file.synced);
        if (unsynced.length === 0) continue;
        const tail = typeof left === "number" ? unsynced.subarray(0, left) : left(unsynced);
        file.bytes = Buffer.concat([file.bytes.subarray(0, file.synced), tail]);
        file.synced = file.bytes.length;
      }
      locks.clear();
    },
    kill: () => locks.clear(),
  };
}

function listNames(paths: readonly string[], folder: string): string[] {
  const prefix = folder === "" || folder === "." ? "" : `${folder.replace(/\/$/, "")}/`;
  const names = new Set<string>();
  for (const path of paths) {
    if (!path.startsWith(prefix)) continue;
    const rest = path.slice(prefix.length);
    const slash = rest.indexOf("/");
    names.add(slash < 0 ? rest : rest.slice(0, slash + 1));
  }
  return [...names].sort();
}
