import { createHash, randomUUID } from "node:crypto";
import { mkdir, open, readdir, rename, rm } from "node:fs/promises";
import { hostname } from "node:os";
import path from "node:path";
import type { Draft } from "./disk.ts";
import { writing } from "./errors.ts";
import { isAlive, thisProcess } from "./owner.ts";
import { syncFolder, writeAll } from "./sync.ts";

/** A draft's name says whose it is: host, pid and start of the process. */
const DRAFT = /^\.draft-([0-9a-f]{8})-(\d+)-(\d*)-[0-9a-f-]{36}\.tmp$/;

export async function openDraft(folder: string, at: (name: string) => string): Promise<Draft> {
  const draft = path.join(folder, await draftName());
  const handle = await writing(draft, async () => {
    await mkdir(folder, { recursive: true });
    return open(draft, "wx");
  });
  return {
    path: draft,
    write: (bytes) =>
      writing(draft, () => writeAll(handle, typeof bytes === "string" ? Buffer.from(bytes, "utf8") : bytes)),
    commit: (name) =>
      writing(at(name), async () => {
        await handle.datasync();
        await handle.close();
        await mkdir(path.dirname(at(name)), { recursive: true });
        await rename(draft, at(name));
        await syncFolder(path.dirname(at(name)));
      }),
    discard: async () => {
      await handle.close();
      await rm(draft, { force: true });
    },
  };
}

/** A name that tells whose draft it is. */
export async function draftName(): Promise<string> {
  const { pid, started } = await thisProcess();
  return `.draft-${hostTag()}-${pid}-${started}-${randomUUID()}.tmp`;
}

/** Removes what killed processes of this machine left half written in a folder. */
export async function removeDeadDrafts(folder: string): Promise<void> {
  for (const name of await readdir(folder).catch(() => [])) {
    const [, host, pid, started = ""] = DRAFT.exec(name) ?? [];
    if (host !== hostTag() || (await isAlive({ pid: Number(pid), started, host: hostname() }))) continue;
    await rm(path.join(folder, name), { force: true });
  }
}

function hostTag(): string {
  return createHash("sha256").update(hostname()).digest("hex").slice(0, 8);
}
