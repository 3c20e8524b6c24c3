import { parseYaml } from "corrigenda/cli";
import { nodeDisk, readText } from "corrigenda/files";
import {
  bytesText,
  foldsOf,
  type JobState,
  modelId,
  nextJobs,
  Plan,
  planJobs,
  planModels,
  planRows,
  planStatus,
  statusLine,
  statusTable,
  storageEstimate,
  TARGET,
  trainPlanOf,
  wallHours,
} from "corrigenda/ilm";
import { describe, expect, test } from "vitest";
import { worldPlan } from "./compare-world.ts";

const disk = nodeDisk(".");
const read = async (name: string): Promise<Plan> => parseYaml(await readText(disk, `scripts/ilm/${name}`), name, Plan);
const reasonOf = (text: string): string => {
  try {
    parseYaml(text, "plan.yaml", Plan);
    return "";
  } catch (error) {
    return (error as Error).message;
  }
};

describe("the source's plan", () => {
  test("has its six models in its order, with its documents, examples, steps and hours", async () => {
    const plan = await read("plan.yaml");
    // docs: the source's table of six models; documents and examples as int(n × 0.8) of its CSV's counts.
    const table = [
      ["efcamdat_C1_ilm", "C1", 10_006, 8_004, 128_064, 10_000, [2, 3]],
      ["efcamdat_B2_ilm", "B2", 40_238, 32_190, 515_040, 20_000, [4, 5]],
      ["efcamdat_B1_ilm", "B1", 116_539, 93_231, 1_491_696, 30_000, [6, 8]],
      ["efcamdat_A2_ilm", "A2", 215_344, 172_275, 2_756_400, 40_000, [8, 10]],
      ["efcamdat_A1_ilm", "A1", 341_155, 272_924, 4_366_784, 50_000, [10, 12]],
      ["efcamdat_all_ilm", "all", 723_282, 578_625, 9_258_000, 60_000, [14, 16]],
    ];
    const rows = planRows({ ...plan, split: "source" });
    expect(
      rows.map((row) => [row.name, row.level, row.samples, row.documents?.train, row.examples, row.steps, row.hours]),
    ).toEqual(table);
    expect(rows.at(-1)?.documents).toEqual({ train: 578_625, valid: 72_328, test: 72_329 });
    const hours = rows.map((row) => row.hours ?? [0, 0]);
    const ends = [0, 1].map((end) => hours.reduce((sum, range) => sum + (range[end] ?? 0), 0));
    expect(ends).toEqual([44, 54]); // the source says "about 50 to 52 hours"
  });

  test("as it stands splits level by level: the general model has one document fewer to train on", async () => {
    const rows = planRows(await read("plan.yaml"));
    expect(rows.at(-1)?.documents).toEqual({ train: 578_624, valid: 72_328, test: 72_330 });
  });

  test("levels of fewer than 100 texts are tested by fifths where the plan asks for folds", () => {
    const plan = worldPlan({ split: "fold" });
    const few = { ...plan, models: plan.models.map((one) => ({ ...one, samples: one.level === "C1" ? 42 : 1000 })) };
    const [c1, b2] = planRows(few);
    expect(c1?.documents).toEqual({ train: 24, valid: 9, test: 9 }); // foldSplit of 42 documents, fold 0
    expect(b2?.documents).toEqual({ train: 800, valid: 100, test: 100 });
  });

  test("takes the storage that its parts add up to", async () => {
    const plan = { ...(await read("plan.yaml")), transfer: undefined };
    const storage = storageEstimate(plan, 124_439_808);
    expect(storage?.texts).toBeCloseTo(2 * 723_282 * 320, -3);
    expect(storage?.checkpoints).toBe(6 * 124_439_808 * 16);
    expect(storageEstimate({ ...plan, models: plan.models.map(({ samples, ...one }) => one) }, 1)).toBeNull();
  });

  test("its steps and hours: one epoch of the source's command would be 333 steps on C1, not 10,000", async () => {
    const [c1] = planRows(await read("plan.yaml"));
    const { batch, accumulate } = await read("plan.yaml");
    expect(Math.floor((c1?.documents?.train ?? 0) / batch / accumulate)).toBe(333);
    expect(c1?.steps).toBe(10_000);
  });
});

test("training has the source's settings: 8 × 3 documents, 256 tokens, rate 5e-5 without warm-up or decay, two means", () => {
  const plan = worldPlan();
  const { INFILL, INFILL_SPECIAL, INFILL_REDUNDANT, CONTEXT } = TARGET;
  expect(trainPlanOf(plan, { steps: 10_000 })).toEqual({
    ...{ seed: 0, steps: 10_000, batch: 8, accumulate: 3, length: 256, evaluateSteps: 500 },
    schedule: { rate: 5e-5, warmup: 0, decay: "constant" },
    ...{ weightDecay: 0, clip: 1, dropout: 0.1 },
    means: [[INFILL, INFILL_SPECIAL, INFILL_REDUNDANT], [CONTEXT]],
    ...{ kinds: [CONTEXT, INFILL, INFILL_SPECIAL], watched: [INFILL, INFILL_SPECIAL] },
  });
});

