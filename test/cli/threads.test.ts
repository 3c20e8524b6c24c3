import os from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { startThread } from "corrigenda/cli";
import { nodeDisk } from "corrigenda/files";
import { afterAll, expect, test } from "vitest";

const disk = nodeDisk(path.join(os.tmpdir(), `corrigenda-threads-${process.pid}`));
const FILE = pathToFileURL(disk.resolve("thread.mjs"));
const ENTRY = `import { parentPort, workerData } from "node:worker_threads";
parentPort.on("message", (x) => x === "die" ? process.exit(4) : parentPort.postMessage(x * workerData));`;
afterAll(() => disk.remove("."));

test("a thread answers in order, and one that ends rejects all that waits for it", async () => {
  await disk.write("thread.mjs", ENTRY);
  await using thread = startThread<number | "die", number>(FILE, 3);
  expect(await Promise.all([1, 2, 3].map(thread.work))).toEqual([3, 6, 9]);
  const waiting = [thread.work("die"), thread.work(5)];
  const ended = await Promise.allSettled(waiting);
  expect(ended.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  expect(String((ended[0] as PromiseRejectedResult).reason)).toContain("exit code 4");
});
