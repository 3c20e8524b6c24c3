import { readFile } from "node:fs/promises";
import { hostname } from "node:os";

/** A process as others can recognise it. */
export interface Owner {
  readonly pid: number;
  /** The process's start, so that a reused pid is not taken for its owner ("" where the system does not tell). */
  readonly started: string;
  /** The machine: a pid says nothing about the processes of another one (a shared folder, a container). */
  readonly host: string;
}

export async function thisProcess(): Promise<Owner> {
  return { pid: process.pid, started: (await statOf(process.pid)).started, host: hostname() };
}

/** Also true where it cannot be told: on another machine. */
export async function isAlive({ pid, started, host }: Owner): Promise<boolean> {
  if (host !== hostname()) return true;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EPERM") return false;
  }
  const now = await statOf(pid);
  return now.started === started && now.state !== "Z"; // a zombie has ended, only nobody has asked how
}

/** Fields 3 and 22 of /proc/<pid>/stat: state, and start in clock ticks since boot. */
async function statOf(pid: number): Promise<{ readonly state: string; readonly started: string }> {
  const text = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  return { state: fields[0] ?? "", started: fields[19] ?? "" };
}