test("the micro plan is of one language and of the texts that come with the repository", async () => {
  const plan = await read("micro-plan.yaml");
  expect(planModels(plan).map(({ id }) => id)).toEqual(["C1", "B2", "B1", "A2", "A1", "all"]);
  const lines = (await readText(disk, plan.data.csv)).trim().split("\n");
  const texts = lines.map((line) => JSON.parse(line) as { lang: string; cefr: string });
  expect(new Set(texts.map(({ lang }) => lang))).toEqual(new Set([plan.data.lang]));
  for (const { level, samples } of planRows(plan))
    expect(texts.filter(({ cefr }) => level === "all" || cefr === level).length).toBe(samples);
});

describe("a plan that cannot be run is refused with its line", () => {
  const models = ["C1", "B2", "B1", "A2", "A1", "all"].map(
    (level) => `  - { level: ${level}, name: m_${level}, steps: 1 }`,
  );
  const text = ["name: x", "data: { csv: x.jsonl, lang: DE }", "models:", ...models].join("\n");

  test("where it is whole, nothing is said", () => expect(reasonOf(text)).toBe(""));

  test.each([
    ["an unknown key", text.replace("name: x", "nam: x"), "plan.yaml:1: nam: unknown key"],
    ["a model that is missing", text.replace(/.*level: B1.*\n/, ""), "plan.yaml:3: models: no model for B1"],
    [
      "a level that comes twice",
      text.replace("level: B2", "level: C1"),
      "plan.yaml:5: models[1].level: C1 has a model",
    ],
    ["a folder for two models", text.replace("m_B2", "m_C1"), "plan.yaml:5: models[1].name: m_C1 comes twice"],
    [
      "levels in several languages",
      text.replace("name: m_A1,", "name: m_A1, data: { csv: y.jsonl, lang: IT },"),
      "plan.yaml:8: models[4].data.lang: A1 is in IT, the plan in DE; levels in several languages would measure language",
    ],
    ["a name that leaves its folder", text.replace("m_B2", "../m"), "plan.yaml:5: models[1].name: expected letters"],
    ["folds without the split", `${text}\nfolds: [0]`, 'plan.yaml:10: folds: folds need "split: fold"'],
    [
      "hours the wrong way round",
      text.replace("name: m_A1,", "name: m_A1, hours: [3, 2],"),
      "expected the lower end first",
    ],
  ])("%s", (_, broken, reason) => expect(reasonOf(broken)).toContain(reason));
});

describe("jobs", () => {
  const plan = worldPlan();
  const jobs = planJobs(plan);

  test("come behind those that they need, and every model is evaluated on all test sets", () => {
    const seen = new Set<string>();
    for (const { id, needs } of jobs) {
      for (const need of needs) expect([id, need, seen.has(need)]).toEqual([id, need, true]);
      seen.add(id);
    }
    expect(seen.size).toBe(jobs.length);
    const tests = ["A1", "A2", "B1", "B2", "C1", "all"].map((corpus) => `examples-${corpus}`);
    for (const job of jobs)
      if (job.kind === "evaluate") {
        expect(job.needs).toEqual(expect.arrayContaining(tests));
        expect(job.tests).toEqual(["A1", "A2", "B1", "B2", "C1", "all"]);
      }
    expect(jobs.filter(({ kind }) => kind === "train").map(({ model }) => model)).toEqual(
      ["C1", "B2", "B1", "A2", "A1", "all"], // R3.25: the source's order
    );
  });

  test("start in the plan's order, as many as there are devices; training waits for its examples", () => {
    const ids = (...args: Parameters<typeof nextJobs>): string[] => nextJobs(...args).map(({ id }) => id);
    expect(ids(jobs, new Set(), new Set())).toEqual(["corpus-C1"]);
    const texts = new Set(jobs.filter(({ kind }) => kind === "corpus").map(({ id }) => id));
    expect(ids(jobs, texts, new Set(), 99).every((id) => id.startsWith("examples-"))).toBe(true);
    const ready = new Set([...texts, "examples-C1"]);
    expect(ids(jobs, ready, new Set(), 99)).toContain("train-C1");
    expect(ids(jobs, ready, new Set(), 99)).not.toContain("train-B2");
    const examples = new Set([...jobs].filter(({ kind }) => /corpus|examples/.test(kind)).map(({ id }) => id));
    expect(ids(jobs, examples, new Set(), 2)).toEqual(["train-C1", "train-B2"]);
    expect(ids(jobs, examples, new Set(["train-C1"]), 2)).toEqual(["train-B2"]);
    expect(ids(jobs, examples, new Set(["train-C1", "train-B2"]), 2)).toEqual([]);
    expect(ids(jobs, new Set(jobs.map(({ id }) => id)), new Set(), 9)).toEqual([]);
  });

  test("a plan goes through to its end, whatever the number of devices", () => {
    for (const devices of [1, 2, 5]) {
      const done = new Set<string>();
      while (done.size < jobs.length) {
        const next = nextJobs(jobs, done, new Set(), devices);
        expect(next.length).toBeGreaterThan(0);
        for (const { id } of next) done.add(id);
      }
    }
  });

  test("transfer: fine-tuning starts from the general model, beside direct training on as many documents", () => {
    const transfer = worldPlan({ transfer: { steps: 50, documents: [100, "all"] } });
    const models = planModels(transfer);
    expect(models.filter(({ corpus }) => corpus === "B2")).toEqual([
      { id: "B2", corpus: "B2", steps: 100 },
      { id: "B2-100", corpus: "B2", steps: 50, documents: 100 },
      { id: "all-to-B2-100", corpus: "B2", steps: 50, from: "all", documents: 100 },
      { id: "all-to-B2", corpus: "B2", steps: 50, from: "all" },
    ]);
    const tuned = planJobs(transfer).find(({ id }) => id === "train-all-to-B2");
    expect(tuned).toMatchObject({ needs: ["examples-B2", "train-all"], training: { steps: 50, from: "train-all" } });
    const judged = planJobs(transfer).find(({ id }) => id === "evaluate-all-to-B2");
    expect(judged).toMatchObject({ needs: ["train-all-to-B2", "examples-B2"], tests: ["B2"] });
    expect(modelId("B2", { fineTuned: true, documents: 100 })).toBe("all-to-B2-100");
  });

  test("folds are runs of their own that one comparison waits for", () => {
    const folded = worldPlan({ split: "fold" });
    expect(foldsOf(folded)).toEqual([0, 1, 2, 3, 4]);
    const all = planJobs(folded);
    expect(all.length).toBe(5 * (jobs.length - 1) + 1);
    expect(all.find(({ id }) => id === "train-C1-fold3")?.needs).toEqual(["examples-C1-fold3"]);
    expect(all.at(-1)?.needs.length).toBe(5 * 7);
  });
});

