// A thread's entry, never imported: runs a notebook's cells, and keeps what they declare.
import { parentPort, workerData } from "node:worker_threads";
import { createEvaluator, type Prepared } from "./evaluate.ts";
import { INTERRUPTED, Interrupted } from "./failure.ts";
import type { Order, Saying, ThreadPlace } from "./messages.ts";
import type { Output } from "./output.ts";
import { hookImports } from "./resolve.ts";
import type { RunResult } from "./session.ts";
import { captureStreams } from "./streams.ts";
import { displaysShown, showDisplays } from "./tslab.ts";

interface Running {
  readonly id: number;
  prepared: Prepared | undefined;
}

const place = workerData as ThreadPlace;
const say = (saying: Saying): void => parentPort?.postMessage(saying);
const show = (output: Output): void => say({ say: "output", output });
const evaluator = createEvaluator(place.folder);
let running: Running | undefined;

// The line of the cell stands at the end of a stack, behind all that it called: V8 would keep ten frames.
Error.stackTraceLimit = 100;
hookImports(place);
captureStreams((name, text) => show({ output_type: "stream", name, text }));
showDisplays(show);
console.clear = () => show({ output_type: "clear_output", wait: false });
process.on("uncaughtException", complain);
process.on("unhandledRejection", complain);
parentPort?.on("message", (order: Order) => {
  if (order.do === "run") void run(order);
  else if (running?.id === order.id) {
    running.prepared?.stop();
    end(running, { status: "error", ...INTERRUPTED });
  }
});
say({ say: "ready" });
// The first cell finds its tools loaded: the stripper of types, the parser, the tables.
setTimeout(() => {
  evaluator.prepare("const a: number = 1; a;", 0);
  void import("corrigenda/frame");
});

async function run({ id, code, count }: Order & { do: "run" }): Promise<void> {
  const mine: Running = { id, prepared: undefined };
  running = mine;
  try {
    mine.prepared = evaluator.prepare(code, count);
    const data = await mine.prepared.run();
    await displaysShown();
    if (running !== mine) return;
    if (data) show({ output_type: "execute_result", execution_count: count, data, metadata: {} });
    end(mine, { status: "ok" });
  } catch (thrown) {
    if (running !== mine) return;
    mine.prepared?.failed();
    end(mine, { status: "error", ...evaluator.failureOf(thrown) });
  }
}

/** Also for a cell that was stopped: its own `run` never comes back then. */
function end(mine: Running, result: RunResult): void {
  running = undefined;
  if (result.status === "error") {
    const { ename, evalue, traceback } = result;
    show({ output_type: "error", ename, evalue, traceback });
  }
  say({ say: "done", id: mine.id, result });
}

/** What nobody awaited, and what a timer threw: said, and the notebook goes on. */
function complain(thrown: unknown): void {
  if (thrown instanceof Interrupted) return;
  process.stderr.write(`${evaluator.failureOf(thrown).traceback.join("\n")}\n`);
}
