import { keyedRng } from "corrigenda/rng";
import { metricsTally, scoringOf, type TraceMetrics } from "corrigenda/selfcorrect";
import { expectedCalibrationError, reliability, wilson } from "corrigenda/stats";
import { describe, expect, test } from "vitest";
import { calibrationTally } from "../../lib/selfcorrect/metrics-calibration.ts";
import type { TraceRecord } from "../../lib/selfcorrect/types.ts";
import { trace, twoTurns } from "./evaluate-fixture.ts";

function metricsOf(traces: Iterable<TraceRecord>, repeated = false): TraceMetrics {
  const tally = metricsTally({ seed: 7, repeated, scoringOf });
  for (const one of traces) tally.add(one);
  const [group] = tally.groups();
  if (!group) throw new Error("no traces");
  return group;
}

describe("figures by the names of the literature:", () => {
  // /work/shared/facts/selfcorrect-research.md §5.B: OpenAI's GSM8K model solutions (MIT), 6B finetuning, then 6B verification.
  test("two published solvers as first and second answer: 286 and 515 of 1,319 right, 293 fixed, 64 broken", () => {
    const { accuracy, delta, fixed, broken, statistics } = metricsOf(twoTurns({ TT: 222, TF: 64, FT: 293, FF: 740 }));
    expect(accuracy).toEqual([wilson(286, 1319), wilson(515, 1319)]);
    expect([fixed, broken]).toEqual([wilson(293, 1319), wilson(64, 1319)]);
    expect(delta.value).toBeCloseTo((515 - 286) / 1319, 12);
    expect(statistics.traces).toBe(1319);
  });

  // SCoRe, arXiv:2409.12917, Table 2, base model on MATH, in percent: t1 52.6, t2 41.4, Δ -11.2, i->c 4.6, c->i 15.8.
  test("SCoRe's base row comes out as printed", () => {
    const { accuracy, delta, fixed, broken } = metricsOf(twoTurns({ TT: 368, TF: 158, FT: 46, FF: 428 }));
    const percent = [accuracy[0], accuracy[1], delta, fixed, broken].map((one) => (100 * (one?.value ?? 0)).toFixed(1));
    expect(percent).toEqual(["52.6", "41.4", "-11.2", "4.6", "15.8"]);
  });

  // /work/shared/facts/selfcorrect-research.md §2: Reflexion's released logs, HotpotQA, cumulative correct of 100 by trial.
  test("with an oracle stop, p1@t and Acc@t are the published cumulative counts", () => {
    const solved = [61, 69, 69, 70, 72, 74, 75, 75];
    const traces = Array.from({ length: 100 }, (_, at) => {
      const found = solved.findIndex((n) => at < n);
      const turns = Array.from({ length: found < 0 ? 8 : found + 1 }, (_, turn) => ({
        ...{ answer: `#### ${turn === found ? 42 : turn}`, right: turn === found },
      }));
      return trace(`q${at}`, turns, { feedback: "oracle" });
    });
    const { accuracy, pass, feedback } = metricsOf(traces);
    expect(pass.map(({ value }) => Math.round(100 * value))).toEqual(solved);
    expect(accuracy).toEqual(pass);
    expect(feedback).toBe("oracle");
  });

  test("m1@t is the majority of the answers so far, by value, ties to the earlier answer; a trace that ended keeps its own", () => {
    const answers = ["7", "42", "42.0", "7", "7"].map((answer) => ({
      ...{ answer: `#### ${answer}`, right: answer.startsWith("42") },
    }));
    const { majority, accuracy } = metricsOf([trace("a", answers), trace("b", [{ answer: "#### 42", right: true }])]);
    expect(majority.map(({ value }) => value)).toEqual([0.5, 0.5, 1, 0.5, 0.5]); // 7; 7 = 42; 42; 42 = 7; 7
    expect(accuracy.map(({ value }) => value)).toEqual([0.5, 1, 1, 0.5, 0.5]);
  });
});

