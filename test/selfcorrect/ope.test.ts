import { keyedRng } from "corrigenda/rng";
import {
  createPolicy,
  evaluatePolicies,
  type OpeRow,
  opeTargets,
  opeWords,
  policyFiles,
  readOpeLog,
  targetOf,
} from "corrigenda/selfcorrect";
import { describe, expect, test } from "vitest";
import { ACTIONS, logOf, perDecision, perTrace, placed, traceOf, wanted } from "./ope-world.ts";

const rowOf = (rows: readonly OpeRow[], estimator: string): OpeRow =>
  rows.find((row) => row.policy === "wanted" && row.estimator === estimator) as OpeRow;

describe("off-policy evaluation of traces", () => {
  test("every estimate is within 4 standard errors of the value that counting all cases gives", async () => {
    const { rows, warnings } = evaluatePolicies(await logOf(1, 3000), [wanted]);
    expect(warnings).toEqual([]);
    for (const estimator of ["ips", "snips", "dr", "sndr"]) {
      const { value, error, effective_sample_size } = rowOf(rows, estimator);
      expect(Math.abs(value - perDecision), estimator).toBeLessThan(4 * error);
      expect(effective_sample_size).toBeGreaterThan(1000);
    }
    // The model is drawn in and its errors are not in the interval: 4 of the doubly robust estimate's errors.
    const { error } = rowOf(rows, "dr");
    for (const estimator of ["dm", "switch", "dros"])
      expect(Math.abs(rowOf(rows, estimator).value - perDecision), estimator).toBeLessThan(4 * error);
    const trace = rowOf(rows, "pdis");
    expect(trace.per).toBe("trace");
    expect(Math.abs(trace.value - perTrace)).toBeLessThan(4 * trace.error);
    expect(perTrace).toBeGreaterThan(perDecision);
  });

  test("of 200 logs of 120 traces, 91.5 to 98.5 % of the intervals hold the value", async () => {
    // 95 % of 200 is 190 with a standard deviation of 3.1: 183 to 197 are 2.3 of them.
    const held: Record<string, number> = { ips: 0, dr: 0, pdis: 0 };
    for (let study = 0; study < 200; study++) {
      const { rows } = evaluatePolicies(await logOf(study, 120), [wanted]);
      for (const name of Object.keys(held)) {
        const { low, high } = rowOf(rows, name);
        const truth = name === "pdis" ? perTrace : perDecision;
        if (low <= truth && truth <= high) held[name] = (held[name] ?? 0) + 1;
      }
    }
    for (const [name, count] of Object.entries(held)) {
      expect(count, name).toBeGreaterThanOrEqual(183);
      expect(count, name).toBeLessThanOrEqual(197);
    }
  });

  test("the logged policy is worth its mean reward; never asking again is worth nothing; metrics name provider and feedback", async () => {
    const log = await logOf(2, 400);
    const { rows, metrics } = evaluatePolicies(log, await opeTargets(["never"], log.actions, noFile));
    const rewards = log.traces.flatMap(({ decisions }) => decisions.map(({ reward }) => reward));
    const mean = rewards.reduce((sum, reward) => sum + reward, 0) / rewards.length;
    expect(rows[0]).toMatchObject({ policy: "logged", per: "decision", n: rewards.length });
    expect(rows[0]?.value).toBeCloseTo(mean, 12);
    expect(rows[1]?.value).toBeCloseTo((mean * rewards.length) / 400, 12);
    for (const row of rows.slice(2)) expect(row.value).toBe(0);
    expect(metrics.metrics.every(({ provider, name }) => provider === "offline" && name.includes("classifier"))).toBe(
      true,
    );
    expect(metrics.headline.name).toContain("logged, mean");
    expect(evaluatePolicies(log, [wanted]).metrics.headline.name).toContain("wanted, dr");
    expect(opeWords(rows).find(({ estimator }) => estimator === "dm")?.note).toBe("the model alone");
  });

  test("a policy that the log never follows gets the model's word and a warning; few effective decisions are said", async () => {
    const log = await logOf(3, 60);
    const elsewhere = { ...wanted, name: "elsewhere", probabilities: () => new Map([["p_other", 1]]) };
    const { rows, warnings } = evaluatePolicies(log, [
      elsewhere,
      targetOf("always", createPolicy("always:p_b", { actions: [...ACTIONS] })),
    ]);
    expect(rows.filter(({ policy }) => policy === "elsewhere").map(({ estimator }) => estimator)).toEqual(["dm"]);
    expect(warnings[0]).toMatch(/^elsewhere: the log never did/);
    expect(warnings[1]).toMatch(/^always: \d+ effective decisions of \d+ \(largest weight 4\): too few/);
    expect(opeWords(rows).some(({ policy, note }) => policy === "always" && note === "few")).toBe(true);
  });

  test("where half of what a policy does was never possible, the weights' mean gives it away", async () => {
    const half = {
      ...wanted,
      name: "half",
      probabilities: () =>
        new Map([
          ["p_a", 0.5],
          ["p_other", 0.5],
        ]),
    };
    const { warnings } = evaluatePolicies(await logOf(4, 2000), [half]);
    expect(warnings).toEqual([expect.stringMatching(/^half: the weights' mean is 0\.\d\d, not 1/)]);
  });

  test("learned policies come from files, and are said to be judged too kindly by what they learned from", async () => {
    const log = await logOf(5, 400);
    const learned = createPolicy("gaussian_ts", { actions: [...ACTIONS] }).after(
      log.traces.flatMap(({ decisions }) =>
        decisions.map(({ context, action, reward }) => ({ context, action, reward })),
      ),
    );
    const files: Readonly<Record<string, string>> = {
      "a/final_policy.json": JSON.stringify(learned.state()),
      "bad.json": "{",
    };
    const text = async (path: string): Promise<string> => files[path] ?? "";
    const names = ["random", "a/final_policy.json", "frozen:a/final_policy.json"];
    expect(policyFiles(names)).toEqual(["a/final_policy.json", "a/final_policy.json"]);
    const targets = await opeTargets(names, log.actions, text);
    for (const { probabilities } of targets) {
      const context = { errorMode: "anchored", confidence: 0.2, lastPromptId: null, turnIndex: 0 } as const;
      const sum = [...probabilities(context).values()].reduce((total, p) => total + p, 0);
      expect(sum).toBeCloseTo(1, 6);
    }
    const { warnings } = evaluatePolicies(log, targets);
    expect(warnings.filter((warning) => warning.includes("too kind"))).toHaveLength(2);
    await expect(opeTargets(["bad.json"], log.actions, text)).rejects.toThrow("bad.json is no policy");
    await expect(opeTargets(["never_heard"], log.actions, text)).rejects.toThrow('no policy "never_heard"');
  });
});

const noFile = async (): Promise<string> => "";

describe("traces that cannot be used", () => {
  const rng = keyedRng(7);
  const good = Array.from({ length: 20 }, (_, i) => traceOf(rng, `q${i}`)) as { turns: { policy?: object }[] }[];
  const read = (values: readonly unknown[]) => readOpeLog(placed(values), "traces.jsonl");

  test("decisions without propensities are refused in one line: how many, and the first place", async () => {
    const bare = good.map((trace, i) =>
      i % 4 === 1 ? { ...trace, turns: [{ ...trace.turns[0], policy: undefined }, { ...trace.turns[0] }] } : trace,
    );
    await expect(read(bare)).rejects.toThrow(
      /^5 of 20 traces have decisions without a propensity \(first: traces\.jsonl:2, turn 0\); off-policy evaluation needs/,
    );
    const impossible = good.map((trace) => ({
      ...trace,
      turns: trace.turns.map((turn) => ({
        ...turn,
        ...(turn.policy && { policy: { ...turn.policy, propensity: 0 } }),
      })),
    }));
    await expect(read(impossible)).rejects.toThrow("20 of 20 traces");
  });

  test("so are traces in the source's own shape, whose turns know no policy", async () => {
    const source = good.map((trace) => ({
      ...trace,
      turns: trace.turns.slice(0, 1).map(({ policy, ...turn }) => turn),
    }));
    await expect(read(source)).rejects.toThrow("20 of 20 traces have decisions without a propensity");
  });

  test("mixed feedback, other JSON and lines that are none are refused with their place", async () => {
    await expect(read([...good, { ...good[0], feedback: "oracle" }])).rejects.toThrow(
      "feedback classifier and, from traces.jsonl:21 on, oracle are mixed",
    );
    await expect(read([...good, { rows: 3 }])).rejects.toThrow("traces.jsonl:21 is no trace: question_id");
    await expect(read([undefined])).rejects.toThrow("traces.jsonl:1 is no trace: the whole");
  });
});
