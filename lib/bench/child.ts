import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { nodeDisk, readText } from "corrigenda/files";

const KB_PER_MB = 1024;

/** Runs a script in a process of its own, so that its memory is its own; what it printed, parsed as JSON. */
export async function inChild<T>(script: string, ...args: readonly string[]): Promise<T> {
  const { stdout } = await promisify(execFile)(process.execPath, [script, ...args]);
  return JSON.parse(stdout) as T;
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
