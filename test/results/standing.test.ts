import { type MemoryDisk, memoryDisk, readText } from "corrigenda/files";
import { openDamaged, recordStanding, stagesOf, whyNotStanding } from "corrigenda/results";
import { beforeEach, expect, test } from "vitest";
import { finishedRun, makeStage, options, tickingClock } from "./fixture.ts";

const name = { study: "demo", run: "r1" };
const making = { code: "c1", steps: ["scripts/demo/run.ts r1"] };
const later = Date.UTC(2026, 10, 3);
let root: MemoryDisk;

beforeEach(async () => {
  root = await finishedRun(memoryDisk());
  await root.write("demo/r1/report.html", "<p>report</p>");
  await root.write("demo/r1/exchanges/step2.html", "<p>rows</p>");
  await recordStanding({ root, ...name }, making, 0);
});

const why = (now = making): Promise<string | undefined> => whyNotStanding({ root, ...name }, now);

test("a run of which nothing has changed stands; other code and other commands are named", async () => {
  expect(await why()).toBeUndefined();
  expect(await why({ ...making, code: "c2" })).toBe("the code or the bundled data have changed");
  expect(await why({ ...making, steps: ["scripts/demo/run.ts r1 --more"] })).toBe("its commands have changed");
  expect(await whyNotStanding({ root, study: "demo", run: "r2" }, making)).toBe("not made yet");
});

test.each([
  ["report.html", undefined, "report.html is gone"],
  ["exchanges/step2.html", undefined, "exchanges/step2.html is gone"],
  ["step1/manifest.json", undefined, "step1/manifest.json is gone"],
  ["step1/rows.jsonl", '{"n":9}\n', "step1/rows.jsonl has changed"],
])("%s deleted or damaged: the run is looked at again", async (path, text, reason) => {
  if (text === undefined) await root.remove(`demo/r1/${path}`);
  else await root.write(`demo/r1/${path}`, text);
  expect(await why()).toBe(reason);
});

test("a stage damaged at its size loses its manifest, so that its step makes it again; other stages keep theirs", async () => {
  const text = await readText(root, "demo/r1/step1/rows.jsonl");
  await root.write("demo/r1/step1/rows.jsonl", text.replace(/\d/, "9"));
  await expect(recordStanding({ root, ...name }, making, 0)).rejects.toThrow("is not what its manifest says");
  await openDamaged({ root, ...name });
  const states: string[] = [];
  for await (const { stage, state } of stagesOf(root, name)) states.push(`${stage} ${state}`);
  expect(states).toContain("step1 open");
  expect(states).toContain("step2 finished");
  expect(await root.size("demo/r1/report.html")).toBeGreaterThan(0);
});

test("a changed page takes the report away, which is made again; nothing else is removed", async () => {
  await root.write("demo/r1/exchanges/step2.html", "edited");
  await openDamaged({ root, ...name });
  expect(await root.size("demo/r1/report.html")).toBeUndefined();
  expect(await readText(root, "demo/r1/exchanges/step2.html")).toBe("edited");
});

test("a stage that a user made in the run is the user's: changed later, it decides nothing and is not opened", async () => {
  const own = options(root, { stage: "own", clock: tickingClock(Date.UTC(2026, 10, 2)) });
  await makeStage(own);
  await recordStanding({ root, ...name }, making, later);
  await root.write("demo/r1/own/rows.jsonl", "filled in by hand");
  expect(await why()).toBeUndefined();
  await openDamaged({ root, ...name });
  expect(await root.size("demo/r1/own/manifest.json")).toBeGreaterThan(0);
});

test("a record that cannot be read counts as none", async () => {
  await root.write(".start/demo-r1.json", "{");
  expect(await why()).toBe("not made yet");
});
