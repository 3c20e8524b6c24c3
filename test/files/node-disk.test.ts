import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, link, mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import path from "node:path";
import { isStudyError } from "corrigenda/error";
import { collect, type Disk, nodeDisk } from "corrigenda/files";
import { afterEach, beforeEach, expect, test } from "vitest";

let folder: string;
let disk: Disk;
const children: ChildProcess[] = [];
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "corrigenda-disk-"));
  disk = nodeDisk(folder);
});
afterEach(async () => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
  await rm(folder, { recursive: true });
});

/** A process that runs some lines with `disk` on our folder, and says "ready" when they are done. */
async function other(lines: string): Promise<ChildProcess> {
  const code = `import { nodeDisk } from "corrigenda/files"; const disk = nodeDisk(${JSON.stringify(folder)}); ${lines}
    console.log("ready"); setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", code], { stdio: ["ignore", "pipe", "inherit"] });
  children.push(child);
  await once(child.stdout, "data");
  return child;
}

async function killed(child: ChildProcess): Promise<void> {
  child.kill("SIGKILL");
  await once(child, "exit");
}

const drafts = async (): Promise<string[]> => (await readdir(folder)).filter((name) => name.startsWith(".draft-"));

test("a draft of a killed process goes when the next one starts; a living process's stays", async () => {
  const write = 'const draft = await disk.draft(); await draft.write("half");';
  await killed(await other(write));
  const living = await other(`await disk.draft(); ${write}`);
  expect(await drafts()).toHaveLength(2); // the second process has swept the first one's
  await disk.write("whole.txt", "whole");
  expect(await drafts()).toHaveLength(2);
  await killed(living);
  await nodeDisk(folder).write("whole.txt", "whole");
  expect(await drafts()).toEqual([]);
});

test("a full disk is one sentence", async () => {
  const file = await disk.append("/dev/full", "bytes");
  await expect(file.write("line\n")).rejects.toMatchObject({
    code: "files",
    message: `/dev/full cannot be written: the disk is full; free some space, then run the same command`,
  });
  await file.close();
});

test("a folder where a file is to go, and a file where a folder is to go, are one sentence", async () => {
  await disk.write("file", "x");
  const blocked = `${folder}/file/a.jsonl cannot be written: a part of its path is a file; choose another folder`;
  await expect(disk.append("file/a.jsonl")).rejects.toMatchObject({ code: "files", message: blocked });
  await expect(disk.write("file/a.jsonl", "")).rejects.toMatchObject({ code: "files" });
  await expect(disk.lock("file/.lock")).rejects.toMatchObject({ code: "files" });
  await mkdir(path.join(folder, "dir/in"), { recursive: true });
  await expect(disk.write("dir", "x")).rejects.toMatchObject({
    code: "files",
    message: `${folder}/dir cannot be written: there is a folder of that name; choose another name`,
  });
  await expect(disk.blob("gone.jsonl")).rejects.toMatchObject({
    code: "files",
    message: `${folder}/gone.jsonl does not exist`,
  });
});

test.skipIf(process.getuid?.() === 0)("a folder without permission is one sentence", async () => {
  await mkdir(path.join(folder, "shut"));
  await chmod(path.join(folder, "shut"), 0);
  await expect(disk.append("shut/a.jsonl")).rejects.toMatchObject({
    code: "files",
    message: `${folder}/shut/a.jsonl cannot be written: this user has no permission; change it, or choose another folder`,
  });
});

test("a lock is free again after its owner was killed, and while it lives it names it", async () => {
  const owner = await other('await disk.lock("run/.lock");');
  await expect(disk.lock("run/.lock")).rejects.toMatchObject({
    code: "locked",
    message: `${folder}/run is in use by process ${owner.pid}; wait for it or stop it`,
  });
  await killed(owner);
  await (await disk.lock("run/.lock")).release();
});

test("neither a reused pid nor a dead process that nobody has reaped holds a lock", async () => {
  const lock = path.join(folder, ".lock");
  const stale = (pid: number, started: string): Promise<void> =>
    writeFile(lock, JSON.stringify({ pid, started, host: hostname() }));
  await stale(process.pid, "1");
  await (await disk.lock(".lock")).release();
  const parent = spawn("sh", ["-c", "sleep 0 & echo $!; exec sleep 30"], { stdio: ["ignore", "pipe", "ignore"] });
  children.push(parent);
  const pid = Number(String((await once(parent.stdout, "data"))[0]));
  const stat = async (): Promise<string[]> =>
    Buffer.concat(await collect(nodeDisk("/").read(`/proc/${pid}/stat`)))
      .toString()
      .split(") ")[1]
      ?.split(" ") ?? [];
  await expect.poll(async () => (await stat())[0]).toBe("Z");
  await stale(pid, (await stat())[19] ?? "");
  await (await disk.lock(".lock")).release();
});

test("a lock of another machine is not taken for a dead one", async () => {
  await writeFile(path.join(folder, ".lock"), JSON.stringify({ pid: 999_999, started: "1", host: "far-away" }));
  await expect(disk.lock(".lock")).rejects.toMatchObject({
    code: "locked",
    message: `${folder} is in use by process 999999 on far-away; wait for it, or remove ${folder}/.lock if it has ended`,
  });
});

test("of many that race for a dead owner's lock, one at a time holds it", async () => {
  const dead = path.join(folder, "dead.json");
  await writeFile(dead, JSON.stringify({ pid: 4_194_303, started: "1", host: hostname() }));
  for (let round = 0; round < 30; round++) {
    await link(dead, path.join(folder, ".lock"));
    let holders = 0;
    let most = 0;
    const racer = async (): Promise<void> => {
      const lock = await nodeDisk(folder)
        .lock(".lock")
        .catch((error: unknown) => {
          if (isStudyError(error, "locked")) return undefined;
          throw error;
        });
      if (!lock) return;
      holders += 1;
      most = Math.max(most, holders);
      await new Promise((resolve) => setImmediate(resolve));
      holders -= 1;
      await lock.release();
    };
    await Promise.all(Array.from({ length: 12 }, racer));
    expect(most, `round ${round}`).toBe(1);
  }
  expect((await readdir(folder)).filter((name) => name.startsWith(".lock"))).toEqual([]);
});
