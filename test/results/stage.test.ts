import os from "node:os";
import path from "node:path";
import { memoryDisk, nodeDisk, readText } from "corrigenda/files";
import { contentHash, sha256 } from "corrigenda/json";
import {
  environmentOf,
  hashFile,
  keysRoot,
  listStages,
  openStage,
  requireStage,
  runName,
  stageFolder,
} from "corrigenda/results";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { finishedRun, makeStage, metrics, options, tickingClock } from "./fixture.ts";

describe("names", () => {
  test.each(["../x", "..", ".", "", "a/b", "a\\b", ".hidden", "-rf", "a\u0000", "a b", "é", "x".repeat(81), "%2e%2e"])(
    "%j never becomes a folder",
    (name) => {
      for (const part of ["study", "run", "stage"]) {
        const names = { study: "s", run: "r", stage: "t", [part]: name };
        expect(() => stageFolder(names)).toThrow(expect.objectContaining({ code: "config" }));
      }
    },
  );

  test("whatever text is given, a stage's folder has three plain parts or is refused", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        try {
          expect(stageFolder({ study: "s", run: text, stage: "t" }).split("/")).toEqual(["s", text, "t"]);
          expect(text).toMatch(/^[A-Za-z0-9][A-Za-z0-9._-]*$/);
        } catch (error) {
          expect(error).toMatchObject({ code: "config" });
        }
      }),
    );
  });

  test("a run is named <study>/<run>", () => {
    expect(runName("whyfix/0622-1458")).toEqual({ study: "whyfix", run: "0622-1458" });
    expect(() => runName("whyfix/../x")).toThrow('"whyfix/../x" is no run; write <study>/<run>, like whyfix/0622-1458');
    expect(() => runName("whyfix")).toThrow('"" cannot name a run');
  });

  test("an output cannot lie outside its stage", async () => {
    const root = memoryDisk();
    await using stage = await openStage(options(root));
    await expect(stage.finish({ outputs: ["../../secret"] })).rejects.toMatchObject({
      message: '"../../secret" cannot name a result file: use letters, digits, ".", "_", "-"',
    });
  });
});