describe("status", () => {
  const plan = worldPlan();
  const jobs = planJobs(plan);
  const states = new Map<string, JobState>([
    ["corpus-C1", { state: "finished", bytes: 1e6 }],
    ["examples-C1", { state: "finished", bytes: 2e6, documents: 795, examples: 12_720 }],
    ["train-C1", { state: "finished", step: 100, seconds: 7_200, bytes: 5e6 }],
    ["train-B2", { state: "open", step: 25, seconds: 1_800 }],
  ]);
  const status = planStatus(plan, jobs, states, 2);
  const [c1, b2, b1] = status.rows;

  test("what was counted stands in place of what was planned", () => {
    expect(c1).toMatchObject({
      model: "world_C1_ilm",
      dataset: "C1 only",
      documents: 795,
      examples: 12_720,
      bytes: 8e6,
    });
    expect(b1).toMatchObject({ documents: 800, examples: 12_800, state: "fresh", step: 0 });
  });

  test("hours left are by the model's own speed, else by the plan", () => {
    expect([c1?.hours, c1?.hoursLeft]).toEqual([2, 0]);
    expect([b2?.hours, b2?.hoursLeft]).toEqual([0.5, 1.5]); // 25 of 100 steps took half an hour
    expect([b1?.hours, b1?.hoursLeft]).toEqual([0, 1.5]); // planned: 1 to 2 hours
    expect(status.hoursLeft).toBe(5 * 1.5);
    expect(status.wallHoursLeft).toBe(4.5); // five of 1.5 hours on two devices: three in a row
  });

  test("a transfer model is expected to take as long a step as its level's own", () => {
    const more = worldPlan({ transfer: { steps: 50, documents: [100] } });
    const { rows } = planStatus(more, planJobs(more), new Map());
    expect(rows.find(({ model }) => model === "all-to-B1-100")).toMatchObject({
      hoursLeft: 0.75,
      documents: 100,
      steps: 50,
    });
  });

  test("nobody knows the hours of a plan without expectations that has not begun", () => {
    const blank = { ...plan, models: plan.models.map(({ hours, ...one }) => one) };
    expect(planStatus(blank, jobs, new Map()).hoursLeft).toBeNull();
    expect(statusLine(planStatus(blank, jobs, new Map()))).toContain("hours left not known");
  });

  test("is told in a line and a table", () => {
    expect(statusLine(status)).toBe(
      `3 of ${jobs.length} jobs done; 2.5 device hours so far, 7.5 device hours left (4.5 on the wall); 8.0 MB`,
    );
    expect(statusTable(status)[1]).toEqual({
      ...{ model: "world_B2_ilm", dataset: "B2 only", documents: "800", examples: "12,800", steps: "25/100" },
      ...{ hours: "0.5", left: "1.5", storage: "0.0 kB", state: "open" },
    });
    expect([bytesText(263e6), bytesText(2.3e9)]).toEqual(["263.0 MB", "2.3 GB"]);
  });

  test("the source's hours at the middle of its ranges: 49 one after the other, 28.5 on two devices", () => {
    const hours = [2.5, 4.5, 7, 9, 11, 15];
    expect(wallHours(hours, 1)).toBe(49);
    expect(wallHours(hours, 2)).toBe(28.5); // 2.5 + 7 + 11 | 4.5 + 9 + 15, in the source's order
  });
});
