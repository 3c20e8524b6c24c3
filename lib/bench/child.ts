import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline/promises";
import { promisify } from "node:util";
import { nodeDisk, readText } from "corrigenda/files";

const KB_PER_MB = 1024;

/** Runs a script in a process of its own, so that its memory is its own; what it printed, parsed as JSON. */
export async function inChild<T>(script: string, ...args: readonly string[]): Promise<T> {
  const { stdout } = await promisify(execFile)(process.execPath, [script, ...args]);
  return JSON.parse(stdout) as T;
}

/** A process that works when it is told to. Disposing of it ends it at once, whatever it does. */
export interface ToldChild extends Disposable {
  /** Sends a line, waits for the line that answers it, and keeps the numbers in it. */
  tell(line: string): Promise<void>;
  /** Of the last answer. */
  numbers(): readonly number[];
}

/** Starts a process that answers each line of its input with a line of numbers. What it says on stderr is shown. */
export function toldChild(program: string, ...args: readonly string[]): ToldChild {
  const child = spawn(program, args, { stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface({ input: child.stdout });
  const ended = once(child, "close").then(([code]) => Promise.reject(new Error(`${program} ended: exit code ${code}`)));
  ended.catch(() => undefined); // also when it is disposed of
  let last: readonly number[] = [];
  return {
    tell: async (line) => {
      child.stdin.write(`${line}\n`);
      const [answer] = (await Promise.race([once(lines, "line"), ended])) as [string];
      last = answer.split(" ").map(Number);
    },
    numbers: () => last,
    [Symbol.dispose]: () => void child.kill("SIGKILL"),
  };
}

/** The most memory that this process has held so far, MB of 2^20 bytes. */
export async function peakMb(): Promise<number> {
  return ((await linuxPeakKb()) ?? process.resourceUsage().maxRSS) / KB_PER_MB;
}

/** Linux counts the parent's peak at the start as the child's own in maxRSS; VmHWM is the process's alone. */
async function linuxPeakKb(): Promise<number | undefined> {
  if (process.platform !== "linux") return undefined;
  const status = await readText(nodeDisk("/proc/self"), "status");
  const kb = /^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1];
  return kb === undefined ? undefined : Number(kb);
}
