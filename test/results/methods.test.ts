import { memoryDisk, readText } from "corrigenda/files";
import { type MethodsStage, methodsText, writeMethods } from "corrigenda/results";
import { expect, test } from "vitest";
import { environment, finishedRun, metrics } from "./fixture.ts";

const hash = "c".repeat(64);
const stage = (more: Partial<MethodsStage["manifest"]> = {}): MethodsStage => ({
  manifest: {
    ...{ format: 1, study: "demo", run: "r1", stage: "step2", command: ["scripts/demo/step2.ts", "{run}"] },
    ...{ config: { provider: { name: "openai" }, model: "gpt-x" }, configSha256: hash, prompts: [], parents: [] },
    inputs: [{ path: "data/a.json", bytes: 3, sha256: "d".repeat(64) }],
    ...{ seeds: { seed: 42 }, startedAt: "2026-11-01T10:00:00.000Z", endedAt: "2026-11-02T11:00:00.000Z", environment },
    ...{ counts: { done: 1_200, failed: 3 }, requestsRoot: hash, outputs: [] },
    tokens: { input: 10_000, cached: 500, output: 2_000, reasoning: 100 },
    cost: { estimateUsd: null, actualUsd: 1.5 },
    models: [{ requested: "gpt-x", returned: ["gpt-x-2026-10-01"], fingerprints: ["fp_1"] }],
    ...more,
  },
  manifestSha256: "e".repeat(64),
  metrics,
});

test("the paragraph names days, commit, models as asked and as answered, n, tokens, price table, seeds, the main number", () => {
  const text = methodsText({ study: "demo", run: "r1" }, [stage()]);
  for (const part of [
    "made from 2026-11-01 to 2026-11-02 (UTC)",
    "commit `1234567`, on Node.js v24.21.0",
    "`gpt-x` (answered as `gpt-x-2026-10-01`), fingerprints `fp_1` through `openai`",
    "1,200 rows were answered, 3 failed",
    "10,000 input tokens (500 cached) and 2,000 output tokens (100 of reasoning) cost $1.50 at the prices of 2026-10-01",
    "Seeds: seed 42.",
    "Main number: agreement 0.50 kappa (95 % interval 0.40 to 0.60, n = 30, simulated)",
    `| $1.50 | \`${"e".repeat(64)}\` |`,
    `- \`data/a.json\` \`${"d".repeat(64)}\``,
  ])
    expect(text).toContain(part);
  expect(text).not.toContain("No model was asked");
});

test("an offline run says first that nothing in it is about any model; a run that asked nobody says that", () => {
  const offline = methodsText({ study: "demo", run: "r1" }, [stage({ config: { provider: { name: "offline" } } })]);
  expect(offline).toContain("**The answers were simulated (provider: offline). No model was asked");
  expect(offline).toContain("through an offline simulator");
  expect(offline).toContain("cost $1.50, simulated,");
  const nothing = {
    tokens: { input: 0, cached: 0, output: 0, reasoning: 0 },
    models: [],
    requestsRoot: null,
    config: {},
  };
  expect(methodsText({ study: "demo", run: "r1" }, [stage(nothing)])).toContain("No model service was asked.");
});

test("names from data bring no markup into the text", () => {
  const models = [{ requested: "a`b\n# c", returned: [], fingerprints: [] }];
  const text = methodsText({ study: "demo", run: "r1" }, [stage({ models, seeds: { "<b>|x": "[y](z)" } })]);
  expect(text).toContain("asked of `a′b # c`");
  expect(text).toContain("\\<b\\>\\|x \\[y\\](z)");
});

test("is written from the manifests of a run, the same bytes twice", async () => {
  const root = await finishedRun(memoryDisk());
  const path = await writeMethods(root, { study: "demo", run: "r1" });
  const first = await readText(root, path);
  await writeMethods(root, { study: "demo", run: "r1" });
  expect([path, await readText(root, path)]).toEqual(["demo/r1/methods.md", first]);
  expect(first).toContain("| step1 | 2026-11-01");
});
