import { collect } from "corrigenda/files";
import { virtualClock } from "corrigenda/time";
import { describe, expect, test } from "vitest";
import { summaryFile, tracesFile, withLines } from "../../lib/selfcorrect/export.ts";
import { callMeter, liveLine, spacedAsk } from "../../lib/selfcorrect/progress.ts";
import { summaryOf, traceMetrics } from "../../lib/selfcorrect/summary.ts";
import { traceTally } from "../../lib/selfcorrect/summary-tally.ts";
import { openTraces } from "../../lib/selfcorrect/trace-loop.ts";
import type { Ask, TraceOutcome } from "../../lib/selfcorrect/trace-types.ts";
import { learning, listed, modelReply, options, questions, reply, row, scripted } from "./trace-fixture.ts";

// /work/shared/requirements/selfcorrection-scale.md, "Pipeline Summary Format"; avg_reward: its "Running the Pipeline".
test("the requirement's summary comes out field by field, in its order", () => {
  const times = { started: "2024-01-10T14:00:00Z", ended: "2024-01-10T15:00:00Z" };
  const stats = { algorithm: "thompson_sampling", total_actions: 33, alpha_params: 162, beta_params: 162 };
  const summary = summaryOf({
    statistics: { traces: 1000, turns: 2340, avg_reward: 0.12345, ...times },
    policy: { stats: () => stats },
    ...{ updates: 20, feedback: "none", provider: "offline" },
  });
  expect(JSON.stringify(summary)).toBe(
    JSON.stringify({
      pipeline_stats: {
        traces_processed: 1000,
        total_turns: 2340,
        policy_updates: 20,
        start_time: "2024-01-10T14:00:00Z",
      },
      policy_stats: { ...stats, avg_reward: 0.123 },
      ...{ duration_seconds: 3600, traces_per_second: 0.278, avg_turns_per_trace: 2.34 },
      completed_at: "2024-01-10T15:00:00Z",
      ...{ feedback: "none", provider: "offline" },
    }),
  );
});

test("a run without a trace has rates of 0", () => {
  const summary = summaryOf({
    statistics: traceTally().statistics(),
    ...{ policy: listed([]), updates: 0, feedback: "none", provider: "offline" },
  });
  expect(summary).toMatchObject({ duration_seconds: 0, traces_per_second: 0, avg_turns_per_trace: 0 });
  expect(summaryFile(summary)).toBe("summary_none.json");
});

test("files are named as in the requirement", () => {
  expect(tracesFile({ created_at: "2024-01-10T14:30:05Z" })).toBe("traces_20240110.jsonl");
  expect(summaryFile({ completed_at: "2024-01-10T14:30:22Z" })).toBe("summary_20240110_143022.json");
});

test("a trace has the sample's fields in the sample's order, then its decisions and who answered", async () => {
  const { ask } = scripted([reply("41"), reply("42")]);
  const [outcome] = await collect(
    openTraces(options({ ask, policy: listed(["p_try_again"]) })).outcomes([
      row({ id: "q1", question: "What is 6 * 7?", reference_answer: "42" }),
    ]),
  );
  const trace = outcome?.ok ? outcome.trace : undefined;
  expect(Object.keys(trace ?? {})).toEqual([
    ...["trace_id", "dataset_name", "question_id", "reference_answer", "turns", "final_accuracy", "total_tokens"],
    ...["total_turns", "pipeline_version", "created_at", "feedback", "provider"],
  ]);
  for (const turn of trace?.turns ?? [])
    expect(Object.keys(turn)).toEqual([
      ...["turn_id", "question", "answer", "prompt_id", "prompt_text", "error_mode", "confidence_score"],
      ...["delta_accuracy", "token_count", "timestamp", "policy"],
    ]);
});

describe("a day's file:", () => {
  const lines = (...all: string[]) =>
    async function* (): AsyncGenerator<string> {
      yield* all;
    };
  test.each([
    ["is made of a run's lines", [], ["a", "b"], ["a", "b"]],
    ["keeps another run's lines", ["x", "y"], ["a", "b"], ["x", "y", "a", "b"]],
    ["gets no line twice", ["x", "a", "b", "y"], ["a", "b"], ["x", "a", "b", "y"]],
    ["of a run without traces stays", ["x"], [], ["x"]],
  ])("%s", async (_, before, ours, after) => {
    expect(await collect(withLines(lines(...before)(), lines(...ours)))).toEqual(after);
  });
});

