import { openWork } from "corrigenda/engine";
import { collect, memoryDisk } from "corrigenda/files";
import { openStage } from "corrigenda/results";
import { expect, test } from "vitest";
import { makeStage, options } from "../results/fixture.ts";
import { created, ingested, planned, writeJournal } from "./journals.ts";

const config = { provider: { name: "openai" }, next: ["scripts/demo/step2.ts", "{run}"] };

test("a finished hand-in is open work until every batch is kept; the way on is the step that collects", async () => {
  const root = memoryDisk();
  await makeStage(options(root, { config }));
  const events = [
    planned("a", "b", "c"),
    created("a", "batch-1"),
    ingested("a", "batch-1", 1),
    created("b", "batch-2"),
  ];
  await writeJournal(root, "demo/r1/step1", [...events, { t: "failed", at: 2, id: "x", key: "k", reason: "refused" }]);
  expect(await collect(openWork(root))).toMatchObject([
    {
      ...{ study: "demo", run: "r1", stage: "step1", requests: 6, done: 1, failed: 1, batches: ["batch-2"] },
      ...{ provider: { name: "openai" }, resume: ["scripts/demo/step2.ts", "r1"] },
    },
  ]);
  const rest = [ingested("b", "batch-2", 2), created("c", "batch-3"), ingested("c", "batch-3", 2)];
  await writeJournal(root, "demo/r1/step1", [...events, ...rest]);
  expect(await collect(openWork(root))).toEqual([]);
});

test("a create of unknown fate has no batch to cancel, and keeps its stage open", async () => {
  const root = memoryDisk();
  await makeStage(options(root, { config }));
  await writeJournal(root, "demo/r1/step1", [planned("a"), { t: "create", at: 1, chunk: "a" }]);
  expect(await collect(openWork(root))).toMatchObject([{ requests: 2, done: 0, batches: [] }]);
});

test("a stage that was started and never finished goes on with its own command, whatever its config holds", async () => {
  const root = memoryDisk();
  const stage = await openStage(options(root, { config: { anything: 1 } }));
  await stage[Symbol.asyncDispose]();
  expect(await collect(openWork(root))).toMatchObject([
    { stage: "step1", requests: 0, batches: [], provider: undefined, resume: ["scripts/demo/step1.ts", "r1"] },
  ]);
});

test("a finished stage without batches, and a folder that is no stage, are no work", async () => {
  const root = memoryDisk();
  await makeStage(options(root, { config }));
  await root.write("demo/r1/export/file.jsonl", "{}\n");
  expect(await collect(openWork(root))).toEqual([]);
});
