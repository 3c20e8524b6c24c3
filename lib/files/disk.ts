/** A place for files. Paths are relative to the disk's root, or absolute. */
export interface Disk {
  /** Bytes in [from, to), streamed; to the end where `to` is absent. Throws StudyError "files" when the file is absent. */
  read(path: string, from?: number, to?: number): AsyncIterable<Uint8Array>;
  /** Exactly `length` bytes at `offset`. */
  readAt(path: string, offset: number, length: number): Promise<Uint8Array>;
  /** Opens a file for many reads at offsets. */
  reader(path: string): Promise<Reader>;
  /** Size in bytes; undefined when absent. */
  size(path: string): Promise<number | undefined>;
  /** Names in a folder, sorted by code unit; folders end in "/". Empty when absent. */
  list(folder: string): Promise<readonly string[]>;
  /**
   * Opens for append, creating folders. With content "lines" (default) a torn last line is closed with a newline, so
   * nothing is lost or merged.
   */
  append(path: string, content?: "lines" | "bytes"): Promise<Appender>;
  /** Starts a file that appears whole at commit, or never. */
  draft(): Promise<Draft>;
  /** Draft, write, commit. */
  write(path: string, content: string | Uint8Array): Promise<void>;
  /** A lazily read Blob of a file (for uploads). */
  blob(path: string): Promise<Blob>;
  /** Removes a file or a folder with its content; nothing happens when absent. */
  remove(path: string): Promise<void>;
  /** Takes a lock file for this process; throws StudyError "locked" while a live process holds it. */
  lock(path: string): Promise<Lock>;
  /** Where a path lies, for messages and child processes. */
  resolve(path: string): string;
}

/** Reads at offsets, concurrently if asked. */
export interface Reader {
  /** Exactly `length` bytes at `offset`. */
  readAt(offset: number, length: number): Promise<Uint8Array>;
  close(): Promise<void>;
}

/** An append-only file. */
export interface Appender {
  /** Bytes in the file, the unsynced ones included. */
  readonly size: number;
  write(bytes: string | Uint8Array): Promise<void>;
  /** Returns when all that was written would survive a power cut. */
  sync(): Promise<void>;
  close(): Promise<void>;
}

/** A file that is being written; invisible until commit. */
export interface Draft {
  /** Where it lies until then, for a library that writes by path. Empty in memory. */
  readonly path: string;
  write(bytes: string | Uint8Array): Promise<void>;
  /** fsync, rename to `path`, fsync of its folder. */
  commit(path: string): Promise<void>;
  discard(): Promise<void>;
}

export interface Lock {
  release(): Promise<void>;
}
