import { collect, type MemoryDisk, memoryDisk, readText } from "corrigenda/files";
import { compareRuns, freshRun, readRun, replaysOf, verifyRun } from "corrigenda/results";
import { describe, expect, test } from "vitest";
import { environment, finishedRun, makeStage, metrics, options } from "./fixture.ts";

const r1 = { study: "demo", run: "r1" };

describe("verifyRun", () => {
  async function check(root: MemoryDisk, repository = memoryDisk()): Promise<string[]> {
    const found = await collect(verifyRun({ root, repository, ...r1 }));
    return found.map(({ stage, cause, path }) => `${stage} ${cause} ${path}`);
  }

  test("finds nothing in a run that was left alone", async () => {
    expect(await check(await finishedRun())).toEqual([]);
  });

  test("names each file by what happened to it", async () => {
    const root = await finishedRun();
    await root.write("demo/r1/step1/rows.jsonl", '{"n":2}\n');
    await root.write("demo/r1/step2/rows.jsonl", '{"n":1}\n{"n":2}\n');
    await root.remove("demo/r1/step2/metrics.json");
    expect(await check(root)).toEqual([
      "step1 sha256 step1/rows.jsonl",
      "step2 missing step2/metrics.json",
      "step2 size step2/rows.jsonl",
    ]);
  });

  test("finds a stage that was made again after its child", async () => {
    const root = await finishedRun();
    const path = "demo/r1/step1/manifest.json";
    await root.write(path, (await readText(root, path)).replace('"done": 2', '"done": 3'));
    expect(await check(root)).toEqual(["step2 parent step1/manifest.json"]);
  });

  test("finds a config that was changed, in either file", async () => {
    const root = await finishedRun();
    for (const name of ["config", "manifest"]) {
      const path = `demo/r1/step2/${name}.json`;
      await root.write(path, (await readText(root, path)).replace('"model": "a"', '"model": "b"'));
    }
    expect(await check(root)).toEqual(["step2 config step2/config.json", "step2 config step2/manifest.json"]);
  });

  test("finds an input that changed, an unfinished stage and a run that is not there", async () => {
    const repository = memoryDisk();
    await repository.write("data/x", "new");
    const inputs = [{ path: "data/x", bytes: 3, sha256: "0".repeat(64) }];
    const root = await finishedRun(memoryDisk(), "r1", { inputs });
    await root.remove("demo/r1/step2/manifest.json");
    expect(await check(root, repository)).toEqual(["step1 sha256 data/x", "step2 missing step2/manifest.json"]);
    expect(await check(memoryDisk())).toEqual([" missing ."]);
  });
});

