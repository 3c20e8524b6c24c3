import { textLines } from "corrigenda/engine";
import { StudyError } from "corrigenda/error";
import { collect, memoryDisk, readText } from "corrigenda/files";
import { type LlmProvider, llmProviderOf, promptOf, type Question, ScalePipeline } from "corrigenda/selfcorrect";
import { virtualClock } from "corrigenda/time";
import { expect, test } from "vitest";

const START = Date.UTC(2024, 0, 10, 14);

/** Adds up what it is asked, wrong at first; asked again it is right. */
const adding: LlmProvider = {
  generate: async (prompt) => {
    const [, a, b] = /What is (\d+) \+ (\d+)\?/.exec(prompt) ?? [];
    const again = prompt.split("\n\n").length > 2;
    return { text: `#### ${Number(a) + Number(b) + (again ? 0 : 1)}`, tokens: again ? 18 : 12 };
  },
};
const questions: Question[] = Array.from({ length: 30 }, (_, n) => ({
  ...{ id: `q${n}`, question: `What is ${n} + 1?`, reference_answer: `${n + 1}` },
}));
const streamer = { streamQuestions: (limit = Number.POSITIVE_INFINITY) => questions.slice(0, limit) };
const open = (more: Partial<ConstructorParameters<typeof ScalePipeline>[0]> = {}) => {
  const [disk, clock] = [memoryDisk(), virtualClock(START)];
  return { disk, clock, pipeline: new ScalePipeline({ llmProvider: adding, disk, clock, ...more }) };
};

// Source: requirements, "Running the Pipeline": limit and batch_size, summary['pipeline_stats'], summary['policy_stats'].
test("a data set becomes the source's three files and a summary", async () => {
  const { disk, pipeline } = open({ rtsAlgorithm: "always:p_are_you_sure", maxTurns: 2 });
  const summary = await pipeline.processDataset("gsm8k", { limit: 20, batchSize: 5, streamer });
  expect(summary.pipeline_stats).toEqual({
    ...{ traces_processed: 20, total_turns: 40, policy_updates: 4, start_time: "2024-01-10T14:00:00Z" },
  });
  expect(summary.policy_stats).toMatchObject({ algorithm: "always:p_are_you_sure", avg_reward: 0.982 });
  expect(await disk.list("pipeline_logs")).toEqual([
    ...["final_policy.json", "summary_20240110_140000.json", "traces_20240110.jsonl"],
  ]);
  const lines = await collect(textLines(disk, "pipeline_logs/traces_20240110.jsonl"));
  expect(lines).toHaveLength(20);
  expect(JSON.parse(lines[3] ?? "")).toMatchObject({
    ...{ dataset_name: "gsm8k", question_id: "q3", final_accuracy: 1, total_tokens: 30, total_turns: 2 },
    turns: [
      { prompt_id: null, answer: "#### 5" },
      { prompt_text: "Are you sure about 5?", answer: "#### 4", delta_accuracy: 1 },
    ],
  });
  expect(JSON.parse(await readText(disk, "pipeline_logs/final_policy.json"))).toMatchObject({ version: 20 });
});

test("a second data set goes on with the policy, and its traces are added to the day's file", async () => {
  const { disk, pipeline } = open({ rtsAlgorithm: "epsilon_greedy", logDir: "logs" });
  await pipeline.processDataset("gsm8k", { streamer, batchSize: 10 });
  const before = pipeline.policy.version;
  await pipeline.processDataset("mock", { limit: 7 });
  expect(pipeline.policy.version).toBeGreaterThan(before);
  expect(await collect(textLines(disk, "logs/traces_20240110.jsonl"))).toHaveLength(37);
});

// Source: requirements, "Custom Evaluation Metrics".
test("isCorrect can be overridden by data set, and the rest left to the data set's own rule", async () => {
  class Lenient extends ScalePipeline {
    override isCorrect(answer: string, reference: string): boolean {
      return this.datasetName === "math" ? answer !== "" : super.isCorrect(answer, reference);
    }
  }
  const { disk, clock } = open();
  const pipeline = new Lenient({ llmProvider: adding, disk, clock, maxTurns: 1 });
  const rights = async (name: string): Promise<number> => {
    await pipeline.processDataset(name, { streamer, limit: 5 });
    const all = await collect(textLines(disk, "pipeline_logs/traces_20240110.jsonl"));
    return all.slice(-5).filter((line) => JSON.parse(line).final_accuracy === 1).length;
  };
  expect([await rights("math"), await rights("gsm8k")]).toEqual([5, 0]);
});

