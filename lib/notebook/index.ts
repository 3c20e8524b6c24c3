/**
 * Notebooks: cells in TypeScript, run in a thread that keeps their values, and the Jupyter kernel around it.
 *
 * @example
 * jupyterData({ platform: "linux", env: {}, home: "/home/ada" }); // "/home/ada/.local/share/jupyter"
 * @module
 */
export { type CellFault, checkNotebook } from "./check.ts";
export { Connection } from "./connection.ts";
export { executedCells, type Notebook, readNotebook } from "./ipynb.ts";
export { type Kernel, type KernelOptions, startKernel } from "./kernel.ts";
export { type KernelProcess, startKernelProcess } from "./kernel-process.ts";
export { absoluteSpec, type JupyterUser, jupyterData, KERNELS, KernelSpec } from "./kernelspec.ts";
export type { Failure, MimeBundle, Output } from "./output.ts";
export { isPublished, publish } from "./published.ts";
export { type CellFailure, type CellRun, type ExecutedNotebook, placeOf, runNotebook } from "./run.ts";
export {
  type Assist,
  openSession,
  type Place,
  type RunOptions,
  type RunResult,
  type Session,
  type SessionOptions,
  type TypeMode,
} from "./session.ts";
export { notebooksBelow, openSource, type Source } from "./source.ts";
export type { TypeFault } from "./types/answers.ts";
export { openTypeService, type TypeService } from "./types/service.ts";
