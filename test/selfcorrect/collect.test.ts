import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { createLogger, createProgress, createTerminal } from "corrigenda/cli";
import { declarationOf } from "corrigenda/dataset";
import * as engine from "corrigenda/engine";
import { collect, type Disk, nodeDisk, readText } from "corrigenda/files";
import { readBill } from "corrigenda/provider/offline";
import * as selfcorrect from "corrigenda/selfcorrect";
import { realClock } from "corrigenda/time";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { z } from "zod";

const zeros = "0".repeat(64);
const environment = {
  ...{ commit: null, dirtySha256: null, lockSha256: null, libSha256: zeros, node: "", os: "", arch: "", versions: {} },
};

const LIMIT = 16;
let disk: Disk;
beforeEach(async () => {
  disk = nodeDisk(await mkdtemp(path.join(tmpdir(), "corrigenda-collect-")));
});
afterEach(async () => {
  await rm(disk.resolve("."), { recursive: true });
});

/** As scripts/selfcorrect/collect.ts wires it. */
async function run(
  results: string,
  given: Partial<selfcorrect.CollectFlags> & { again?: boolean } = {},
): Promise<engine.StageEnd> {
  const flags = {
    ...z.object(selfcorrect.collectFlags).parse({ limit: LIMIT, maxTurns: 3, run: "r", ...given }),
    again: given.again ?? false,
  };
  const source = selfcorrect.mockSource(declarationOf("mock"), flags);
  const text = async (file: string): Promise<string | undefined> =>
    (await disk.size(file)) === undefined ? undefined : readText(disk, file);
  const parts = await selfcorrect.collectParts(flags, source.name, { text });
  const underWay = selfcorrect.questionsUnderWay(parts.scoring, flags.lag);
  const simulator = selfcorrect.simulateSelfcorrect({
    ...{ preset: selfcorrect.PRESETS[flags.preset], templates: parts.templates, references: underWay.known },
  });
  const log = createLogger({ level: "error", clock: realClock, redact: (line) => line, line: () => undefined });
  const progress = createProgress({ terminal: createTerminal({ write: () => true }), clock: realClock, quiet: true });
  const around = { log, progress, signal: new AbortController().signal, disk };
  const provider = { name: "offline", concurrency: flags.concurrency } as const;
  await using place = await engine.openWorkplace({ results, provider, simulators: [simulator], env: {}, around });
  const config = selfcorrect.collectConfig(flags, { ...source, ...parts, provider: { name: "offline" } });
  const spec = { study: "selfcorrect", run: "r", config, command: ["x.ts"], environment, again: flags.again };
  const guard = { dataset: source.declaration, iMaySend: false, redact: false };
  const rows = (): AsyncGenerator<selfcorrect.QuestionOrBad> => underWay.pass(source.rows());
  const made = { ...parts, flags, place, spec, guard, dataset: source.name, rows };
  const end = await selfcorrect.collectTraces({ ...engine, gzip: gzipSync }, made);
  await selfcorrect.deliverLogs(engine, made, disk);
  await log.close();
  return end;
}

const at = (results: string, file: string): string => `${results}/selfcorrect/r/${file}`;
const text = (results: string, file: string): Promise<string> => readText(disk, at(results, file));
const tables = async (results: string): Promise<string[]> => {
  const files = [
    "traces/traces.jsonl",
    "traces/statistics.json",
    "traces/metrics.json",
    "pipeline_logs/final_policy.json",
  ];
  return Promise.all(files.map((file) => text(results, file)));
};
const billed = async (results: string): Promise<string[]> =>
  (await collect(readBill(nodeDisk(disk.resolve(`${results}/.offline`))))).flatMap((line) =>
    line.kind === "online" ? [line.key] : [],
  );

test("the same bytes at any concurrency, also after a stop at any place, and nothing is billed twice", async () => {
  await run("a", { concurrency: 2, lag: 8, batchSize: 5, algorithm: "epsilon_greedy" });
  const whole = await tables("a");
  await run("b", { concurrency: 8, lag: 8, batchSize: 5, algorithm: "epsilon_greedy" });
  expect(await tables("b")).toEqual(whole);
  const lines = (await text("b", "traces/traces.jsonl")).split("\n");
  for (const [kept, torn] of [
    [0, 5],
    [7, 0],
    [15, 200],
  ] as const) {
    await disk.remove(at("b", "traces/manifest.json"));
    await disk.write(
      at("b", "traces/traces.jsonl"),
      [...lines.slice(0, kept), (lines[kept] ?? "").slice(0, torn)].join("\n"),
    );
    await run("b", { concurrency: 3, lag: 8, batchSize: 5, algorithm: "epsilon_greedy" });
    expect(await tables("b")).toEqual(whole);
  }
  const keys = await billed("b");
  expect(new Set(keys).size).toBe(keys.length);
});

