import { writeLines } from "corrigenda/engine";
import { nodeDisk, readText } from "corrigenda/files";
import { Metrics } from "corrigenda/results";
import { keyedRng } from "corrigenda/rng";
import { afterAll, beforeAll, expect, test } from "vitest";
import { decisionValue, traceOf } from "../selfcorrect/ope-world.ts";
import { done, run, temporary } from "./script.ts";

const root = temporary("selfcorrect-ope");
const OPE = "scripts/selfcorrect/ope.ts";
const RESULTS = ["--results", root.resolve("results")];

beforeAll(async () => {
  const rng = keyedRng(11, "traces");
  const traces = Array.from({ length: 500 }, (_, at) => traceOf(rng, `q${at}`)) as { turns: object[] }[];
  await writeLines(root, "traces.jsonl", () => traces.map((trace) => JSON.stringify(trace)));
  const bare = traces.map(({ turns, ...trace }) => ({
    ...trace,
    turns: turns.map((turn) => ({ ...turn, policy: undefined })),
  }));
  await writeLines(root, "bare.jsonl", () => bare.map((trace) => JSON.stringify(trace)));
});
afterAll(() => root.remove("."));

test("policies are evaluated on a file of traces, again without change, and refused without propensities; a preset is shown", async () => {
  const words = [OPE, "made-up", "--from", root.resolve("traces.jsonl"), "--policies", "never,always:p_a", ...RESULTS];
  const said = await done(...words);
  expect(said).toContain("feedback classifier, provider offline");
  const folder = nodeDisk(said.match(/written: (.+)$/m)?.[1] ?? "");
  const { headline, metrics } = Metrics.parse(JSON.parse(await readText(folder, "metrics.json")));
  expect(headline.name).toBe("reward per decision of always:p_a, dr, feedback classifier");
  for (const { name, value } of metrics) if (name.includes("never")) expect(value).toBe(0);
  const [low, high] = [headline.low ?? Number.NaN, headline.high ?? Number.NaN];
  // Within 4 standard errors of the value that counting all cases gives; the interval is 2 * 1.96 of them wide.
  const truth = decisionValue({ high: [0, 1, 0], low: [0, 1, 0] });
  expect(Math.abs((low + high) / 2 - truth)).toBeLessThan((4 * (high - low)) / 3.92);
  const table = await readText(folder, "ope.jsonl");
  expect(table.trim().split("\n")).toHaveLength(2 + 2 * 8);
  expect(JSON.parse(table.split("\n")[0] ?? "")).toMatchObject({
    policy: "logged",
    provider: "offline",
    feedback: "classifier",
  });
  expect(await done(...words)).toBe(said);
  expect(await readText(folder, "ope.jsonl")).toBe(table);

  const refused = await run(OPE, "bare", "--from", root.resolve("bare.jsonl"), ...RESULTS);
  expect(refused.code).toBe(1);
  expect(refused.err.trim().split("\n")).toHaveLength(1);
  expect(refused.err).toMatch(
    /\d+ of 500 traces have decisions without a propensity \(first: .*bare\.jsonl:\d+, turn 0\)/,
  );

  const shown = await done(
    "scripts/selfcorrect/simulate.ts",
    "--preset",
    "score-base",
    "--dataset",
    "math",
    "--rounds",
    "1",
  );
  expect(shown).toContain("provider offline");
  expect(shown).toMatch(/ 0 +52\.60 +5\d\.\d\d/);
  expect(shown).toMatch(/ 1 +41\.40 +4\d\.\d\d/);
  expect(shown).toMatch(/wrong to right +4\.60/);
});
