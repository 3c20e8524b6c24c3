import { setTimeout as wait } from "node:timers/promises";
import { openQuestions } from "corrigenda/dataset";
import { collect, nodeDisk, readText } from "corrigenda/files";
import {
  type FaultPlan,
  noFaults,
  type OfflineService,
  readBill,
  startOfflineService,
} from "corrigenda/provider/offline";
import { keyedRng } from "corrigenda/rng";
import * as selfcorrect from "corrigenda/selfcorrect";
import { realClock } from "corrigenda/time";
import { afterAll, expect, test } from "vitest";
import { done, start, temporary } from "./script.ts";

const root = temporary("selfcorrect-collect");
const services: OfflineService[] = [];
const [CONCURRENCY, SEED] = [4, 1126];
const GSM8K = "data/sample/selfcorrect/gsm8k.jsonl";
const COLLECT = [
  ...[
    "scripts/selfcorrect/collect.ts",
    "--dataset",
    "gsm8k",
    "--from",
    GSM8K,
    "--run",
    "k",
    "--algorithm",
    "gaussian_ts",
  ],
  ...["--batch-size", "5", "--lag", "16", "--max-turns", "4", "--concurrency", String(CONCURRENCY)],
];
/** What a client gets over within seconds. */
const FAULTS: FaultPlan = {
  ...{ ...noFaults, seed: SEED },
  rates: { server: 0.03, cutBefore: 0.03, cutAfter: 0.03, rateShort: 0.02 },
};
afterAll(async () => {
  for (const service of services) await service.close();
  await root.remove(".");
});

const at = (folder: string): string[] => ["--results", root.resolve(folder)];
const made = (folder: string): Promise<string[]> =>
  Promise.all(
    ["traces/traces.jsonl", "traces/failures.jsonl", "traces/statistics.json", "pipeline_logs/final_policy.json"].map(
      (file) => readText(root, `${folder}/selfcorrect/k/${file}`),
    ),
  );
/** Requests that were billed, one entry for each time. */
const billed = async (folder: string): Promise<string[]> =>
  (await collect(readBill(nodeDisk(root.resolve(`${folder}/state`))))).flatMap((line) =>
    line.kind === "online" ? [line.key] : [],
  );

/** A simulated model that knows the questions, in this process: it outlives those who are killed. */
async function serve(folder: string, faults: FaultPlan): Promise<string[]> {
  const source = await openQuestions(nodeDisk("."), {
    dataset: "gsm8k",
    split: "train",
    from: GSM8K,
    folder: "",
    hub: {},
  });
  const underWay = selfcorrect.questionsUnderWay(selfcorrect.scoringOf("gsm8k"), 1_000);
  await collect(underWay.pass(source.rows()));
  const model = { preset: selfcorrect.PRESETS["huang-gpt-3.5"], templates: selfcorrect.ownTemplates() };
  const simulators = [selfcorrect.simulateSelfcorrect({ ...model, references: underWay.known })];
  const disk = nodeDisk(root.resolve(`${folder}/state`));
  const service = await startOfflineService({ disk, clock: realClock, simulators, faults });
  services.push(service);
  return ["--base-url", service.url, ...at(folder)];
}

test("killed with SIGKILL at random moments, with faults, a run ends in the same bytes and loses no trace", async () => {
  await done(...COLLECT, ...at("calm"));
  const there = await serve("killed", FAULTS);
  const rng = keyedRng(SEED, "kills");
  let kills = 0;
  for (let calls = 5 + rng.int(20); calls < 160; calls += 10 + rng.int(40)) {
    const life = start([...COLLECT, ...there]);
    let ended = false;
    life.ended.then(() => {
      ended = true;
    });
    while (!ended && (await billed("killed")).length < calls) await wait(2);
    if (ended) break;
    life.kill("SIGKILL");
    await life.ended;
    kills += 1;
  }
  expect(kills).toBeGreaterThanOrEqual(3);
  const last = await done(...COLLECT, ...there);
  expect(last).toContain("50 traces, 0 questions without one");
  expect(await made("killed")).toEqual(await made("calm"));
  const ids = (await made("killed"))[0]
    ?.trim()
    .split("\n")
    .map((line) => JSON.parse(line).question_id);
  expect([ids?.length, new Set(ids).size]).toEqual([50, 50]);
  // Billed again: what was in flight at a kill, and what the service answered without the answer coming through.
  const keys = await billed("killed");
  const calm = (await readText(root, "calm/selfcorrect/k/traces/ledger.jsonl")).trim().split("\n").length;
  expect(new Set(keys).size).toBe(calm);
  const cut = (await readText(root, "killed/selfcorrect/k/traces/journal.jsonl")).split('"t":"lost"').length - 1;
  expect(keys.length - calm).toBeLessThanOrEqual(kills * CONCURRENCY + cut);
  expect(await done(...COLLECT, ...there)).toContain("traces: nothing to do, it is finished");
});

test("Ctrl-C once saves and prints the line that goes on", async () => {
  const there = await serve("stopped", noFaults);
  const life = start([...COLLECT, ...there]);
  while ((await billed("stopped")).length < 30) await wait(2);
  life.kill("SIGINT");
  const { code, out } = await life.ended;
  expect(code).toBe(130);
  expect(out).toMatch(
    /^go on: npx zx scripts\/selfcorrect\/collect\.ts --run k --dataset gsm8k --from data\/sample\/.*--results /m,
  );
  const words = /^go on: npx zx (.*)$/m.exec(out)?.[1]?.split(" ") ?? [];
  await done(...words, "--base-url", there[1] ?? "");
  const keys = await billed("stopped");
  expect(new Set(keys).size).toBe(keys.length);
});
