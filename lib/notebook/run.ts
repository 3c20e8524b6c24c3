import type { Clock } from "corrigenda/time";
import { type Cell, cellText, hasTag, type KeptOutput, type Notebook, runs } from "./ipynb.ts";
import { createRecorder } from "./recorder.ts";
import type { RunResult, Session } from "./session.ts";

/** A cell that has run. */
export interface CellRun {
  /** From 1, among the cells that run: the number in `[n]`. */
  readonly cell: number;
  readonly of: number;
  readonly ms: number;
  /** The cell's first line that is no comment, for progress. */
  readonly title: string;
  /** Also of a cell that is tagged `raises-exception`, after which the run goes on. */
  readonly failure?: CellFailure;
}

export interface CellFailure {
  readonly cell: number;
  /** From 1; absent where no line of the cell is at fault. */
  readonly line?: number;
  /** "TypeError [TS2322]: Type 'string' is not assignable to type 'number'." */
  readonly message: string;
}

export interface ExecutedNotebook {
  /** A copy with outputs, counts and times, up to the cell that failed. */
  readonly notebook: Notebook;
  readonly failure?: CellFailure;
}

export interface RunSettings {
  readonly session: Pick<Session, "run">;
  readonly clock: Clock;
  /** No cell begins after it aborts; stopping the one that runs is the session's. */
  readonly signal?: AbortSignal;
  /** Told after each cell. */
  readonly each?: (run: CellRun) => void;
}

/** Runs a notebook's cells in their order, until one fails that may not. */
export async function runNotebook(
  source: Notebook,
  { session, clock, signal, each }: RunSettings,
): Promise<ExecutedNotebook> {
  const recorder = createRecorder();
  const cells = [...source.cells];
  const executed: { readonly at: number; readonly outputs: readonly KeptOutput[] }[] = [];
  const of = cells.filter(runs).length;
  let failure: CellFailure | undefined;
  let count = 0;
  for (const [at, cell] of source.cells.entries()) {
    if (failure || signal?.aborted || !runs(cell)) continue;
    count += 1;
    const outputs = recorder.cell();
    const start = clock.now();
    const result = await session.run(cellText(cell), recorder.take, { count });
    const end = clock.now();
    executed.push({ at, outputs });
    cells[at] = { ...cell, execution_count: count, metadata: { ...cell.metadata, execution: timesOf(start, end) } };
    const failed = failureOf(result, count);
    each?.({ cell: count, of, ms: end - start, title: titleOf(cell), ...(failed ? { failure: failed } : {}) });
    if (failed && !hasTag(cell, "raises-exception")) failure = failed;
  }
  // Only now: a later cell may have changed what an earlier one shows.
  for (const { at, outputs } of executed) cells[at] = { ...(cells[at] as Cell), outputs };
  return { notebook: { ...source, cells }, ...(failure ? { failure } : {}) };
}

/** "notebooks/x.ipynb:3:4" for line 4 of cell 3. */
export function placeOf(file: string, { cell, line }: Pick<CellFailure, "cell" | "line">): string {
  return `${file}:${cell}${line === undefined ? "" : `:${line}`}`;
}

function failureOf(result: RunResult, cell: number): CellFailure | undefined {
  if (result.status === "ok") return undefined;
  const { ename, evalue, at } = result;
  const plain = at ? evalue.replace(/^line \d+:\d+: /, "") : evalue;
  const message = `${ename}: ${plain}`.replace(/\s*\n\s*/g, " ");
  return { cell, message, ...(at ? { line: at.line } : {}) };
}

/** As Jupyter records them when a notebook's metadata ask for it. */
function timesOf(start: number, end: number): Readonly<Record<string, string>> {
  const [busy, idle] = [new Date(start).toISOString(), new Date(end).toISOString()];
  return {
    "iopub.status.busy": busy,
    "iopub.execute_input": busy,
    "shell.execute_reply": idle,
    "iopub.status.idle": idle,
  };
}

function titleOf(cell: Cell): string {
  const lines = cellText(cell)
    .split("\n")
    .map((line) => line.trim());
  return lines.find((line) => line !== "" && !line.startsWith("//")) ?? lines[0] ?? "";
}
