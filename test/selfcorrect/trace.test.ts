import { setTimeout as wait } from "node:timers/promises";
import { StudyError } from "corrigenda/error";
import { collect } from "corrigenda/files";
import { keyedRng } from "corrigenda/rng";
import { describe, expect, test } from "vitest";
import { openTraces } from "../../lib/selfcorrect/trace-loop.ts";
import { observationsOf } from "../../lib/selfcorrect/trace-one.ts";
import type { Ask, QuestionOrBad, TraceOptions, TraceOutcome } from "../../lib/selfcorrect/trace-types.ts";
import type { TraceRecord } from "../../lib/selfcorrect/types.ts";
import { exact, learning, listed, options, plain, questions, reply, row, scripted } from "./trace-fixture.ts";

const SIX = row({ id: "q1", question: "What is 6 * 7?", reference_answer: "42" });
const run = (given: TraceOptions, rows: Iterable<QuestionOrBad> = [SIX]): Promise<TraceOutcome[]> =>
  collect(openTraces(given).outcomes(rows));
const traceOf = async (given: TraceOptions): Promise<TraceRecord> => {
  const [outcome] = await run(given);
  if (!outcome?.ok) throw new Error(JSON.stringify(outcome));
  return outcome.trace;
};

describe("one trace:", () => {
  // /work/shared/requirements/selfcorrection-scale.md, "Trace Log Format"; its ids have no number at their end.
  test("the requirement's sample comes out field by field", async () => {
    const modes = [
      { failure_mode: "anchored", confidence_score: 0.6 },
      { failure_mode: "corrected", confidence_score: 0.85 },
    ] as const;
    const classifier = {
      name: "sample",
      predict: (revision: Parameters<typeof plain.predict>[0]) => ({
        ...plain.predict(revision),
        ...modes[revision.repromptId === "none" ? 0 : 1],
      }),
    };
    const { ask } = scripted([reply("41", 12), reply("42", 18)]);
    const trace = await traceOf(options({ ask, classifier, policy: listed(["p_are_you_sure", "none"]) }));
    const { feedback, provider, trace_id, turns, ...rest } = trace;
    expect(trace_id).toMatch(/^gsm8k_q1_\d{10}_0$/);
    expect([feedback, provider]).toEqual(["classifier", "offline"]);
    expect(turns.map(({ policy, ...turn }) => turn)).toEqual([
      {
        ...{ turn_id: 0, question: "What is 6 * 7?", answer: "41", prompt_id: null, prompt_text: null },
        ...{ error_mode: "anchored", confidence_score: 0.6, delta_accuracy: 0, token_count: 12 },
        timestamp: "2024-01-10T14:30:00Z",
      },
      {
        ...{ turn_id: 1, question: "What is 6 * 7?", answer: "42", prompt_id: "p_are_you_sure" },
        ...{ prompt_text: "Are you sure about 41?", error_mode: "corrected", confidence_score: 0.85 },
        ...{ delta_accuracy: 1, token_count: 18, timestamp: "2024-01-10T14:30:05Z" },
      },
    ]);
    expect(rest).toEqual({
      ...{ dataset_name: "gsm8k", question_id: "q1", reference_answer: "42", final_accuracy: 1, total_tokens: 30 },
      ...{ total_turns: 2, pipeline_version: "1.0", created_at: "2024-01-10T14:30:05Z" },
    });
  });

  test("the reward is that of the change which the action produced, less its tokens; none has 0", async () => {
    // Source: the worked rewards of R4.52, +1,20 -> 0.98; -1,100 -> -1.10; 0,20 -> -0.02
    const { ask } = scripted([reply("41", 9), reply("42", 20), reply("43", 100), reply("43", 20)]);
    const actions = ["p_are_you_sure", "p_try_again", "p_try_again", "none"];
    const trace = await traceOf(options({ ask, policy: listed(actions) }));
    expect(trace.turns.map(({ delta_accuracy }) => delta_accuracy)).toEqual([0, 1, -1, 0]);
    const decided = trace.turns.map(({ policy }) => [policy?.action, Number(policy?.reward.toFixed(9))]);
    expect(decided).toEqual([
      ["p_are_you_sure", 0.98],
      ["p_try_again", -1.1],
      ["p_try_again", -0.02],
      ["none", 0],
    ]);
    expect(
      observationsOf(trace).map(({ action, context }) => [action, context.lastPromptId, context.turnIndex]),
    ).toEqual([
      ["p_are_you_sure", null, 0],
      ["p_try_again", "p_are_you_sure", 1],
      ["p_try_again", "p_try_again", 2],
      ["none", "p_try_again", 3],
    ]);
  });

  test("every answer that was paid for is recorded, and the last one decides the accuracy", async () => {
    const { ask, seen } = scripted(["41", "40", "42", "39", "42", "41"].map((text) => reply(text, 10)));
    const always = Array.from({ length: 9 }, () => "p_try_again");
    const trace = await traceOf(options({ ask, policy: listed(always), maxTurns: 5 }));
    expect([seen.length, trace.total_turns, trace.total_tokens, trace.final_accuracy]).toEqual([5, 5, 50, 1]);
    expect(trace.turns.at(-1)?.policy).toBeUndefined();
  });

  test("a right first answer is no improvement", async () => {
    const { ask } = scripted([reply("42")]);
    expect((await traceOf(options({ ask }))).turns).toMatchObject([{ delta_accuracy: 0, prompt_id: null }]);
  });

  test("a re-prompt sends the question, the last answer and the filled template, and no earlier answer", async () => {
    const { ask, seen } = scripted([reply("41"), reply("40"), reply("40")]);
    await traceOf(options({ ask, policy: listed(["p_try_again", "p_are_you_sure"]) }));
    expect(seen.map(({ messages }) => messages.map(({ content }) => content))).toEqual([
      ["What is 6 * 7?\n\nGive the number alone."],
      ["What is 6 * 7?\n\nGive the number alone.", "41", "Try again."],
      ["What is 6 * 7?\n\nGive the number alone.", "40", "Are you sure about 40?"],
    ]);
    expect(seen[0]).toMatchObject({ model: "m", maxOutputTokens: 150 });
  });

  test("the same prompt after the same answer is an intended repeat, not the kept reply", async () => {
    const { ask, seen } = scripted(["41", "41", "41", "40", "41"].map((text) => reply(text)));
    const policy = listed(Array.from({ length: 4 }, () => "p_try_again"));
    await traceOf(options({ ask, policy }));
    expect(seen.map(({ sample }) => sample)).toEqual([0, 0, 1, 2, 0]);
    const again = scripted([reply("41")]);
    await traceOf(options({ ask: again.ask, repetition: 2 }));
    expect(again.seen[0]?.sample).toBe(2_000);
  });

  test("with an oracle it ends at a right answer, without one it goes on", async () => {
    const turns = async (feedback: "oracle" | "none"): Promise<number> => {
      const { ask } = scripted(["41", "42", "42", "42"].map((text) => reply(text)));
      const trace = await traceOf(options({ ask, feedback, policy: listed(["p_try_again", "p_try_again"]) }));
      expect(trace.feedback).toBe(feedback);
      return trace.total_turns;
    };
    expect([await turns("oracle"), await turns("none")]).toEqual([2, 3]);
  });

  test("the policy sees the classifier's words only where there is feedback", async () => {
    const keys = async (feedback: "classifier" | "none"): Promise<unknown[]> => {
      const { ask } = scripted([reply("41"), reply("42")]);
      const trace = await traceOf(options({ ask, feedback, policy: listed(["p_try_again"]) }));
      expect(trace.turns.map(({ error_mode }) => error_mode)).toEqual(["anchored", "wavering"]);
      return trace.turns.map(({ policy }) => policy?.context_key);
    };
    expect(await keys("classifier")).toEqual(["anchored_medium_early", "wavering_low_early"]);
    expect(await keys("none")).toEqual(["unknown_medium_early", "unknown_medium_early"]);
  });

  test("what the policy decides does not depend on the reference answer", async () => {
    const context = async (reference: string): Promise<unknown> => {
      const { ask } = scripted([reply("41"), reply("42"), reply("42")]);
      const given = options({ ask, policy: listed(["p_try_again", "p_try_again"]) });
      const [outcome] = await run(given, [row({ id: "q1", question: "?", reference_answer: reference })]);
      return outcome?.ok && observationsOf(outcome.trace).map((one) => one.context);
    };
    expect(await context("42")).toEqual(await context("41"));
  });

  test.each([
    ["above 1", 1.7, 1],
    ["below 0", -0.4, 0],
  ])("a confidence %s is brought to [0, 1]", async (_, confidence_score, kept) => {
    const classifier = {
      ...plain,
      predict: (one: Parameters<typeof plain.predict>[0]) => ({ ...plain.predict(one), confidence_score }),
    };
    const { ask } = scripted([reply("41")]);
    expect((await traceOf(options({ ask, classifier }))).turns[0]?.confidence_score).toBe(kept);
  });

  test("a classifier that throws leaves the mode unknown, and the trace goes on", async () => {
    const predict = (): never => {
      throw new Error("no model");
    };
    const { ask } = scripted([reply("41"), reply("42")]);
    const trace = await traceOf(
      options({ ask, classifier: { name: "broken", predict }, policy: listed(["p_try_again"]) }),
    );
    expect(trace.turns.map(({ error_mode, confidence_score }) => [error_mode, confidence_score])).toEqual([
      ["unknown", 0.5],
      ["unknown", 0.5],
    ]);
  });
});