test("flips, modes, tokens per improvement and actions are counted over re-prompts", () => {
  const policy = (action: string, reward: number) => ({
    ...{ version: 0, algorithm: "a", context_key: "anchored_low_early", action, candidates: [], propensity: 1, reward },
    ...{ propensity_from: "exact" as const, explored: false },
  });
  const { flips, transitions, tokensPerImprovement, rewards, contexts } = metricsOf([
    trace("a", [
      { answer: "#### 1", right: false, tokens: 50, policy: policy("p_x", 0.97) },
      { answer: "#### 42", right: true, mode: "corrected", tokens: 30, policy: policy("p_y", -0.02) },
      { answer: "so #### 42", right: true, mode: "unchanged_correct", tokens: 20, policy: policy("none", 0) },
    ]),
  ]);
  expect(flips).toEqual(wilson(1, 2));
  expect(transitions[0]?.[2]).toBe(1); // anchored, then corrected
  expect(transitions[2]?.[3]).toBe(1); // corrected, then unchanged_correct
  expect(transitions.flat().reduce((a, b) => a + b, 0)).toBe(2);
  expect(tokensPerImprovement?.value).toBe(50);
  expect(rewards).toEqual({ p_x: { n: 1, sum: 0.97 }, p_y: { n: 1, sum: -0.02 }, none: { n: 1, sum: 0 } });
  expect(contexts).toEqual({ anchored_low_early: 3 });
});

test("what an oracle decided is never averaged with the rest, nor are data sets", () => {
  const tally = metricsTally({ seed: 7, repeated: false, scoringOf });
  for (const [dataset, feedback] of [
    ["gsm8k", "classifier"],
    ["gsm8k", "oracle"],
    ["boolq", "classifier"],
    ["gsm8k", "oracle"],
  ] as const)
    tally.add(trace("q", [{ answer: "yes", right: true }], { dataset, feedback }));
  expect(tally.groups().map(({ dataset, feedback, statistics }) => [dataset, feedback, statistics.traces])).toEqual([
    ["gsm8k", "classifier", 1],
    ["gsm8k", "oracle", 2],
    ["boolq", "classifier", 1],
  ]);
});

test("traces of one question are drawn together: asked three times each, 200 questions tell no more than 200", () => {
  const rng = keyedRng("clusters");
  const one = Array.from({ length: 200 }, (_, at) => {
    const right = rng.next() < 0.7;
    return trace(`q${at}`, [{ answer: `#### ${right ? 42 : 1}`, right }]);
  });
  const width = ({ accuracy: [a] }: TraceMetrics): number => (a ? a.high - a.low : Number.NaN);
  const [single, thrice] = [width(metricsOf(one)), width(metricsOf([...one, ...one, ...one], true))];
  expect(thrice / single).toBeGreaterThan(0.85); // bootstrap of 400 resamples against Wilson
  expect(thrice / single).toBeLessThan(1.15);
  expect(width(metricsOf([...one, ...one, ...one])) / single).toBeLessThan(0.6); // 1 / sqrt(3) without clusters
});

test("a turn that only later traces have counts the earlier ones with their last answers, clustered too", () => {
  const traces = [
    trace("a", [{ answer: "#### 42", right: true }]),
    trace("b", [
      { answer: "#### 1", right: false },
      { answer: "#### 42", right: true },
    ]),
    trace("c", [{ answer: "#### 1", right: false }]),
  ];
  for (const repeated of [false, true]) {
    const values = metricsOf(traces, repeated).accuracy.map(({ value }) => value);
    expect(values).toEqual([1 / 3, 2 / 3]);
  }
});

test("calibration counted as it comes equals corrigenda/stats over the kept list, edges of bins included", () => {
  const rng = keyedRng("calibration");
  const ps = Array.from({ length: 3_000 }, (_, at) => (at < 16 ? at / 15 : rng.next()));
  const outcomes = ps.map((p) => rng.next() < p);
  const tally = calibrationTally();
  for (const [at, p] of ps.entries()) tally.add(p, outcomes[at] === true);
  const { bins, ece, n } = tally.result();
  const kept = reliability(ps, outcomes);
  expect(n).toBe(3_000);
  expect(bins.map(({ n, from, to, share }) => ({ n, from, to, share }))).toEqual(
    kept.map(({ n, from, to, share }) => ({ n, from, to, share })),
  );
  expect(ece).toBeCloseTo(expectedCalibrationError(kept), 12);
});
