import { openWork } from "corrigenda/engine";
import { collect, memoryDisk } from "corrigenda/files";
import { sha256 } from "corrigenda/json";
import { openLocalStore } from "corrigenda/store";
import { virtualClock } from "corrigenda/time";
import { expect, test } from "vitest";
import { spentElsewhere } from "../../lib/engine/spent.ts";
import { makeStage, options } from "../results/fixture.ts";
import { planned, writeJournal } from "./journals.ts";

test("what the other stages of a run have spent counts towards its budget; other runs do not", async () => {
  const root = memoryDisk();
  for (const stage of ["step1", "step3"]) await makeStage(options(root, { stage }));
  const store = await openLocalStore(memoryDisk(), virtualClock());
  const reply = { via: "online", raw: "{}" };
  await store.put([
    { ...reply, key: sha256("a"), run: "demo/r1/step1", usd: 0.25 },
    { ...reply, key: sha256("b"), run: "demo/r1/step3", usd: 0.5 },
    { ...reply, key: sha256("c"), run: "demo/r2/step1", usd: 8 },
  ]);
  expect(await spentElsewhere({ root, store }, "demo/r1/step3")).toBe(0.25);
  expect(await spentElsewhere({ root, store }, "demo/r1/step1")).toBe(0.5);
});

test("a folder of results that names another command to go on with is refused: only our own scripts are started", async () => {
  for (const next of [["--eval", "process.exit()"], ["/tmp/other.ts"], ["scripts/../../other.ts"], []]) {
    const root = memoryDisk();
    await makeStage(options(root, { config: { provider: { name: "openai" }, next } }));
    await writeJournal(root, "demo/r1/step1", [planned("a")]);
    await expect(collect(openWork(root))).rejects.toMatchObject({
      code: "refused",
      message: `demo/r1/step1 goes on with the command "${next[0]}", which is no script of this repository; remove the folder, or restore its config.json`,
    });
  }
});
