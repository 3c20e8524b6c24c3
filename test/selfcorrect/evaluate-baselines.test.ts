import { collect } from "corrigenda/files";
import type { ModelRequest } from "corrigenda/provider";
import { keyedRng } from "corrigenda/rng";
import {
  openTraces,
  ownTemplates,
  PRESETS,
  parseBaselines,
  policyTrial,
  RECOMMENDED,
  trialRow,
} from "corrigenda/selfcorrect";
import { describe, expect, test } from "vitest";
import { makeBaseline } from "../../lib/selfcorrect/baseline-make.ts";
import type { Ask, TraceSetting } from "../../lib/selfcorrect/trace-types.ts";
import { modelReply, options, questions, templates } from "./trace-fixture.ts";

const all = questions(40);

/** Answers right with 60 %; "Try again." mends, "Are you sure" breaks every answer. Each request by its own draw. */
function asker(): { ask: Ask; seen: ModelRequest[] } {
  const seen: ModelRequest[] = [];
  const ask: Ask = async (request) => {
    seen.push(request);
    const { messages, sample } = request;
    const [, a = ""] = /What is (\d+) \+ 1/.exec(messages[0]?.content ?? "") ?? [];
    const last = messages.at(-1)?.content ?? "";
    const isRight =
      messages.length > 1 ? last.startsWith("Try") : keyedRng(messages[0]?.content ?? "", sample ?? 0).next() < 0.6;
    const text = isRight ? `${Number(a) + 1}` : `wrong ${messages.length > 1 ? 0 : (sample ?? 0) % 2}`;
    return { ok: true, reply: modelReply(text, messages.length > 1 ? 40 : 20) };
  };
  return { ask, seen };
}

async function made(name: string, more: Partial<TraceSetting> = {}, samples = 3) {
  const { ask, seen } = asker();
  const {
    policy: _p,
    learns: _l,
    lag: _g,
    concurrency: _c,
    updateEvery: _u,
    ask: _a,
    ...setting
  } = options({ ask, ...more });
  const [baseline] = parseBaselines(name, templates);
  if (!baseline) throw new Error(name);
  const found = await makeBaseline(baseline, {
    ...{ setting, ask, lag: 8, concurrency: 4, updateEvery: 1, samples },
    questions: async function* () {
      for (const one of all) if (one.ok) yield one.row;
    },
  });
  const right = found.attempts.filter((one) => one.right).length;
  return { ...found, seen, right };
}

describe("a baseline", () => {
  test("always takes its template up to the last turn", async () => {
    const { attempts, right, knowsReference } = await made("always:p_try_again", { maxTurns: 3 });
    expect([attempts.length, right, knowsReference]).toEqual([40, 40, false]);
    expect(attempts[0]).toEqual({ question: "q1", right: true, tokens: 100, extraTokens: 80, answers: 3 });
  });

  test("asks as the run itself did, so that the engine finds those replies kept", async () => {
    const own = asker();
    const { policy, ...run } = options({ ask: own.ask, maxTurns: 2, lag: 4, concurrency: 4 });
    await collect(openTraces({ ...run, policy }).outcomes(all));
    for (const name of ["always:p_try_again", "oracle-arm", "self-consistency"]) {
      const { seen } = await made(name, { maxTurns: 2 });
      expect(seen.filter(({ messages }) => messages.length === 1)).toEqual(expect.arrayContaining(own.seen));
    }
  });

  test("oracle-stop asks only about wrong answers, and says that it knows the reference", async () => {
    const { attempts, right, knowsReference, feedback } = await made("oracle-stop:p_try_again");
    const once = attempts.filter(({ answers }) => answers === 1).length;
    expect([right, knowsReference, feedback]).toEqual([40, true, "oracle"]);
    expect(once).toBe(attempts.filter(({ tokens }) => tokens === 20).length);
    expect(once).toBeGreaterThan(15);
    expect(attempts.every(({ answers }) => answers <= 2)).toBe(true);
  });

  test("oracle-arm is the best template asked once, or none where every one costs more than it mends", async () => {
    expect(await made("oracle-arm")).toMatchObject({
      policy: "oracle-arm: p_try_again",
      right: 40,
      knowsReference: true,
    });
    const dear = await made("oracle-arm", { lambda: 1 });
    expect(dear.policy).toBe("oracle-arm: none");
    expect(dear.attempts.every(({ tokens }) => tokens === 20)).toBe(true);
  });

  test("self-consistency takes the majority of its samples, and pays for all of them", async () => {
    const { attempts, right, seen, feedback } = await made("self-consistency", {}, 9);
    expect(seen.map(({ sample }) => sample).slice(0, 9)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
    expect(attempts.every(({ tokens, extraTokens }) => tokens === 180 && extraTokens === 160)).toBe(true);
    // Right answers agree, wrong ones split in two: P(most of 9) is 0.9 where one answer is right with 0.6.
    expect(right).toBeGreaterThan(30);
    expect(feedback).toBe("none");
  });

  test("of another repetition draws its own samples", async () => {
    const { seen } = await made("self-consistency", { repetition: 2 });
    expect(seen.slice(0, 3).map(({ sample }) => sample)).toEqual([2_000, 2_001, 2_002]);
  });
});

describe("a policy that learned in the simulator and was frozen", () => {
  const common = { templates: ownTemplates(), algorithm: RECOMMENDED, lambda: 0.001, maxTurns: 5, seed: 42 };
  test("reaches half of the oracle arm's gain where templates differ", async () => {
    const trial = await policyTrial({
      ...common,
      preset: PRESETS.learnable,
      dataset: "hotpotqa",
      training: 1_500,
      fresh: 500,
    });
    expect(trial.oracleNet.value).toBeGreaterThan(0.05);
    expect(trialRow("learnable", trial).faults).toEqual([]);
  });

  test("does not ask again where that hurts", async () => {
    const trial = await policyTrial({
      ...common,
      preset: PRESETS["score-base"],
      dataset: "*",
      training: 1_000,
      fresh: 500,
    });
    expect(trial.net.value).toBeGreaterThanOrEqual(-trial.net.error);
    expect(trial.accuracy.value).toBeGreaterThanOrEqual(-trial.accuracy.error);
  });

  test("is told apart from one that hurts, and from one that misses what there is to gain", () => {
    const none = { value: 0, error: 0.001 };
    const gain = { value: 0.1, error: 0.01 };
    const of = (net: { value: number; error: number }) =>
      trialRow("m", { never: 0.5, accuracy: none, net, oracleAccuracy: gain, oracleNet: gain, answers: 1 }).faults;
    expect(of({ value: 0.06, error: 0.01 })).toEqual([]);
    expect(of({ value: 0.04, error: 0.01 })).toEqual(["m has less than half of the oracle arm's gain"]);
    expect(of({ value: -0.02, error: 0.01 })).toHaveLength(2);
  });
});
