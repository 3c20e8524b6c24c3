// A thread's entry, never imported: TypeScript checks a notebook's cells here, one call after the other.
import { parentPort, workerData } from "node:worker_threads";
import type { TypeServiceOptions } from "./answers.ts";
import { createCells } from "./cells.ts";
import { completeness } from "./completeness.ts";
import type { Answer, Call, Calls } from "./service.ts";

const cells = createCells(workerData as TypeServiceOptions);
const calls: Calls = { ...cells, isComplete: completeness };

// Loads the libraries of the language and of Node and what most notebooks begin with, and lets V8 see the paths of a
// check often enough to compile them. Calls that come meanwhile are answered between two rounds.
const WARM =
  'import * as tslab from "tslab"; const list = [1].map((n) => String(n)); console.log(list, tslab.display);';
const ROUNDS = 10;
function warm(round: number): void {
  cells.check(`${WARM} // ${round}`);
  if (round < ROUNDS) setImmediate(warm, round + 1);
}
warm(1);

parentPort?.on("message", ({ id, name, args }: Call) => {
  parentPort?.postMessage(answer(id, name, args));
});

function answer(id: number, name: keyof Calls, args: readonly unknown[]): Answer {
  try {
    const call = calls[name] as (...args: readonly unknown[]) => unknown;
    return { id, value: call(...args) };
  } catch (error) {
    return { id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}
