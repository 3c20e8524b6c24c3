import { Worker } from "node:worker_threads";

/** A thread that answers each message with one, in their order. */
export interface Thread<In, Out> extends AsyncDisposable {
  work(item: In): Promise<Out>;
}

/** Starts a thread with `data` as its workerData. Where it ends before it has answered, all that waits is rejected. */
export function startThread<In, Out>(file: URL, data: unknown): Thread<In, Out> {
  const worker = new Worker(file, { workerData: data });
  const waiting: PromiseWithResolvers<Out>[] = [];
  worker.on("message", (answer: Out) => waiting.shift()?.resolve(answer));
  const fail = (error: unknown): void => {
    for (const { reject } of waiting.splice(0)) reject(error);
  };
  worker.on("error", fail).on("exit", (code) => fail(new Error(`a thread ended with exit code ${code}`)));
  return {
    work: (item) => {
      const answer = Promise.withResolvers<Out>();
      waiting.push(answer);
      worker.postMessage(item);
      return answer.promise;
    },
    [Symbol.asyncDispose]: async () => void (await worker.terminate()),
  };
}
