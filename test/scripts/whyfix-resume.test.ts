import { collect, nodeDisk, readText } from "corrigenda/files";
import {
  type BillLine,
  type OfflineService,
  type Pace,
  readBill,
  startOfflineService,
} from "corrigenda/provider/offline";
import { realClock } from "corrigenda/time";
import { simulateWhyfix } from "corrigenda/whyfix";
import { afterAll, afterEach, expect, test } from "vitest";
import { done, run, start, temporary } from "./script.ts";

const FOREVER: Pace = { validateMs: 0, perRequestMs: 3_600_000, finalizeMs: 0 };
const SLOW: Pace = { validateMs: 0, perRequestMs: 20, finalizeMs: 3_600_000 };
const AT_ONCE: Pace = { validateMs: 0, perRequestMs: 0, finalizeMs: 0 };

const root = temporary("resume");
let service: OfflineService | undefined;
const stop = async (): Promise<void> => {
  await service?.close();
  service = undefined;
};
/** The service over the state of a results folder, at a pace of its own; the words that lead a script there. */
async function serve(folder: string, pace: Pace): Promise<string[]> {
  await stop();
  const disk = nodeDisk(root.resolve(`${folder}/.offline`));
  service = await startOfflineService({ disk, clock: realClock, simulators: [simulateWhyfix], pace });
  return ["--base-url", service.url];
}
const at = (folder: string): string[] => ["--results", root.resolve(folder)];
const billOf = (folder: string): Promise<BillLine[]> => collect(readBill(nodeDisk(root.resolve(`${folder}/.offline`))));
const paid = async (folder: string): Promise<string[]> =>
  (await billOf(folder)).flatMap((line) => (line.kind === "batch" || line.kind === "online" ? [line.key] : []));

afterEach(stop);
afterAll(() => root.remove("."));

const FIRST = ["scripts/whyfix/step1.ts", "sample-longman", "small", "0622-1458"];
const SECOND = ["scripts/whyfix/step2.ts", "0622-1458"];
/** Different requests among step 1's 370. */
const REQUESTS = 296;

test("a run whose batches still run: --once returns, jobs lists it, one process at a time, Ctrl-C, and jobs goes on", async () => {
  const there = await serve("a", FOREVER);
  await done(...FIRST, ...there, ...at("a"));

  expect(await run(...SECOND, "--once", ...there, ...at("a"))).toEqual({
    code: 0,
    out: "step2 0622-1458: 1 batch still runs; the same command looks again\n",
    err: "",
  });

  const listed = await done("scripts/jobs.ts", ...at("a"));
  expect(
    listed
      .trimEnd()
      .split("\n")
      .filter((line) => line.startsWith("whyfix/")),
  ).toHaveLength(1);
  expect(listed).toMatch(/^whyfix\/0622-1458 +step1 +296 +0 +0 +1 +npx zx scripts\/whyfix\/step2\.ts 0622-1458$/m);

  const waiting = start([...SECOND, ...there, ...at("a")], { LOG_LEVEL: "info" });
  await waiting.says("whyfix/0622-1458/step1 · 1 open");
  const second = await run(...SECOND, "--once", ...there, ...at("a"));
  expect(second).toMatchObject({ code: 1, out: "" });
  expect(second.err).toBe(
    `error[locked]: ${root.resolve("a/whyfix/0622-1458")} is in use by process ${waiting.pid}; wait for it or stop it\n`,
  );

  waiting.kill("SIGINT");
  const stopped = await waiting.ended;
  expect(stopped).toMatchObject({ code: 130, out: "" });
  expect(stopped.err).toContain("\nstopping: saving what is in flight …; press again to kill\n");
  expect(stopped.err.trimEnd().split("\n").at(-1)).toBe(
    "stopped; 1 open batches go on at the service: run the same command to go on",
  );
  expect(await paid("a")).toEqual([]);

  const now = await serve("a", AT_ONCE);
  const resumed = await done("scripts/jobs.ts", "resume", ...now, ...at("a"));
  expect(resumed).toMatch(/^step2 0622-1458: 370 rows answered; [\d,]+ tokens, \$0\.0\d+ \(simulated\)$/m);
  expect(resumed).not.toContain("nothing to do");
  expect(await done("scripts/jobs.ts", ...at("a"))).toBe("nothing is open\n");
  expect(new Set(await paid("a")).size).toBe(REQUESTS);
  expect(await paid("a")).toHaveLength(REQUESTS);
});

test("a cancelled run keeps what was done; going on pays for the rest alone", async () => {
  const there = await serve("b", SLOW);
  const ended = expect.objectContaining({ kind: "batch_ended", status: "cancelled" }) as unknown;
  await done(...FIRST, ...there, ...at("b"));
  const cancelled = await done("scripts/jobs.ts", "cancel", "whyfix/0622-1458", ...there, ...at("b"));
  expect(cancelled).toBe(
    'whyfix/0622-1458 step1: 1 batches asked to stop; "npx zx scripts/jobs.ts resume whyfix/0622-1458" keeps what was done and hands in the rest again\n',
  );
  await expect.poll(() => billOf("b"), { timeout: 10_000 }).toContainEqual(ended);
  const before = await paid("b");
  expect(before.length).toBeGreaterThan(0);
  expect(before.length).toBeLessThan(REQUESTS);

  const now = await serve("b", AT_ONCE);
  expect(await done(...SECOND, ...now, ...at("b"))).toContain("step2 0622-1458: 370 rows answered; ");
  const after = await paid("b");
  expect(after).toHaveLength(REQUESTS);
  expect(new Set(after).size).toBe(REQUESTS);
  expect(before.every((key) => after.includes(key))).toBe(true);
});

test("read again with today's code, also below the step that builds on it, a finished run asks nothing", async () => {
  const there = await serve("c", AT_ONCE);
  const third = ["scripts/whyfix/step3.ts", ...FIRST.slice(1)];
  for (const words of [FIRST, SECOND, third]) await done(...words, ...there, ...at("c"));
  const ends = async () => (await billOf("c")).filter(({ kind }) => kind === "batch_ended").length;
  await expect.poll(ends, { timeout: 10_000 }).toBe(2);
  const before = await billOf("c");
  const table = await readText(root, "c/whyfix/0622-1458/step2/step2.jsonl");
  expect(await done(...SECOND, "--again", ...there, ...at("c"))).toContain("370 rows answered; ");
  expect(await readText(root, "c/whyfix/0622-1458/step2/step2.jsonl")).toBe(table);
  await done(...third, ...there, ...at("c"));
  expect(await billOf("c")).toEqual(before);
});
