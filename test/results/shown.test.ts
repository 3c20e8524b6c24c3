import { collect, memoryDisk } from "corrigenda/files";
import { openStage, shownRuns } from "corrigenda/results";
import { expect, test } from "vitest";
import { finishedRun, makeStage, metrics, options, tickingClock } from "./fixture.ts";

test("a run is shown with the number of the stage that was started last, also when an earlier one is made again", async () => {
  const root = await finishedRun(memoryDisk());
  const own = { ...metrics, headline: { ...metrics.headline, name: "accuracy", provider: "openai" } };
  const clock = tickingClock(Date.UTC(2026, 10, 5));
  await (async () => {
    await using stage = await openStage(options(root, { stage: "evaluation", clock }));
    await root.write(stage.path("rows.jsonl"), "{}\n");
    await stage.finish({ outputs: ["rows.jsonl"], metrics: own });
  })();
  await root.remove("demo/r1/step1/manifest.json");
  await makeStage(options(root, { clock: tickingClock(Date.UTC(2026, 10, 9)) }));
  const [run] = await collect(shownRuns(root));
  expect(run).toMatchObject({ headline: { name: "accuracy" }, provider: "openai", models: ["a"], open: [] });
  expect(run?.found.map(({ stage: of }) => of)).toEqual(["evaluation", "step2", "step1"]);
  expect(run?.endedAt?.slice(0, 10)).toBe("2026-11-09");
});

test("a run with a damaged manifest is named, and the others are shown", async () => {
  const root = await finishedRun(await finishedRun(memoryDisk(), "r0"), "r1");
  await root.write("demo/r0/step2/manifest.json", "{");
  expect(await collect(shownRuns(root))).toMatchObject([
    { run: "r0", provider: "unknown", open: ["a file is damaged: see npx zx scripts/results/verify.ts"] },
    { run: "r1", headline: { name: "agreement" }, open: [] },
  ]);
});

test("an open stage is named, files that are there are linked, folders that are no runs are passed over", async () => {
  const root = memoryDisk();
  await using _open = await openStage(options(root, { stage: "traces" }));
  await root.write("demo/r1/report.html", "x");
  await root.write("demo/empty/notes.txt", "x");
  expect(await collect(shownRuns(root))).toMatchObject([
    {
      ...{ study: "demo", run: "r1", headline: undefined, provider: "nobody", open: ["traces"], usd: 0 },
      files: [{ label: "report", href: "demo/r1/report.html" }],
    },
  ]);
});
