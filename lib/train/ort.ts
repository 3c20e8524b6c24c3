import { Worker } from "node:worker_threads";
import { StudyError } from "corrigenda/error";
import { type Executor, type ExecutorOptions, type StateSource, startingTensor, stateNames } from "./executor.ts";
import type { Answer, Call, ThreadStart } from "./ort-thread.ts";

/** Where onnxruntime runs the step. */
export interface OrtDevice {
  readonly device: "cpu" | "webgpu" | "cuda";
  /** Threads of the processor that work on one operation; onnxruntime's own choice where absent. */
  readonly threads?: number;
}

/**
 * The step on onnxruntime, in a thread of its own, because a run does not let go of its thread. Throws StudyError
 * "config", in one line, where the device cannot be used here; it never takes another one instead.
 */
export async function openOrt(options: ExecutorOptions, device: OrtDevice, from: StateSource): Promise<Executor> {
  const thread = startThread({ options, ...device });
  try {
    for (const name of stateNames(options.model)) {
      const tensor = await startingTensor(options.model, from, name);
      // A view would be sent with all of the memory that it looks at.
      if (tensor)
        await thread.call("put", [name, tensor.byteLength < tensor.buffer.byteLength ? tensor.slice() : tensor]);
    }
  } catch (error) {
    await thread.stop();
    throw error;
  }
  return {
    name: `ort on ${device.device}`,
    step: (batches, update) => thread.call("step", [batches, update]),
    evaluate: (batch) => thread.call("evaluate", [batch]),
    predict: (batch) => thread.call("predict", [batch]),
    read: (name) => thread.call("take", [name]),
    dispose: () => thread.stop(),
  };
}

function startThread(start: ThreadStart) {
  const worker = new Worker(new URL("./ort-thread.ts", import.meta.url), { workerData: start });
  const waiting = new Map<number, PromiseWithResolvers<unknown>>();
  let calls = 0;
  let ended: StudyError | undefined;
  worker.on("message", ({ id, error, value }: Answer) => {
    const one = waiting.get(id);
    waiting.delete(id);
    if (error) one?.reject(new StudyError("config", error));
    else one?.resolve(value);
  });
  const end = (why: string): void => {
    ended ??= new StudyError(
      "config",
      `the trainer's thread ended: ${why}; start the run again, it goes on where it was`,
    );
    for (const one of waiting.values()) one.reject(ended);
    waiting.clear();
  };
  worker.on("error", (cause) => end(String(cause)));
  worker.on("exit", (code) => end(`exit code ${code}`));
  return {
    call: <Method extends keyof Call>(method: Method, args: Parameters<Call[Method]>): ReturnType<Call[Method]> => {
      const answer = Promise.withResolvers<unknown>();
      if (ended) answer.reject(ended);
      else waiting.set(calls, answer);
      if (!ended) worker.postMessage({ id: calls++, method, args });
      return answer.promise as ReturnType<Call[Method]>;
    },
    stop: async () => {
      await worker.terminate();
    },
  };
}