describe("what traces add up to:", () => {
  // Wrong, then right; right, right, wrong; right at once; a row that is no question.
  const made = async (): Promise<TraceOutcome[]> => {
    const traces = [
      { answers: ["0", "1"], actions: ["p_try_again"] },
      { answers: ["1", "1", "0"], actions: ["p_are_you_sure", "p_try_again"] },
      { answers: ["1"], actions: [] },
    ];
    const outcomes: TraceOutcome[] = [];
    for (const { answers, actions } of traces) {
      const { ask } = scripted(answers.map((text) => reply(text, 10)));
      outcomes.push(...(await collect(openTraces(options({ ask, policy: listed(actions) })).outcomes(questions(1)))));
    }
    const bad = { ok: false, kind: "bad", place: "x:1", reason: "no" } as const;
    const { ask } = scripted([]);
    return [...outcomes, ...(await collect(openTraces(options({ ask })).outcomes([bad])))];
  };

  test("counts by hand", async () => {
    const tally = traceTally();
    for (const outcome of await made()) tally.add(outcome);
    const { reward_trend, avg_reward, ...all } = tally.statistics();
    expect(all).toEqual({
      ...{
        started: "2024-01-10T14:30:00Z",
        ended: "2024-01-10T14:30:10Z",
        traces: 3,
        failed: 1,
        turns: 6,
        tokens: 60,
        right_first: 2,
        right_last: 2,
        fixed: 1,
        broken: 1,
      },
      ...{ right_by_turn: [2, 3, 2], delta_accuracy: { "-1": 1, "0": 1, "1": 1 } },
      ...{ reprompt_tokens: 30, tokens_per_improvement: 30, actions: { none: 3, p_try_again: 2, p_are_you_sure: 1 } },
      error_modes: { anchored: 4, wavering: 2 },
    });
    expect(avg_reward).toBeCloseTo((1 - 0.01 - 0.01 - 1 - 0.01) / 6, 12);
    expect(reward_trend).toEqual([{ traces: 3, decisions: 6, avg_reward }]);
  });

  test("metrics have Wilson's interval for shares and the provider's name", async () => {
    const tally = traceTally();
    for (const outcome of await made()) tally.add(outcome);
    const { headline, metrics } = traceMetrics(tally.statistics(), "offline");
    // Wilson 95 % for 2 of 3: 0.2077 to 0.9385 (statsmodels proportion_confint, method "wilson", 4 digits)
    expect([headline.value, headline.low, headline.high].map((x) => Number(x?.toFixed(4)))).toEqual([
      0.6667, 0.2077, 0.9385,
    ]);
    expect(new Set([headline, ...metrics].map(({ provider }) => provider))).toEqual(new Set(["offline"]));
    expect(metrics.find(({ name }) => name === "turns per trace")?.value).toBe(2);
  });

  test("the reward trend has at most 100 stretches that hold every trace and decision", async () => {
    const tally = traceTally();
    const ask: Ask = async () => reply("1");
    let decisions = 0;
    for await (const one of openTraces(options({ ask, policy: learning(), lag: 8, learns: false })).outcomes(
      questions(4321),
    )) {
      tally.add(one);
      decisions += one.ok ? one.trace.turns.filter(({ policy }) => policy).length : 0;
    }
    const { reward_trend, avg_reward } = tally.statistics();
    expect(reward_trend.length).toBeLessThanOrEqual(100);
    expect(reward_trend.at(-1)?.traces).toBe(4321);
    expect(reward_trend.reduce((sum, one) => sum + one.decisions, 0)).toBe(decisions);
    const mean = reward_trend.reduce((sum, one) => sum + one.decisions * one.avg_reward, 0) / decisions;
    expect(mean).toBeCloseTo(avg_reward, 12);
  });

  test("the live line names speed, accuracy and its change, latency and actions", async () => {
    const tally = traceTally();
    expect(liveLine(tally, { latencyMs: () => undefined }, 0)).toBe("no trace yet");
    for (const outcome of await made()) tally.add(outcome);
    expect(liveLine(tally, { latencyMs: (share) => share * 2_000 }, 2)).toBe(
      "2.00 traces/s · right 67% (+0.0) · calls p50 1.0 s p95 1.9 s · stop 50% p_try_again 33% p_are_you_sure 17%",
    );
  });
});

describe("calls:", () => {
  const answered = (key: string) => ({ ok: true as const, key, usd: 0.5, reply: modelReply("x") });

  test("durations of the calls that were made, to 5 %; kept replies are none", async () => {
    const clock = virtualClock();
    const meter = callMeter(clock);
    const ask = meter.measured(async ({ messages }) => {
      const ms = Number(messages[0]?.content);
      await clock.sleep(ms);
      if (ms > 0) meter.onEvent({ t: "kept", key: `${ms}`, usd: 0.5, usage: undefined });
      return answered(`${ms}`);
    });
    const asked = async (ms: number): Promise<unknown> =>
      ask({ model: "m", messages: [{ role: "user", content: `${ms}` }] });
    await clock.run(Promise.all([...Array.from({ length: 100 }, (_, at) => asked((at + 1) * 10)), asked(0), asked(0)]));
    expect([meter.calls, meter.usd]).toEqual([100, 50]);
    for (const [share, ms] of [
      [0.5, 500],
      [0.95, 950],
      [1, 1000],
    ] as const)
      expect(Math.abs((meter.latencyMs(share) ?? 0) / ms - 1)).toBeLessThan(0.05);
  });

  test("requests begin at least the delay apart, whoever asks", async () => {
    const clock = virtualClock();
    const starts: number[] = [];
    const ask = spacedAsk(
      async () => {
        starts.push(clock.now());
        await clock.sleep(250);
      },
      clock,
      1_000,
    );
    const request = { model: "m", messages: [] };
    await clock.run(
      Promise.all([ask(request), ask(request), ask(request)])
        .then(() => clock.sleep(5_000))
        .then(() => ask(request)),
    );
    expect(starts).toEqual([0, 1_000, 2_000, 7_250]);
  });
});