test("manifest last, with every table and the files in the source's shapes", async () => {
  const end = await run("a");
  expect(end.state === "finished" && end.manifest?.outputs.map((one) => one.path)).toEqual([
    ...[
      "pipeline_logs/final_policy.json",
      "pipeline_logs/summary_20261101_000000.json",
      "pipeline_logs/traces_20261101.jsonl",
    ],
    ...[
      "traces/failures.jsonl",
      "traces/metrics.json",
      "traces/policy.json.gz",
      "traces/statistics.json",
      "traces/traces.jsonl",
    ],
  ]);
  const state = gunzipSync(Buffer.concat(await collect(disk.read(at("a", "traces/policy.json.gz"))))).toString();
  expect(state).toBe(await text("a", "pipeline_logs/final_policy.json"));
  const [source, own] = [
    await text("a", "pipeline_logs/traces_20261101.jsonl"),
    await text("a", "traces/traces.jsonl"),
  ];
  const traces = own
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as selfcorrect.TraceRecord);
  expect(
    source
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line)),
  ).toEqual(traces);
  expect(traces.map(({ question_id }) => question_id)).toEqual(Array.from({ length: LIMIT }, (_, n) => `q${n + 1}`));
  expect(new Set(traces.map(({ provider, feedback }) => `${provider} ${feedback}`))).toEqual(
    new Set(["offline classifier"]),
  );
});

test("a finished run has nothing to do; another config under its name is refused; --again reads the kept replies", async () => {
  await run("a");
  const [whole, before] = [await tables("a"), await billed("a")];
  expect(await run("a")).toEqual({ state: "finished", manifest: undefined });
  await expect(run("a", { lambda: 0.5 })).rejects.toThrow("run r of selfcorrect exists with another lambda");
  await run("a", { again: true });
  expect([await tables("a"), await billed("a")]).toEqual([whole, before]);
});

describe("a policy's state", () => {
  test("is gone on with: the next run begins where the last one ended", async () => {
    await run("a", { algorithm: "gaussian_ts" });
    const file = at("a", "pipeline_logs/final_policy.json");
    const { version } = JSON.parse(await readText(disk, file)) as { version: number };
    await run("b", { policy: file, seed: 43 });
    const [first = ""] = (await text("b", "traces/traces.jsonl")).split("\n");
    expect((JSON.parse(first) as selfcorrect.TraceRecord).turns[0]?.policy).toMatchObject({
      version,
      algorithm: "gaussian_ts",
    });
  });

  test("says whose answers it learnt from; a real model is warned of a simulator's", async () => {
    await run("a");
    const file = at("a", "pipeline_logs/final_policy.json");
    expect(JSON.parse(await readText(disk, file))).toMatchObject({ provider: "offline", feedback: "classifier" });
    const notices = async (provider: string): Promise<readonly string[]> => {
      const flags = { ...z.object(selfcorrect.collectFlags).parse({ policy: file }), provider };
      return (await selfcorrect.collectParts(flags, "mock", { text: (name) => readText(disk, name) })).notices;
    };
    expect([(await notices("offline")).length, (await notices("openai")).length]).toEqual([1, 2]);
    expect((await notices("openai"))[1]).toContain("has learnt from simulated answers");
  });

  test("stays as it is with --no-learn", async () => {
    await run("a", { algorithm: "gaussian_ts", learn: false });
    expect(JSON.parse(await text("a", "pipeline_logs/final_policy.json"))).toMatchObject({ version: 0 });
    expect(JSON.parse(await text("a", "traces/config.json"))).toMatchObject({ config: { learns_from: "nothing" } });
  });

  test("of other templates, or no state at all, is refused", async () => {
    await run("a");
    await disk.write(
      "t.json",
      JSON.stringify([{ id: "p_mine", style: "concise", cognitive_load: "low", text: "Again." }]),
    );
    const policy = at("a", "pipeline_logs/final_policy.json");
    await expect(run("b", { policy, templates: "t.json" })).rejects.toThrow(
      "the policy chooses among other templates: p_try_again is not loaded",
    );
    await expect(run("b", { policy: "none.json" })).rejects.toThrow(
      "none.json does not exist; name another with --policy",
    );
    await expect(run("b", { policy: "t.json" })).rejects.toThrow(
      "t.json is no policy; give a final_policy.json or policy.json.gz of an earlier run",
    );
  });
});