describe("many traces:", () => {
  /** Answers by what is asked, and wrong as often as right; each call takes its own time. */
  const slow =
    (seed: number): Ask =>
    async ({ messages, sample }) => {
      const key = `${sample ?? 0} ${messages.map(({ content }) => content).join("|")}`;
      const delay = keyedRng(seed, "delay", key).int(4);
      if (delay > 0) await wait(delay);
      return reply(String(keyedRng("answer", key).int(3) + Number(/What is (\d+)/.exec(key)?.[1])), 10);
    };
  const lines = async (given: Partial<TraceOptions>, rows = questions(30)): Promise<string> =>
    (await run(options({ policy: learning(), ask: slow(1), lag: 8, ...given }), rows))
      .map((one) => JSON.stringify(one))
      .join("\n");

  test("the same seed gives the same bytes at any concurrency and any pace of the service", async () => {
    const one = await lines({ concurrency: 1 });
    for (const concurrency of [2, 5, 8]) expect(await lines({ concurrency, ask: slow(concurrency) })).toBe(one);
    expect(await lines({ concurrency: 1, seed: 8 })).not.toBe(one);
    expect(await lines({ concurrency: 1, lag: 9 })).not.toBe(one);
  });

  test("trace i decides with what traces 0 to i - lag taught, in whole batches", async () => {
    const versions = async (given: Partial<TraceOptions>): Promise<unknown[]> => {
      const ask: Ask = async () => reply("41");
      const outcomes = await run(options({ ask, policy: listed([]), ...given }), questions(8));
      return outcomes.map((one) => one.ok && one.trace.turns[0]?.policy?.version);
    };
    expect(await versions({ lag: 1 })).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect(await versions({ lag: 3, concurrency: 2 })).toEqual([0, 0, 0, 1, 2, 3, 4, 5]);
    expect(await versions({ lag: 1, updateEvery: 3 })).toEqual([0, 0, 0, 3, 3, 3, 6, 6]);
    expect(await versions({ lag: 3, updateEvery: 2 })).toEqual([0, 0, 0, 0, 2, 2, 4, 4]);
    expect(await versions({ learns: false })).toEqual([0, 0, 0, 0, 0, 0, 0, 0]);
  });

  test("the policy is left behind with all that was learnt, also of a last batch that is not full", async () => {
    const ask: Ask = async () => reply("41");
    const loop = openTraces(options({ ask, policy: listed(["p_try_again"]), updateEvery: 4, lag: 2 }));
    await collect(loop.outcomes(questions(10)));
    expect([loop.policy().version, loop.updates()]).toEqual([20, 3]);
  });

  test("a thousand traces in batches of 50 are 20 updates, as in the requirement's summary", async () => {
    const ask: Ask = async () => reply("41");
    const loop = openTraces(options({ ask, updateEvery: 50, lag: 64, concurrency: 16, policy: learning() }));
    await collect(loop.outcomes(questions(1000)));
    expect(loop.updates()).toBe(20);
    const still = openTraces(options({ ask, learns: false }));
    await collect(still.outcomes(questions(3)));
    expect(still.updates()).toBe(0);
  });

  test("more traces at a time than the lag are refused", () => {
    expect(() => openTraces(options({ ask: slow(1), lag: 4, concurrency: 5 }))).toThrow(
      "5 traces at a time, but each may miss only the last 3: set --lag 5 or --concurrency 4",
    );
  });

  test("a question that fails is recorded with its place and reason, and the rest goes on", async () => {
    const rows: QuestionOrBad[] = [
      ...questions(2),
      { ok: false, kind: "bad", place: "data.csv:4", reason: "no question" },
      row({ id: "q9", question: "?", reference_answer: "1" }),
    ];
    const { ask } = scripted([reply("1"), new StudyError("provider", "status 400"), reply("1")]);
    const outcomes = await run(options({ ask, policy: listed([]) }), rows);
    expect(outcomes.map((one) => (one.ok ? one.trace.question_id : one.failure))).toEqual([
      "q1",
      {
        index: 1,
        dataset_name: "gsm8k",
        question_id: "q2",
        place: "turn 0",
        code: "provider",
        reason: "status 400",
        provider: "offline",
      },
      {
        index: 2,
        dataset_name: "gsm8k",
        question_id: null,
        place: "data.csv:4",
        code: "dataset",
        reason: "no question",
        provider: "offline",
      },
      "q9",
    ]);
  });

  test("a rule that throws fails its question alone, at the turn where it threw", async () => {
    const scoring = {
      ...exact,
      isCorrect: (text: string): boolean => {
        if (text === "boom") throw new Error("no number");
        return false;
      },
    };
    const { ask } = scripted([reply("0"), reply("boom"), reply("0"), reply("0")]);
    const outcomes = await run(options({ ask, scoring, policy: listed(["p_try_again"]), maxTurns: 2 }), questions(2));
    expect(outcomes.map((one) => (one.ok ? "ok" : `${one.failure.place}: ${one.failure.reason}`))).toEqual([
      "turn 1: the answer cannot be judged: no number",
      "ok",
    ]);
  });

  test("ids stay apart where questions share an id and a second", async () => {
    const same = [SIX, SIX, SIX];
    const outcomes = await run(options({ ask: async () => reply("42"), stamp: () => 0, lag: 3, concurrency: 3 }), same);
    expect(new Set(outcomes.map((one) => one.ok && one.trace.trace_id)).size).toBe(3);
  });

  test("what ends the run is thrown after every trace that came before it", async () => {
    const stop = new StudyError("budget", "enough");
    const ask: Ask = async ({ messages }) => {
      if (messages[0]?.content.startsWith("What is 6 ")) throw stop;
      return reply("1");
    };
    const given: string[] = [];
    const reading = async (): Promise<void> => {
      const loop = openTraces(options({ ask, lag: 4, concurrency: 4 }));
      for await (const one of loop.outcomes(questions(20))) given.push(one.ok ? one.trace.question_id : "failed");
    };
    await expect(reading()).rejects.toBe(stop);
    expect(given).toEqual(["q1", "q2", "q3", "q4", "q5", "q6"]);
  });

  test("what an earlier process finished is taken over, not asked, and teaches the same", async () => {
    const given = { policy: learning(), lag: 8, concurrency: 4, seed: 7 };
    const whole = await run(options({ ...given, ask: slow(1) }), questions(40));
    let calls = 0;
    const counting: Ask = (request) => {
      calls += 1;
      return slow(2)(request);
    };
    const kept = async function* (): AsyncGenerator<TraceOutcome> {
      yield* JSON.parse(JSON.stringify(whole.slice(0, 25))) as TraceOutcome[];
    };
    const loop = openTraces(options({ ...given, ask: counting, kept: kept() }));
    expect(await collect(loop.outcomes(questions(40)))).toEqual(whole);
    const turns = whole.slice(25).reduce((sum, one) => sum + (one.ok ? one.trace.total_turns : 0), 0);
    expect(calls).toBe(turns);
    const other = openTraces(options({ ...given, ask: counting, kept: kept() }));
    await expect(collect(other.outcomes(questions(40).slice(1)))).rejects.toThrow(
      "question 1 was q1 when this run began and is q2 now",
    );
  });

  test("a reader who stops starts no more traces", async () => {
    let calls = 0;
    const ask: Ask = async () => {
      calls += 1;
      return reply("1");
    };
    for await (const one of openTraces(options({ ask, lag: 8, concurrency: 2 })).outcomes(questions(1000)))
      if (one.index === 3) break;
    await wait(5);
    expect(calls).toBeLessThan(20);
  });
});
