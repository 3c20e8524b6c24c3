import { keyedRng, type Rng } from "corrigenda/rng";
import {
  createPolicy,
  evaluatePolicies,
  type OpeLog,
  type OpeRow,
  opeTargets,
  opeWords,
  type ParsedLine,
  policyFiles,
  type RtsContext,
  readOpeLog,
  targetOf,
} from "corrigenda/selfcorrect";
import { describe, expect, test } from "vitest";

/**
 * A small world whose values can be worked out: an answer is right or wrong, its confidence says so with probability .8,
 * and two templates fix and break it. Two re-prompts at most; each costs .02.
 */
const ACTIONS = ["none", "p_a", "p_b"] as const;
type Action = (typeof ACTIONS)[number];
const RATES: Readonly<Record<string, readonly [ecr: number, eir: number]>> = { p_a: [0.5, 0.05], p_b: [0.2, 0.3] };
const FIRST = 0.6;
const COST = 0.02;
const DECISIONS = 2;
type Chances = Readonly<Record<"high" | "low", readonly [none: number, a: number, b: number]>>;
const LOGGING: Chances = { high: [0.5, 0.25, 0.25], low: [0.2, 0.4, 0.4] };
const WANTED: Chances = { high: [0.8, 0.1, 0.1], low: [0.1, 0.7, 0.2] };

const binOf = ({ confidence }: Pick<RtsContext, "confidence">) =>
  (confidence >= 0.7 ? "high" : "low") as "high" | "low";
const wanted = {
  name: "wanted",
  isLearned: false,
  probabilities: (context: RtsContext) =>
    new Map(ACTIONS.map((action, at) => [action, WANTED[binOf(context)][at] as number])),
};

function line(rng: Rng, question: string): unknown {
  const turns: unknown[] = [];
  let right = rng.next() < FIRST;
  let prompt: string | null = null;
  for (let turn = 0; ; turn++) {
    const confidence = rng.next() < 0.8 === right ? 0.9 : 0.2;
    const said = {
      turn_id: turn,
      prompt_id: prompt,
      error_mode: "anchored",
      confidence_score: confidence,
      answer: "x",
    };
    if (turn === DECISIONS) return { ...about(question), turns: [...turns, said] };
    const p = LOGGING[binOf({ confidence })];
    const u = rng.next();
    const at = u < p[0] ? 0 : u < p[0] + p[1] ? 1 : 2;
    const action = ACTIONS[at] as Action;
    const key = `anchored_${binOf({ confidence })}_early`;
    const policy = { context_key: key, action, candidates: ACTIONS, propensity: p[at], reward: 0 };
    if (action === "none") return { ...about(question), turns: [...turns, { ...said, policy }] };
    const [ecr, eir] = RATES[action] as readonly [number, number];
    const after = right ? rng.next() >= eir : rng.next() < ecr;
    turns.push({ ...said, policy: { ...policy, reward: Number(after) - Number(right) - COST } });
    [right, prompt] = [after, action];
  }
}

function about(question: string) {
  return { question_id: question, provider: "offline", feedback: "classifier" };
}

async function* placed(values: readonly unknown[]): AsyncGenerator<ParsedLine> {
  for (const [at, value] of values.entries()) yield { line: at + 1, value };
}

function logOf(study: number, traces: number): Promise<OpeLog> {
  const rng = keyedRng(study, "ope");
  return readOpeLog(placed(Array.from({ length: traces }, (_, i) => line(rng, `q${i}`))), "traces.jsonl");
}

/** P(bin | right). */
const seen = (right: boolean, bin: "high" | "low"): number => ((bin === "high") === right ? 0.8 : 0.2);

/** The mean reward of a template from here, and what follows, by counting all that can happen. */
function traceValue(chances: Chances, right: boolean, turn = 0): number {
  if (turn === DECISIONS) return 0;
  let value = 0;
  for (const bin of ["high", "low"] as const)
    for (const [at, action] of ACTIONS.entries()) {
      if (action === "none") continue;
      const [ecr, eir] = RATES[action] as readonly [number, number];
      const good = right ? 1 - eir : ecr;
      const next = good * traceValue(chances, true, turn + 1) + (1 - good) * traceValue(chances, false, turn + 1);
      value += seen(right, bin) * (chances[bin][at] as number) * (good - Number(right) - COST + next);
    }
  return value;
}
const perTrace = FIRST * traceValue(WANTED, true) + (1 - FIRST) * traceValue(WANTED, false);

/** The same for one decision, in the contexts that the logging policy meets. */
function decisionValue(): number {
  let [total, met] = [0, 0];
  let reach = new Map([
    [true, FIRST],
    [false, 1 - FIRST],
  ]);
  for (let turn = 0; turn < DECISIONS; turn++) {
    const next = new Map([
      [true, 0],
      [false, 0],
    ]);
    for (const [right, share] of reach) {
      met += share;
      for (const bin of ["high", "low"] as const)
        for (const [at, action] of ACTIONS.entries()) {
          if (action === "none") continue;
          const [ecr, eir] = RATES[action] as readonly [number, number];
          const good = right ? 1 - eir : ecr;
          const here = share * seen(right, bin);
          total += here * (WANTED[bin][at] as number) * (good - Number(right) - COST);
          const went = here * (LOGGING[bin][at] as number);
          next.set(true, (next.get(true) ?? 0) + went * good);
          next.set(false, (next.get(false) ?? 0) + went * (1 - good));
        }
    }
    reach = next;
  }
  return total / met;
}
const perDecision = decisionValue();

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
    expect(metrics.headline.name).toContain("never, dr");
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
    await expect(opeTargets(["bad.json"], log.actions, text)).rejects.toThrow("bad.json is not JSON");
    await expect(opeTargets(["never_heard"], log.actions, text)).rejects.toThrow('no policy "never_heard"');
  });
});

const noFile = async (): Promise<string> => "";

describe("traces that cannot be used", () => {
  const rng = keyedRng(7);
  const good = Array.from({ length: 20 }, (_, i) => line(rng, `q${i}`)) as { turns: { policy?: object }[] }[];
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
