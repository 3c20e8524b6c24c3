import type { Output } from "./output.ts";
import type { RunResult } from "./session.ts";

/** Where a thread's cells stand: its `workerData`. */
export interface ThreadPlace {
  readonly folder: string;
  readonly root: string;
}

/** What the thread that runs cells is told. */
export type Order =
  | { readonly do: "run"; readonly id: number; readonly code: string; readonly count: number }
  | { readonly do: "interrupt"; readonly id: number };

/** What it says. */
export type Saying =
  | { readonly say: "ready" }
  | { readonly say: "output"; readonly output: Output }
  | { readonly say: "done"; readonly id: number; readonly result: RunResult };