describe("compareRuns", () => {
  async function compare(root: MemoryDisk): Promise<string[]> {
    const found = compareRuns(await readRun(root, r1), await readRun(root, { ...r1, run: "r2" }));
    return found.map(
      ({ cause, stage, key, a, b }) => `${cause} ${stage} ${key}: ${JSON.stringify(a)} ${JSON.stringify(b)}`,
    );
  }

  test("two runs of one config do not differ, whatever their names and times", async () => {
    const root = await finishedRun();
    await finishedRun(root, "r2");
    expect(await compare(root)).toEqual([]);
  });

  test("a run's name within the name of a file is no run's name", async () => {
    const root = await finishedRun(memoryDisk(), "r"); // "rows.jsonl"
    await finishedRun(root, "r2");
    const found = compareRuns(await readRun(root, { ...r1, run: "r" }), await readRun(root, { ...r1, run: "r2" }));
    expect(found).toEqual([]);
  });

  test("a config that holds the run's own name does not differ", async () => {
    const root = await finishedRun(memoryDisk(), "r1", { config: { date: "r1" } });
    await finishedRun(root, "r2", { config: { date: "r2" } });
    expect(await compare(root)).toEqual([]);
  });

  test("lists causes before effects, with both values", async () => {
    const root = memoryDisk();
    await makeStage(options(root, { seeds: { root: 7 } }));
    const changed = { ...environment, libSha256: "9".repeat(64), node: "v24.22.0" };
    await makeStage(
      options(root, { run: "r2", config: { model: "b", temperatures: [0, 1] }, environment: changed }),
      "x\n",
    );
    await makeStage(options(root, { run: "r2", stage: "step2" }));
    const path = "demo/r2/step1/metrics.json";
    await root.write(path, (await readText(root, path)).replace('"value": 0.5', '"value": 0.7'));
    const manifest = "demo/r2/step1/manifest.json";
    await root.write(manifest, (await readText(root, manifest)).replace("a-2026", "a-2027"));
    expect((await compare(root)).map((line) => line.replace(/[0-9a-f]{64}/g, "SHA"))).toEqual([
      'stage step2 step2: "missing" "finished"',
      'config step1 model: "a" "b"',
      "seed step1 root: 7 undefined",
      'code step1 libSha256: "SHA" "SHA"',
      'environment step1 node: "v24.21.0" "v24.22.0"',
      'model step1 a.returned[0]: "a-2026" "a-2027"',
      'output step1 step1/rows.jsonl: "SHA" "SHA"',
      "metric step1 agreement.value: 0.5 0.7",
    ]);
    expect(metrics.headline.value).toBe(0.5);
  });

  test("a run without a finished stage is refused", async () => {
    await expect(readRun(memoryDisk(), r1)).rejects.toMatchObject({
      code: "stage",
      message: "demo/r1 holds no finished stage; see: npx zx scripts/jobs.ts",
    });
  });
});

describe("replaysOf", () => {
  test("gives each command once, under the new name, parents first", async () => {
    const root = await finishedRun();
    const record = await readRun(root, r1);
    const backwards = { ...record, stages: [...record.stages].reverse() };
    expect(replaysOf(backwards, "r9")).toEqual([
      { stage: "step1", command: ["scripts/demo/step1.ts", "r9"] },
      { stage: "step2", command: ["scripts/demo/step2.ts", "r9"] },
    ]);
  });

  test("puts a parent first that was made again after its child", async () => {
    const record = await readRun(await finishedRun(), r1);
    const stages = record.stages.map((one) =>
      one.manifest.stage === "step1"
        ? { ...one, manifest: { ...one.manifest, startedAt: "2030-01-01T00:00:00.000Z" } }
        : one,
    );
    expect(replaysOf({ ...record, stages }, "r9").map(({ stage }) => stage)).toEqual(["step1", "step2"]);
  });

  test.each(["/tmp/evil.ts", "scripts/../evil.ts", "scripts/demo/x.mjs", "-e"])("does not run %s", async (script) => {
    const root = await finishedRun(memoryDisk(), "r1", { command: [script, "{run}"] });
    const record = await readRun(root, r1);
    expect(() => replaysOf(record, "r9")).toThrow(expect.objectContaining({ code: "refused" }));
  });
});

describe("freshRun", () => {
  test.each([
    ["small", [], "small-again"],
    ["small", ["small", "small-again"], "small-again2"],
    ["0622-1458", ["0622-1458"], "0622-1459"],
    ["0622-1458", ["0622-1459"], "0622-1400"],
    ["0622-1460", [], "0622-1460-again"],
  ])("%s, with %j taken, is made again as %s", (run, taken, fresh) => {
    expect(freshRun(run, taken)).toBe(fresh);
  });

  test("says so when no name is free", () => {
    const hour = Array.from({ length: 60 }, (_, minute) => `0622-14${String(minute).padStart(2, "0")}`);
    expect(() => freshRun("0622-1458", hour)).toThrow(
      "no name is free for making 0622-1458 again; give one with --as <name>",
    );
    expect(() => freshRun("x".repeat(80), [])).toThrow("no name is free");
  });
});
