import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { StudyError } from "corrigenda/error";

/** A process that a trial started, and may kill, pause or wait for. */
export interface Member {
  readonly isRunning: boolean;
  signal(signal: NodeJS.Signals): void;
  /** Its signal, or undefined where it ended by itself. Throws StudyError "stage" where it failed. */
  ended(): Promise<NodeJS.Signals | undefined>;
}

const LAST_WORDS = 2_000;

/** Starts a script of this repository with Node. */
export function startMember(words: readonly string[], env: Readonly<Record<string, string | undefined>>): Member {
  const child: ChildProcess = spawn(process.execPath, [...words], { stdio: ["ignore", "ignore", "pipe"], env });
  let said = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    said = `${said}${text}`.slice(-LAST_WORDS);
  });
  const closed = once(child, "close");
  return {
    get isRunning() {
      return child.exitCode === null && child.signalCode === null;
    },
    signal: (signal) => {
      child.kill(signal);
    },
    ended: async () => {
      await closed;
      if (child.signalCode !== null) return child.signalCode;
      if (child.exitCode === 0) return undefined;
      throw new StudyError("stage", `${words[0]} ended with exit code ${child.exitCode}: ${said.trim()}`);
    },
  };
}
