// A thread's entry, never imported for its values: holds the state on a device and runs the step.
import { parentPort, workerData } from "node:worker_threads";
import type { Batch } from "./batch.ts";
import type { ExecutorOptions, StepResult, Update } from "./executor.ts";
import type { OrtDevice } from "./ort.ts";
import { openCpu } from "./ort-cpu.ts";
import { sentenceOf } from "./ort-session.ts";
import { openWebGpu } from "./ort-webgpu.ts";

export interface ThreadStart extends OrtDevice {
  readonly options: ExecutorOptions;
}

/** What the thread does on request, one at a time. */
export interface Call {
  /** Takes a tensor of the state. */
  put(name: string, tensor: Float32Array): Promise<void>;
  take(name: string): Promise<Float32Array>;
  step(batches: readonly Batch[], update: Update): Promise<StepResult>;
  evaluate(batch: Batch): Promise<Float32Array>;
  predict(batch: Batch): Promise<Float32Array>;
}

export interface Request {
  readonly id: number;
  readonly method: keyof Call;
  readonly args: readonly unknown[];
}

export interface Answer {
  readonly id: number;
  readonly value?: unknown;
  /** One sentence. */
  readonly error?: string;
}

const start = workerData as ThreadStart;
const opened: Promise<Call> = start.device === "webgpu" ? openWebGpu(start) : openCpu(start);
opened.catch(() => undefined); // each call answers with it
let last: Promise<unknown> = opened;

parentPort?.on("message", ({ id, method, args }: Request) => {
  const work = async (): Promise<unknown> => {
    const device = await opened;
    return (device[method] as (...args: readonly unknown[]) => Promise<unknown>)(...args);
  };
  last = last.then(work, work).then(
    (value) => {
      const moved = value instanceof Float32Array && value.buffer instanceof ArrayBuffer ? [value.buffer] : [];
      parentPort?.postMessage({ id, value } satisfies Answer, moved);
    },
    (error: unknown) => parentPort?.postMessage({ id, error: sentenceOf(error, start.device) } satisfies Answer),
  );
});
