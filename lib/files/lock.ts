import { link, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { isStudyError, StudyError } from "corrigenda/error";
import type { Disk, Lock } from "./disk.ts";
import { draftName, removeDeadDrafts } from "./draft.ts";
import { isAlive, type Owner, thisProcess } from "./owner.ts";

const ATTEMPTS = 100;
const PAUSE_MS = 5;

/** Takes the lock file, also from an owner that is dead. Linking a ready file makes taking it atomic. */
export async function takeLock(file: string): Promise<Lock> {
  const folder = path.dirname(file);
  await mkdir(folder, { recursive: true });
  await removeDeadDrafts(folder);
  const mine = path.join(folder, await draftName());
  await writeFile(mine, JSON.stringify(await thisProcess()));
  try {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      if (await linked(mine, file)) return { release: () => rm(file, { force: true }) };
      if ((await liveOwner(file)) === undefined && !(await removeStale(file))) await wait(PAUSE_MS);
    }
  } finally {
    await rm(mine, { force: true });
  }
  throw new StudyError("locked", `${file} changes hands too fast; try again`);
}

/** Whether a live process holds a lock; takes nothing. */
export async function isHeld(disk: Disk, path: string): Promise<boolean> {
  const text = await readFile(disk.resolve(path), "utf8").catch(() => undefined);
  const owner = text === undefined ? undefined : readOwner(text);
  return owner !== undefined && (await isAlive(owner));
}

/** Undefined where the lock is free or its owner is dead; throws StudyError "locked" where one lives. */
async function liveOwner(file: string): Promise<undefined> {
  const text = await readFile(file, "utf8").catch(() => undefined);
  const owner = text === undefined ? undefined : readOwner(text);
  if (!owner || !(await isAlive(owner))) return undefined;
  const elsewhere = owner.host === hostname() ? "" : ` on ${owner.host}`;
  const next = elsewhere === "" ? "wait for it or stop it" : `wait for it, or remove ${file} if it has ended`;
  throw new StudyError("locked", `${path.dirname(file)} is in use by process ${owner.pid}${elsewhere}; ${next}`, {
    facts: { pid: owner.pid, file },
  });
}

/**
 * Removes a dead owner's file. Whoever removes holds a lock on that, so that nobody can remove the file of a process
 * that took the lock in between. False where another process is about it.
 */
async function removeStale(file: string): Promise<boolean> {
  const guard = await takeLock(`${file}.stale`).catch((error: unknown) => {
    if (isStudyError(error, "locked")) return undefined;
    throw error;
  });
  if (!guard) return false;
  try {
    await liveOwner(file);
    await rm(file, { force: true });
    return true;
  } finally {
    await guard.release();
  }
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

/** Undefined where the file is torn: its writer was killed. */
function readOwner(text: string): Owner | undefined {
  try {
    return { host: hostname(), ...(JSON.parse(text) as Omit<Owner, "host">) };
  } catch {
    return undefined;
  }
}
