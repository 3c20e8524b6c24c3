import { readTable } from "corrigenda/engine";
import type { MemoryDisk } from "corrigenda/files";
import {
  comparisonOf,
  type ModelCard,
  type Plan,
  planStatus,
  type RunRead,
  readRun,
  runDocuments,
} from "corrigenda/ilm";
import { requireStage, stagesOf } from "corrigenda/results";
import { beforeAll, describe, expect, test } from "vitest";
import { cardOf, specialised, worldPlan, worldRun } from "./compare-world.ts";

const read = (root: MemoryDisk, plan: Plan, run = "w1"): Promise<RunRead> =>
  readRun({ root, readTable, requireStage, stagesOf }, run, { plan, resamples: 100, command: "npx zx evaluate.ts" });

const pages = (plan: Plan, found: RunRead, cards: ReadonlyMap<string, ModelCard> = found.cards) => {
  const comparison = comparisonOf({ plan, ...found, resamples: 100 });
  const status = planStatus(plan, found.jobs, found.states);
  return runDocuments({ run: "w1", plan, comparison, status, ...found, cards });
};

describe("a run on the disk", () => {
  const plan = worldPlan();
  let disk: MemoryDisk;
  let found: RunRead;
  beforeAll(async () => {
    disk = await worldRun({ documents: 20, log: specialised(40) }, plan);
    found = await read(disk, plan);
  });

  test("is read from its manifests: all evaluations, cards, curves, words", () => {
    expect(found.parents.map(({ stage }) => stage)).toEqual(
      ["C1", "B2", "B1", "A2", "A1", "all", "average"].map((model) => `evaluate-${model}`),
    );
    expect(found.cards.get("B2")).toEqual(cardOf("B2"));
    expect(found.trainings.get("all")).toMatchObject({ hasCheckpoint: true, hasLog: true });
    expect(found.trainings.get("all")?.validation.map(({ loss }) => loss)).toEqual([4.5, 4]);
    expect(found.tally.models()).toEqual(["C1", "B2", "B1", "A2", "A1", "guessed", "all", "average"]);
    expect(found.recovery.find(({ model, test }) => model === "A1" && test === "B2")?.accuracy.value).toBe(0.5);
    expect(found.states.get("train-C1")).toMatchObject({ state: "finished", step: 100, seconds: 7_200 });
  });

  test("its three pages say what was done, what is left, and that nothing is decided", () => {
    const written = pages(plan, found);
    expect(Object.keys(written)).toEqual([
      "DETAILED_COMPARISON_TABLE.md",
      "IMPLEMENTATION_SUMMARY.md",
      "PIPELINE_OVERVIEW.md",
    ]);
    const [table = "", summary = "", overview = ""] = Object.values(written);
    for (const page of [table, summary, overview]) expect(page).toContain("**H1–H3 are not decided by this run**");
    expect(table).toMatch(/^\| A1 \| 20 \| \d/m);
    expect(summary).toContain("- [x] trained without device errors: all six");
    expect(summary).toContain("- [ ] the comparison shows a clear winner: H1 not decidable, H2 not decidable");
    expect(summary).toMatch(/^\| world_B2_ilm \| B2 only \| 800 \| 12,800 \| 100\/100 \| 2\.0 \| 0\.0 \|/m);
    expect(overview).toMatch(
      /^\| 1 \| world_C1_ilm \| C1 \| 1,000 \| 800 \| 12,800 \| 100 \| 1–2 \| – \| \d+\.\d+ \[/m,
    );
    expect(overview).toContain("| Evaluation | 7 of 7 |");
    expect(overview).toContain("Nothing is left to do.");
    expect(overview).toContain(
      "- H3 (the general model fine-tuned on a level beats it and direct training): not decidable; not evaluated",
    );
  });

  test("texts of files are text in the pages: no markup, no links, no further cells", () => {
    const device = "<img src=x onerror=alert(1)> | [x](javascript:alert(1))\n# head";
    const page = pages(plan, found, new Map([["C1", cardOf("C1", { device })]]))["IMPLEMENTATION_SUMMARY.md"];
    expect(page).toContain(
      String.raw`| C1 | \<img src=x onerror=alert(1)\> \| [x\](javascript:alert(1)) # head | 100 |`,
    );
    expect(page).not.toContain("\n# head");
  });

  test("a model that is still being trained is on its way in status and pages, and its evaluation is left", async () => {
    const half = await worldRun({ documents: 20, log: specialised(40) }, plan);
    for (const stage of ["evaluate-B2", "train-B2"]) await half.remove(`ilm/w1/${stage}/manifest.json`);
    const state = await read(half, plan);
    expect(state.states.get("train-B2")).toMatchObject({ state: "open", step: 100, seconds: 7_200 });
    const page = pages(plan, state)["PIPELINE_OVERVIEW.md"];
    expect(page).toContain("- train-B2\n- evaluate-B2");
    expect(pages(plan, state)["IMPLEMENTATION_SUMMARY.md"]).toContain("5 of 6; not B2");
  });
});

describe("a run that cannot be compared is refused in one sentence", () => {
  const plan = worldPlan();
  const broken = async (stage: string, change: (text: string) => string, file = "losses.jsonl"): Promise<unknown> => {
    const disk = await worldRun({ documents: 2, log: specialised(40) }, plan);
    const path = `ilm/w1/${stage}/${file}`;
    const parts = [];
    for await (const part of disk.read(path)) parts.push(part);
    const text = Buffer.concat(parts).toString();
    const changed = change(text);
    // Sizes are in the manifest: a line is changed, not made longer.
    await disk.write(path, changed.padEnd(text.length, " ").slice(0, text.length));
    return read(disk, plan).catch((error: Error) => error.message);
  };

  test("without any evaluation", async () => {
    const disk = await worldRun({ documents: 2, log: specialised(40) }, plan);
    for (const name of await disk.list("ilm/w1"))
      if (name.startsWith("evaluate-")) await disk.remove(`ilm/w1/${name.slice(0, -1)}`);
    await expect(read(disk, plan)).rejects.toThrow("has no finished evaluation; first: npx zx evaluate.ts");
  });

  test("with a line that is no record", async () => {
    expect(await broken("evaluate-A1", (text) => text.replace('"sum"', '"som"'))).toMatch(
      /evaluate-A1\/losses\.jsonl:1 is damaged/,
    );
  });

  test("with another model's records", async () => {
    expect(await broken("evaluate-A1", (text) => text.replaceAll('"A1","test"', '"A2","test"'))).toContain(
      "evaluate-A1/losses.jsonl holds records of another model than A1",
    );
  });

  test("with a card that is not JSON", async () => {
    expect(await broken("evaluate-A1", () => "{", "model.json")).toContain("evaluate-A1/model.json is damaged");
  });

  test("with a table that was cut off", async () => {
    const disk = await worldRun({ documents: 2, log: specialised(40) }, plan);
    await disk.write("ilm/w1/evaluate-A1/losses.jsonl", "");
    await expect(read(disk, plan)).rejects.toThrow("has lost evaluate-A1/losses.jsonl");
  });
});

test("cards of folds are added up, and their documents are other documents", async () => {
  const plan = worldPlan({ split: "fold", folds: [0, 1] });
  const found = await read(await worldRun({ documents: 5, log: specialised(40) }, plan), plan);
  expect(found.cards.get("C1")).toEqual(cardOf("C1", { trainSeconds: 14_400, storageBytes: 40_000_000 }));
  expect(found.tally.cell("C1", "A1")?.documents).toBe(10);
});
