import { startCells } from "./cells.ts";
import { INTERRUPTED } from "./failure.ts";
import { faultOf, typeMode } from "./faults.ts";
import type { Failure, Output } from "./output.ts";
import { openTypeService, type TypeService } from "./types/service.ts";

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

/** The answers of the type service. */
export type Assist = Pick<TypeService, "complete" | "inspect" | "isComplete">;

/** Starts the thread of the cells; settles when it takes them. The type checker warms up after that. */
export async function openSession({ folder, root, types = "error" }: SessionOptions): Promise<Session> {
  const cells = await startCells({ folder, root });
  const checker = openTypeService({ folder, root });
  let checking: { stopped: boolean } | undefined;
  return {
    run: async (code, on, { count }) => {
      const mine = { stopped: false };
      checking = mine;
      const warn = (text: string): void => on({ output_type: "stream", name: "stderr", text });
      const fault = await faultOf({ checker, code, count, mode: typeMode(code) ?? types, warn });
      checking = undefined;
      const failure = mine.stopped ? INTERRUPTED : fault;
      if (failure) {
        const { ename, evalue, traceback } = failure;
        on({ output_type: "error", ename, evalue, traceback });
        return { status: "error", ...failure };
      }
      // Also a cell that fails declares something; a name that it does not reach cannot be read.
      checker.accept(code);
      return cells.run(code, count, on);
    },
    interrupt: async () => {
      if (checking) checking.stopped = true;
      await cells.interrupt();
    },
    assist: checker,
    ended: cells.ended,
    close: async () => {
      await Promise.all([cells.close(), checker.close()]);
    },
  };
}
