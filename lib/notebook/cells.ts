import { setTimeout as wait } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import { INTERRUPTED } from "./failure.ts";
import type { Order, Saying, ThreadPlace } from "./messages.ts";
import type { Failure, Output } from "./output.ts";
import type { RunResult } from "./session.ts";
import { gatherOutputs } from "./streams.ts";
import { terminateExecution } from "./terminate.ts";

/** The thread that runs cells, seen from the one that started it. */
export interface CellThread {
  /** Never rejects; one at a time. */
  run(code: string, count: number, on: (output: Output) => void): Promise<RunResult>;
  interrupt(): Promise<void>;
  readonly ended: Promise<void>;
  close(): Promise<void>;
}

interface Running {
  readonly id: number;
  readonly done: Promise<RunResult>;
  settle(result: RunResult): void;
}

/** Without the first flag, Node ends the process when a timer's function is terminated. */
const FLAGS = ["--no-force-async-hooks-checks", "--disable-warning=ExperimentalWarning"];
/** A thread that does not answer in this time is busy. */
const BUSY_MS = 150;
const MOST_TRIES = 40;

/** Starts the thread; settles when it takes cells. */
export async function startCells(place: ThreadPlace): Promise<CellThread> {
  const worker = new Worker(new URL("./cell-thread.ts", import.meta.url), { workerData: place, execArgv: FLAGS });
  let ids = 0;
  let running: Running | undefined;
  let hear: (output: Output) => void = () => undefined;
  const outputs = gatherOutputs((output) => hear(output));
  let ended: Failure | undefined;
  const ready = Promise.withResolvers<void>();
  const gone = Promise.withResolvers<void>();
  const end = (result: RunResult): void => {
    outputs.flush();
    const one = running;
    running = undefined;
    one?.settle(result);
  };
  worker.on("message", (saying: Saying) => {
    if (saying.say === "ready") ready.resolve();
    else if (saying.say === "output") outputs.add(saying.output);
    else if (saying.id === running?.id) end(saying.result);
  });
  worker.on("error", (cause) => {
    ended ??= endOf(`${cause.name}: ${cause.message}`);
  });
  worker.on("exit", (code) => {
    ended ??= endOf(`process.exit(${code})`);
    if (running) outputs.add({ output_type: "error", ...ended });
    end({ status: "error", ...ended });
    ready.reject(new Error(ended.evalue));
    gone.resolve();
  });
  await ready.promise;
  return {
    run: (code, count, on) => {
      if (ended) {
        on({ output_type: "error", ...ended });
        return Promise.resolve({ status: "error", ...ended });
      }
      const { promise: done, resolve: settle } = Promise.withResolvers<RunResult>();
      running = { id: ++ids, done, settle };
      outputs.flush();
      hear = on;
      worker.postMessage({ do: "run", id: ids, code, count } satisfies Order);
      return done;
    },
    interrupt: async () => {
      if (running) await stop(worker, running);
    },
    ended: gone.promise,
    close: async () => {
      ended ??= { ...INTERRUPTED, evalue: "the session is closed" };
      await worker.terminate();
    },
  };
}

/** A termination may fall on the very message that ends the cell: that is sent until the cell has ended. */
async function stop(worker: Worker, { id, done }: Running): Promise<void> {
  const ended = done.then(() => true);
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    worker.postMessage({ do: "interrupt", id } satisfies Order);
    if (await Promise.race([ended, wait(BUSY_MS, false)])) return;
    await Promise.race([terminateExecution(worker), ended]);
  }
}

function endOf(reason: string): Failure {
  const evalue = `the thread of the cells ended (${reason}); restart the kernel`;
  return { ename: "KernelEnded", evalue, traceback: [`KernelEnded: ${evalue}`] };
}