describe("openStage", () => {
  test("writes config.json before anything else, with the config's sha256", async () => {
    const root = memoryDisk();
    await using stage = await openStage(options(root));
    expect([stage.state, stage.folder]).toEqual(["fresh", "demo/r1/step1"]);
    const config = JSON.parse(await readText(root, "demo/r1/step1/config.json"));
    expect(config).toMatchObject({
      config: { model: "a", temperatures: [0, 1] },
      configSha256: contentHash({ temperatures: [0, 1], model: "a" }),
      command: ["scripts/demo/step1.ts", "{run}"],
      startedAt: "2026-11-01T00:00:01.000Z",
    });
  });

  test("goes on with a stage that was left open, and keeps its start", async () => {
    const root = memoryDisk();
    await (await openStage(options(root)))[Symbol.asyncDispose]();
    await using stage = await openStage(options(root, { clock: tickingClock(Date.UTC(2027, 0)) }));
    expect(stage.state).toBe("open");
    const manifest = await stage.finish({ outputs: [] });
    expect([manifest.startedAt, manifest.endedAt]).toEqual(["2026-11-01T00:00:01.000Z", "2027-01-01T00:00:02.000Z"]);
  });

  test("finds a finished stage finished, without the lock", async () => {
    const root = await finishedRun();
    await root.lock("demo/r1/.lock");
    await using stage = await openStage(options(root));
    expect([stage.state, stage.codeChanged]).toEqual(["finished", false]);
  });

  test("says that other code made a finished stage, and works on it again when told to", async () => {
    const root = await finishedRun();
    const environment = { ...options(root).environment, libSha256: "c".repeat(64) };
    await using before = await openStage(options(root, { environment }));
    expect([before.state, before.codeChanged]).toEqual(["finished", true]);
    await using stage = await openStage(options(root, { environment, again: true }));
    expect(stage.state).toBe("open");
  });

  test.each(["demo/r1/step1/rows.jsonl", "demo/r1/step1/metrics.json"])(
    "opens a stage again that has lost %s",
    async (file) => {
      const root = await finishedRun();
      await root.write(file, "cut");
      await using stage = await openStage(options(root));
      expect(stage.state).toBe("open");
    },
  );

  test("a finished stage that is worked on again is not finished until it is: killed half-way, it stays open", async () => {
    const root = await finishedRun();
    const again = await openStage(options(root, { again: true }));
    await root.write(again.path("rows.jsonl"), '{"n":9}\n'); // as many bytes as before
    await again[Symbol.asyncDispose]();
    const name = { study: "demo", run: "r1", stage: "step1" };
    await expect(requireStage(root, name, "step1.ts")).rejects.toMatchObject({ code: "stage" });
    await using stage = await openStage(options(root));
    expect(stage.state).toBe("open");
  });

  test("opens a stage again when an earlier one was made again", async () => {
    const root = await finishedRun();
    const parents = [{ stage: "step1", manifestSha256: "d".repeat(64) }];
    await using stage = await openStage(options(root, { stage: "step2", parents }));
    expect(stage.state).toBe("open");
  });

  test("two processes never share a run", async () => {
    const root = memoryDisk();
    await using first = await openStage(options(root));
    await expect(openStage(options(root))).rejects.toMatchObject({ code: "locked" });
    await expect(openStage(options(root, { stage: "step9" }))).rejects.toMatchObject({ code: "locked" });
    await using other = await openStage(options(root, { run: "r2" }));
    expect([first.state, other.state]).toEqual(["fresh", "fresh"]);
  });

  describe("stages that ask no model", () => {
    const table = (stage: string) => ({ stage, holds: "stage" }) as const;

    test("are worked on side by side, each by one process", async () => {
      const root = memoryDisk();
      await using first = await openStage(options(root, table("train-A1")));
      await using second = await openStage(options(root, table("train-A2")));
      expect([first.state, second.state]).toEqual(["fresh", "fresh"]);
      await expect(openStage(options(root, table("train-A1")))).rejects.toMatchObject({ code: "locked" });
      await first[Symbol.asyncDispose]();
      await using again = await openStage(options(root, table("train-A1")));
      expect(again.state).toBe("open");
    });

    test("do not let a stage that holds the run be worked on twice, whichever way it is opened", async () => {
      const root = memoryDisk();
      await using whole = await openStage(options(root));
      await expect(openStage(options(root, table("step1")))).rejects.toMatchObject({ code: "locked" });
      await using other = await openStage(options(root, table("table")));
      await whole[Symbol.asyncDispose]();
      await using part = await openStage(options(root, table("step1")));
      await expect(openStage(options(root))).rejects.toMatchObject({ code: "locked" });
      // The run that could not be held is free again.
      await using next = await openStage(options(root, { stage: "step2" }));
      expect([other.state, part.state, next.state]).toEqual(["fresh", "open", "fresh"]);
    });

    test("go on beside a chain that holds their run", async () => {
      const root = memoryDisk();
      await using stage = await openStage(options(root, table("train-A1")));
      const chain = await root.lock("demo/r1/.lock");
      await using next = await openStage(options(root, table("train-A2")));
      expect([stage.state, next.state]).toEqual(["fresh", "fresh"]);
      await chain.release();
    });
  });

  test.each([
    [{ config: { model: "b", temperatures: [0, 1] } }, 'another model: recorded "a", now "b"'],
    [{ config: { model: "a", temperatures: [0, 0.5] } }, "another temperatures[1]: recorded 1, now 0.5"],
    [{ config: { model: "a" } }, "another temperatures: recorded [0,1], now nothing"],
    [{ config: { model: "a", temperatures: [0, 1], effort: "low" } }, 'another effort: recorded nothing, now "low"'],
    [{ config: "a" }, 'another config: recorded {"model":"a","temperatures":[0,1]}, now "a"'],
    [{ seeds: { root: 8 } }, "another seed root: recorded nothing, now 8"],
    [
      { inputs: [{ path: "data/x.json", bytes: 1, sha256: "e".repeat(64) }] },
      "another input data/x.json: recorded nothing, now eeeeeeeeeeee…",
    ],
    [{ prompts: [{ name: "why", sha256: "f".repeat(64) }] }, "another prompt why: recorded nothing, now ffffffffffff…"],
  ])("refuses %j under a run's name", async (change, sentence) => {
    const root = memoryDisk();
    await (await openStage(options(root)))[Symbol.asyncDispose]();
    await expect(openStage(options(root, change))).rejects.toMatchObject({
      code: "config",
      message: `run r1 of demo exists with ${sentence}; choose another run name or the same config`,
    });
    await using again = await openStage(options(root));
    expect(again.state).toBe("open");
  });

  test("takes the same config with its keys in another order", async () => {
    const root = await finishedRun();
    await using stage = await openStage(options(root, { config: { temperatures: [0, 1], model: "a" } }));
    expect(stage.state).toBe("finished");
  });

  test("names a damaged config.json", async () => {
    const root = memoryDisk();
    await root.write("demo/r1/step1/config.json", "{}");
    await expect(openStage(options(root))).rejects.toThrow(
      /^demo\/r1\/step1\/config\.json is damaged at format: .*restore it, or remove/,
    );
  });
});

