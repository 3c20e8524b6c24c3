import type { Failure, Output } from "./output.ts";

/** What faults of the type check do: they are the cell's error, are said on stderr, or are not looked for. */
export type TypeMode = "error" | "warn" | "off";

export interface SessionOptions {
  /** The notebook's folder: relative imports start here. The process's working folder is the caller's matter. */
  readonly folder: string;
  /** The repository: packages that are not found from the notebook's folder are taken from here. */
  readonly root: string;
  /** For all cells; a line `// @types warn` in a cell overrides it. */
  readonly types?: TypeMode;
}

export interface RunOptions {
  /** The number in `[n]`; errors call the cell "cell n". */
  readonly count: number;
}

export type RunResult =
  | { readonly status: "ok" }
  /** The same failure went to `on` as an output. `at` counts from 1 and is absent where no line of the cell is at fault. */
  | ({ readonly status: "error"; readonly at?: Place } & Failure);

export interface Place {
  readonly line: number;
  readonly column: number;
}

/** Cells run one after the other in a thread of their own, and what they declare is kept. */
export interface Session {
  /** Checks and runs a cell; outputs come in order, the last before the promise settles. Never rejects. */
  run(code: string, on: (output: Output) => void, options: RunOptions): Promise<RunResult>;
  /** Stops the cell that runs, also a busy loop; its result is the error KeyboardInterrupt. Values are kept. */
  interrupt(): Promise<void>;
  /** What an editor asks about a cell. */
  readonly assist: Assist;
  /** Settles when the thread is gone: closed, out of memory, or ended by a cell's `process.exit`. */
  readonly ended: Promise<void>;
  close(): Promise<void>;
}

export interface Assist {
  /** @param offset in UTF-16 units */
  complete(code: string, offset: number): Promise<Completion>;
  /** Markdown-free text on the name at an offset; undefined where there is none. */
  inspect(code: string, offset: number): Promise<string | undefined>;
  isComplete(code: string): Promise<"complete" | "incomplete" | "invalid">;
}

export interface Completion {
  readonly matches: readonly string[];
  readonly start: number;
  readonly end: number;
}
