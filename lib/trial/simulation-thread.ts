// A thread's entry, never imported: runs every nth schedule and posts what came of them, a hundred at a time.
import { parentPort, workerData } from "node:worker_threads";
import { scheduleOf } from "./schedule.ts";
import { simulate } from "./simulation.ts";
import { addSimulated, newTally, type Share } from "./simulations.ts";

const STEP = 100;

async function runShare({ seed, count, every, planted }: Share): Promise<void> {
  Error.stackTraceLimit = 0; // errors are part of every schedule, and their stacks of its time
  let tally = newTally();
  for (let place = 0; place < count; place += every) {
    addSimulated(tally, seed + place, await simulate(scheduleOf(seed + place), { planted }));
    if (tally.schedules < STEP) continue;
    parentPort?.postMessage(tally);
    tally = newTally();
  }
  parentPort?.postMessage(tally);
}

void runShare(workerData as Share);
