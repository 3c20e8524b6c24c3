import { Worker } from "node:worker_threads";
import { StudyError } from "corrigenda/error";
import type { Completeness, Completion, TypeFault, TypeServiceOptions } from "./answers.ts";
import type { Cells } from "./cells.ts";

/** Type checks, completion and inspection for the cells of one notebook, in a thread of its own. */
export interface TypeService {
  /** What TypeScript says of a cell that was not run yet; warmed up in the background, the first check may wait for it. */
  check(cell: string): Promise<TypeFault[]>;
  /** The cell was run: later cells see what it declares. Calls are answered in their order. */
  accept(cell: string): void;
  /** @param offset of the cursor, in UTF-16 units */
  complete(cell: string, offset: number): Promise<Completion>;
  /** Signature and documentation as plain text. */
  inspect(cell: string, offset: number): Promise<string | undefined>;
  isComplete(cell: string): Promise<Completeness>;
  /** Starts anew: no earlier cells. */
  forget(): void;
  close(): Promise<void>;
}

export type Calls = Cells & { isComplete(cell: string): Completeness };

export interface Call {
  readonly id: number;
  readonly name: keyof Calls;
  readonly args: readonly unknown[];
}

export interface Answer {
  readonly id: number;
  readonly value?: unknown;
  readonly error?: string;
}

interface Waiting {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

// Each check makes and drops a program: a larger nursery halves the time that goes into collecting it.
const NURSERY_MB = 64;

/** Starts the thread; it warms up at once. Without a call under way it does not keep the process alive. */
export function openTypeService(place: TypeServiceOptions): TypeService {
  const resourceLimits = { maxYoungGenerationSizeMb: NURSERY_MB };
  const worker = new Worker(new URL("./thread.ts", import.meta.url), { workerData: place, resourceLimits });
  const waiting = new Map<number, Waiting>();
  let calls = 0;
  let ended: StudyError | undefined;
  let closing = false;
  const end = (error: StudyError): void => {
    ended ??= error;
    for (const { reject } of waiting.values()) reject(ended);
    waiting.clear();
  };
  worker.unref();
  worker.on("message", ({ id, value, error }: Answer) => {
    const one = waiting.get(id);
    waiting.delete(id);
    if (waiting.size === 0 && !closing) worker.unref();
    if (error === undefined) one?.resolve(value);
    else one?.reject(new StudyError("notebook", `TypeScript failed on this cell: ${error}`));
  });
  worker.on("error", (cause) => end(new StudyError("notebook", `the type service ended: ${cause}`, { cause })));
  worker.on("exit", () => end(new StudyError("stopped", "the type service is closed")));
  const call = <T>(name: keyof Calls, ...args: readonly unknown[]): Promise<T> => {
    if (ended) return Promise.reject(ended);
    worker.ref();
    const id = ++calls;
    worker.postMessage({ id, name, args } satisfies Call);
    return new Promise((resolve, reject) => waiting.set(id, { resolve: resolve as (value: unknown) => void, reject }));
  };
  const tell = (name: keyof Calls, ...args: readonly unknown[]): void =>
    void call(name, ...args).catch(() => undefined);
  return {
    check: (cell) => call("check", cell),
    accept: (cell) => tell("accept", cell),
    complete: (cell, offset) => call("complete", cell, offset),
    inspect: (cell, offset) => call("inspect", cell, offset),
    isComplete: (cell) => call("isComplete", cell),
    forget: () => tell("forget"),
    close: async () => {
      closing = true;
      worker.ref(); // else the process may end with the thread, and what its caller does next never runs
      await worker.terminate();
    },
  };
}
