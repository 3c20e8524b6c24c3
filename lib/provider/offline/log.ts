import type { Appender } from "corrigenda/files";

/** An append-only file whose callers share fsyncs. */
export interface DurableLog {
  /** Returns when the line (no newline) is durable. */
  add(line: string): Promise<void>;
  /** Waits for what is queued, then closes the file. */
  close(): Promise<void>;
}

/** Lines that come while one fsync runs go out together with the next. */
export function durableLog(file: Appender): DurableLog {
  let queued: string[] = [];
  let next: Promise<void> | undefined;
  let running: Promise<void> = Promise.resolve();
  const flush = async (): Promise<void> => {
    const lines = queued;
    queued = [];
    next = undefined;
    await file.write(`${lines.join("\n")}\n`);
    await file.sync();
  };
  return {
    add: (line) => {
      queued.push(line);
      if (!next) {
        // A failed write fails every later one too: the file's tail is unknown.
        next = running.then(flush);
        running = next;
      }
      return next;
    },
    close: async () => {
      await running.finally(() => file.close());
    },
  };
}
