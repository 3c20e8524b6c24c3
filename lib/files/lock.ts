import { randomUUID } from "node:crypto";
import { link, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { StudyError } from "corrigenda/error";
import type { Lock } from "./disk.ts";

interface Owner {
  readonly pid: number;
  /** The process's start, so that a reused pid is not taken for its owner ("" where the system does not tell). */
  readonly started: string;
}

/** Takes the lock file, also from an owner that is dead. Linking a ready file makes taking it atomic. */
export async function takeLock(file: string): Promise<Lock> {
  await mkdir(path.dirname(file), { recursive: true });
  const mine = `${file}.${randomUUID()}.tmp`;
  await writeFile(mine, JSON.stringify({ pid: process.pid, started: await startOf(process.pid) } satisfies Owner));
  try {
    for (let attempt = 0; attempt < 20; attempt++) {
      if (await linked(mine, file)) return { release: () => rm(file, { force: true }) };
      const text = await readFile(file, "utf8").catch(() => undefined);
      if (text === undefined) continue; // released just now
      const owner = readOwner(text);
      if (owner && (await isAlive(owner))) {
        throw new StudyError(
          "locked",
          `${path.dirname(file)} is in use by process ${owner.pid}; wait for it or stop it`,
          {
            facts: { pid: owner.pid, file },
          },
        );
      }
      await removeStale(file, text);
    }
  } finally {
    await rm(mine, { force: true });
  }
  throw new StudyError("locked", `${file} changes hands too fast; try again`);
}

/** Moves the dead owner's file aside; puts it back if another process took the lock in between. */
async function removeStale(file: string, expected: string): Promise<void> {
  const aside = `${file}.${randomUUID()}.tmp`;
  if (!(await rename(file, aside).then(() => true, missing))) return;
  if ((await readFile(aside, "utf8")) !== expected) await linked(aside, file);
  await rm(aside, { force: true });
}

async function linked(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

function readOwner(text: string): Owner | undefined {
  try {
    return JSON.parse(text) as Owner;
  } catch {
    return undefined;
  }
}

async function isAlive(owner: Owner): Promise<boolean> {
  try {
    process.kill(owner.pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EPERM") return false;
  }
  return (await startOf(owner.pid)) === owner.started;
}

/** Field 22 of /proc/<pid>/stat: start in clock ticks since boot. */
async function startOf(pid: number): Promise<string> {
  const text = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  return text.slice(text.lastIndexOf(")") + 2).split(" ")[19] ?? "";
}

function missing(error: unknown): false {
  if ((error as NodeJS.ErrnoException).code === "ENOENT") return false;
  throw error;
}