test("a folder that --log-dir names gets copies; a day's file keeps the lines of other runs", async () => {
  await disk.write("logs/traces_20261101.jsonl", '{"trace_id":"another"}\n');
  await run("a", { logDir: "logs" });
  await run("a", { logDir: "logs" });
  const lines = (await readText(disk, "logs/traces_20261101.jsonl")).trim().split("\n");
  expect([lines.length, lines[0]]).toEqual([LIMIT + 1, '{"trace_id":"another"}']);
  expect(await disk.list("logs")).toEqual([
    "final_policy.json",
    "summary_20261101_000000.json",
    "traces_20261101.jsonl",
  ]);
});

test("more traces at a time than the lag are refused before anything is written", async () => {
  await expect(run("a", { concurrency: 9, lag: 8 })).rejects.toThrow("set --lag 9 or --concurrency 8");
  expect(await disk.list("a/selfcorrect/r")).toEqual([]);
});

test("another repetition asks the same questions anew", async () => {
  await run("a", { algorithm: "never", maxTurns: 1 });
  const first = await billed("a");
  await disk.remove(at("a", "."));
  await run("a", { algorithm: "never", maxTurns: 1 });
  expect(await billed("a")).toEqual(first);
  await disk.remove(at("a", "."));
  await run("a", { algorithm: "never", maxTurns: 1, repetition: 1 });
  expect((await billed("a")).length).toBe(2 * first.length);
});

test("flags become a command again, defaults left out", () => {
  const flags = z
    .object(selfcorrect.collectFlags)
    .parse({ dataset: "gsm8k", limit: 5, learn: false, logDir: "logs", run: "r" });
  expect(selfcorrect.collectCommand(flags)).toEqual([
    "--dataset",
    "gsm8k",
    "--limit",
    "5",
    "--no-learn",
    "--log-dir",
    "logs",
  ]);
});

test("the simulated model knows the questions that came last, and forgets those before them", async () => {
  const underWay = selfcorrect.questionsUnderWay(selfcorrect.scoringOf("mock"), 3);
  const prompts: string[] = [];
  for await (const row of underWay.pass(selfcorrect.mockRows(5, 1)))
    if (row.ok) prompts.push(selfcorrect.firstPrompt(row.row, selfcorrect.scoringOf("mock")));
  expect(prompts.map((prompt) => underWay.known(prompt)?.question.id)).toEqual([
    undefined,
    undefined,
    "q3",
    "q4",
    "q5",
  ]);
});

test("the last lines on the terminal say who knew what and who answered", async () => {
  const tally = selfcorrect.traceTally();
  for await (const one of selfcorrect.simulatedTraces({
    n: 30,
    algorithm: "always:p_try_again",
    options: { maxTurns: 2 },
  }))
    tally.add(one);
  const statistics = tally.statistics();
  const policy = selfcorrect.createPolicy("never", { actions: ["none"] });
  const who = { feedback: "oracle", provider: "offline" } as const;
  const summary = selfcorrect.summaryOf({ statistics, policy, updates: 1, ...who });
  const latency_ms = { p50: 12.3, p95: 45.6 };
  const timing = { traces: 30, seconds: 1.5, traces_per_second: 20, calls: 60, latency_ms, concurrency: 4, ...who };
  const said = selfcorrect.closingLines({ statistics, summary, timing });
  expect(said[0]).toBe("30 traces, 0 questions without one; 2 turns a trace");
  expect(said[1]).toContain("(feedback: oracle, provider: offline)");
  expect(said[2]).toMatch(/^policy never: 1 updates, average reward .*; asked again most with p_try_again 30$/);
  expect(said[3]).toBe(
    "the last process made 30 traces in 1.5 s (20.0 a second) with 60 calls; calls took 12 ms, 95 % less than 46 ms",
  );
});
