import { fork } from "node:child_process";
import { once } from "node:events";

/** A way to do the work, in a process of its own: it carries nothing that another left in the heap. */
export interface Contestant extends Disposable {
  run(round: number): Promise<void>;
}

/** Starts a script that calls `takeRounds`. */
export function contestant(script: string, ...args: readonly string[]): Contestant {
  const child = fork(script, [...args], { execArgv: [] });
  return {
    run: async (round) => {
      child.send(round);
      const ended = once(child, "exit").then(([code]) => {
        throw new Error(`${script} ${args.join(" ")} ended with exit code ${code} in round ${round}`);
      });
      ended.catch(() => undefined); // also when the process ends after its last round
      await Promise.race([once(child, "message"), ended]);
    },
    [Symbol.dispose]: () => child.disconnect(),
  };
}

/** In the script that `contestant` starts: works whenever it is told to, until the one who started it lets go of it. */
export function takeRounds(work: (round: number) => Promise<void>): void {
  process.once("disconnect", () => process.exit());
  process.on("message", (round: number) => {
    work(round).then(
      () => process.send?.("done"),
      (error: unknown) => {
        console.error(error);
        process.exit(1);
      },
    );
  });
}
