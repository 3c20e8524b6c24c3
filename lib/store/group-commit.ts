/** Appends that share fsyncs: whatever is queued while one fsync runs goes out together with the next. */
export interface GroupCommit<T> {
  /** Returns when the item is durable. After a failed write every later call fails too: the file's tail is unknown. */
  add(item: T): Promise<void>;
  /** Waits for what is queued. */
  drain(): Promise<void>;
}

interface Waiting<T> {
  readonly item: T;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** @param write makes a group of items durable */
export function groupCommit<T>(write: (items: readonly T[]) => Promise<void>): GroupCommit<T> {
  let queue: Waiting<T>[] = [];
  let running: Promise<void> | undefined;
  let broken: unknown;
  const flush = async (group: readonly Waiting<T>[]): Promise<void> => {
    try {
      if (broken !== undefined) throw broken;
      await write(group.map((waiting) => waiting.item));
      for (const waiting of group) waiting.resolve();
    } catch (error) {
      broken ??= error;
      for (const waiting of group) waiting.reject(error);
    }
  };
  const loop = async (): Promise<void> => {
    while (queue.length > 0) {
      await turn(); // whoever calls in this turn joins the group: replies come in many at a time
      const group = queue;
      queue = [];
      await flush(group);
    }
    running = undefined;
  };
  return {
    add: (item) =>
      new Promise((resolve, reject) => {
        queue.push({ item, resolve, reject });
        running ??= loop();
      }),
    drain: async () => {
      while (running) await running;
    },
  };
}