test("one trace by itself, and a re-prompt that holds question, answer and template", async () => {
  const prompts: [string, number | undefined][] = [];
  const llmProvider: LlmProvider = {
    generate: (prompt, maxTokens) => {
      prompts.push([prompt, maxTokens]);
      return adding.generate(prompt);
    },
  };
  const { pipeline } = open({ llmProvider, rtsAlgorithm: "always:p_are_you_sure", maxTurns: 2 });
  pipeline.datasetName = "gsm8k";
  const trace = await pipeline.generateTrace("q1", "What is 6 + 1?", "7");
  expect([trace.question_id, trace.total_turns, trace.final_accuracy]).toEqual(["q1", 2, 1]);
  expect(prompts.map(([, tokens]) => tokens)).toEqual([150, 150]);
  expect(prompts[1]?.[0]).toBe(`${prompts[0]?.[0]}\n\n#### 8\n\nAre you sure about 8?`);
  expect(
    promptOf({
      messages: [
        { role: "user", content: "a" },
        { role: "user", content: "b" },
      ],
    }),
  ).toBe("a\n\nb");
});

test("a model that fails loses its question alone; one that is stopped ends the run", async () => {
  let calls = 0;
  const failing = (error: Error): LlmProvider => ({
    generate: (prompt) => {
      calls += 1;
      return calls === 3 ? Promise.reject(error) : adding.generate(prompt);
    },
  });
  const { disk, pipeline } = open({ llmProvider: failing(new Error("status 500")), maxTurns: 1 });
  const summary = await pipeline.processDataset("gsm8k", { streamer, limit: 5 });
  expect(summary.pipeline_stats.traces_processed).toBe(4);
  expect(await readText(disk, "pipeline_logs/failures.jsonl")).toContain(
    '"place":"turn 0","code":"provider","reason":"the model gave no answer: status 500"',
  );
  calls = 0;
  const stopped = open({ llmProvider: failing(new StudyError("stopped", "enough")), maxTurns: 1 });
  await expect(stopped.pipeline.processDataset("gsm8k", { streamer })).rejects.toThrow("enough");
});

test("whatever answers requests can be its model: 150 tokens at most, both sides' tokens counted", async () => {
  const seen: unknown[] = [];
  const { generate } = llmProviderOf(async (request) => {
    seen.push(request);
    if (seen.length > 1) return { ok: false, error: new StudyError("provider", "status 400") };
    const usage = { input: 7, cached: 0, cacheWrite: 0, output: 5, reasoning: 0 };
    return { ok: true, reply: { text: "41", model: "m", finish: "stop", usage } };
  }, "gpt-4o-mini");
  expect(await generate("What is 6 * 7?")).toEqual({ text: "41", tokens: 12 });
  expect(seen).toEqual([
    { model: "gpt-4o-mini", messages: [{ role: "user", content: "What is 6 * 7?" }], maxOutputTokens: 150 },
  ]);
  await expect(generate("again")).rejects.toThrow("status 400");
});

// Source: requirements, "API Rate Limits": request_delay=1.0.
test("request_delay keeps requests a second apart", async () => {
  const starts: number[] = [];
  const clock = virtualClock(START);
  const llmProvider: LlmProvider = {
    generate: (prompt) => {
      starts.push(clock.now() - START);
      return adding.generate(prompt);
    },
  };
  const pipeline = new ScalePipeline({
    llmProvider,
    disk: memoryDisk(),
    clock,
    requestDelay: 1,
    maxTurns: 1,
    concurrency: 3,
  });
  await clock.run(pipeline.processDataset("mock", { limit: 4 }));
  expect(starts).toEqual([0, 1_000, 2_000, 3_000]);
});

test("a data set without a streamer is named", async () => {
  await expect(open().pipeline.processDataset("hotpotqa")).rejects.toThrow(
    'processDataset("hotpotqa") needs a streamer',
  );
});