describe("finish", () => {
  test("hashes outputs and exports, then writes metrics.json and the manifest", async () => {
    const root = memoryDisk();
    await using stage = await openStage(options(root));
    await root.write(stage.path("rows.jsonl"), "abc");
    await root.write("demo/r1/report.html", "<p>");
    const manifest = await stage.finish({ outputs: ["rows.jsonl"], exports: ["report.html"], metrics });
    expect(manifest.outputs.map(({ path, bytes }) => [path, bytes])).toEqual([
      ["report.html", 3],
      ["step1/metrics.json", (await readText(root, "demo/r1/step1/metrics.json")).length],
      ["step1/rows.jsonl", 3],
    ]);
    expect(manifest.outputs[2]?.sha256).toBe(sha256("abc"));
    expect(JSON.parse(await readText(root, "demo/r1/step1/manifest.json"))).toEqual(manifest);
  });

  test("leaves no manifest where an output is missing", async () => {
    const root = memoryDisk();
    await using stage = await openStage(options(root));
    await expect(stage.finish({ outputs: ["rows.jsonl"] })).rejects.toMatchObject({ code: "files" });
    expect(await root.size("demo/r1/step1/manifest.json")).toBeUndefined();
  });

  test("gives the same manifest for the same work, but for its times", async () => {
    const texts = await Promise.all(
      [0, 1].map(async () => readText(await finishedRun(), "demo/r1/step2/manifest.json")),
    );
    expect(texts[0]).toBe(texts[1]);
  });

  test("refuses a metric that is no number: metrics.json could not be read back", async () => {
    const root = memoryDisk();
    await using stage = await openStage(options(root));
    const broken = { ...metrics, headline: { ...metrics.headline, value: Number.NaN } };
    await expect(stage.finish({ outputs: [], metrics: broken })).rejects.toThrow("NaN");
  });
});

describe("requireStage", () => {
  const name = { study: "demo", run: "r1", stage: "step1" };
  const command = "npx zx scripts/demo/step1.ts r1";

  test("gives the manifest and its hash", async () => {
    const root = await finishedRun();
    const { manifest, parent } = await requireStage(root, name, command);
    expect(manifest.counts).toEqual({ done: 2 });
    expect(parent.manifestSha256).toBe(sha256(await readText(root, "demo/r1/step1/manifest.json")));
  });

  test.each([
    ["missing", "demo/r1", "step1 of demo run r1 is missing; run: npx zx scripts/demo/step1.ts r1"],
    [
      "open",
      "demo/r1/step1/manifest.json",
      "step1 of demo run r1 is not finished; run: npx zx scripts/demo/step1.ts r1",
    ],
    [
      "cut",
      "demo/r1/step1/rows.jsonl",
      "step1 of demo run r1 has lost step1/rows.jsonl; run: npx zx scripts/demo/step1.ts r1",
    ],
  ])("refuses a stage that is %s and says what to run", async (_, gone, sentence) => {
    const root = await finishedRun();
    await root.remove(gone);
    await expect(requireStage(root, name, command)).rejects.toMatchObject({ code: "stage", message: sentence });
  });
});

test("listStages gives every stage with its state and the command that goes on with it", async () => {
  const root = await finishedRun();
  await (await openStage(options(root, { run: "r2" })))[Symbol.asyncDispose]();
  await root.write("demo/r2/step7/notes.txt", "");
  await root.write(".offline/state.jsonl", "");
  await root.write("index.html", "");
  const seen: unknown[] = [];
  for await (const { study, run, stage, state, command } of listStages(root))
    seen.push([study, run, stage, state, command]);
  expect(seen).toEqual([
    ["demo", "r1", "step1", "finished", ["scripts/demo/step1.ts", "r1"]],
    ["demo", "r1", "step2", "finished", ["scripts/demo/step2.ts", "r1"]],
    ["demo", "r2", "step1", "open", ["scripts/demo/step1.ts", "r2"]],
    ["demo", "r2", "step7", "fresh", undefined],
  ]);
});

describe("hashes", () => {
  test("a file's is that of its bytes", async () => {
    const root = memoryDisk();
    await root.write("a", "abc");
    // FIPS 180-2, appendix B.1
    const expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    expect(await hashFile(root, "a")).toEqual({ path: "a", bytes: 3, sha256: expected });
  });

  test("the keys' root depends on every key and on their order", async () => {
    const roots = await Promise.all([["a", "b"], ["b", "a"], ["ab"], ["a", "b"]].map(keysRoot));
    expect(new Set(roots).size).toBe(3);
    expect(roots[0]).toBe(roots[3]);
  });

  test("the environment knows code, lock file and machine", async () => {
    const found = await environmentOf(nodeDisk("."), { prices: "2026-10-01" });
    expect(found).toMatchObject({ node: process.version, arch: process.arch, versions: { prices: "2026-10-01" } });
    expect([found.lockSha256, found.libSha256]).toEqual([
      expect.stringMatching(/^[0-9a-f]{64}$/),
      expect.stringMatching(/^[0-9a-f]{64}$/),
    ]);
  });

  test("outside a clone the commit is unknown, and that is no error", async () => {
    const found = await environmentOf(nodeDisk(path.join(os.tmpdir(), "no-such-clone")), {});
    expect(found).toMatchObject({ commit: null, dirtySha256: null, lockSha256: null });
  });
});

test("a stage's work is idempotent: finishing twice gives the same outputs", async () => {
  const root = memoryDisk();
  await makeStage(options(root));
  const first = await readText(root, "demo/r1/step1/metrics.json");
  await makeStage(options(root, { again: true }));
  expect(await readText(root, "demo/r1/step1/metrics.json")).toBe(first);
});
