import { isStudyError, StudyError } from "corrigenda/error";
import { memoryDisk } from "corrigenda/files";
import type { BatchState } from "corrigenda/provider";
import { expect, test } from "vitest";
import { answer, bytes, client, desk, done, refusal, trouble } from "./desk.ts";

const failed = (code: string): BatchState => ({
  ...done,
  ...{ status: "failed", detail: "failed", errors: [{ code, message: "no" }] },
});

test.each(["insufficient_quota", "billing_hard_limit_reached", "billing_not_active"])(
  "a batch that failed for lack of credit (%s) stops the run, costs no try, and the same command hands it in later",
  async (code) => {
    const [at, disk] = [desk(), memoryDisk()];
    const { results } = at.api;
    at.api = { ...at.api, state: async () => failed(code), results: () => bytes([]) };
    for (let tries = 0; tries < 5; tries++) {
      const { job } = await client(at, disk);
      await job.plan(() => [1, 2]);
      const message = `toy has no credit or quota left (batch-${tries + 1}: batch failed: ${code}: no); 2 requests wait: add credit, then run the same command`;
      await expect(job.advance("done")).rejects.toMatchObject({ code: "quota", message });
      expect(at.batches).toHaveLength(tries + 1);
    }
    at.api = { ...at.api, state: async () => done, results };
    const { job, values } = await client(at, disk);
    expect(await job.advance("done")).toBe("done");
    expect(await values([1, 2])).toEqual([1, 4]);
  },
);

test("credit that runs out in the middle of a batch: what was answered is kept, the rest waits, no try is counted", async () => {
  const [at, disk] = [desk(), memoryDisk()];
  const results = () => bytes([answer("row_1"), trouble("row_2", "429 insufficient_quota: You exceeded your quota")]);
  at.api = { ...at.api, results };
  const { job } = await client(at, disk, { maxAttempts: 1 });
  await job.plan(() => [1, 2]);
  await expect(job.advance("done")).rejects.toMatchObject({ code: "quota" });
  at.api = { ...desk().api, ...at.api, results: () => bytes([answer("row_2")]) };
  const later = await client(at, disk, { maxAttempts: 1 });
  await later.job.advance("done");
  expect(at.batches.map(({ ids }) => ids)).toEqual([["row_1", "row_2"], ["row_2"]]);
  expect(await later.values([1, 2])).toEqual([1, 4]);
  expect(await later.spentUsd()).toBe(0.02);
});

test("a run that gave up on a full queue goes on with the same command once there is room", async () => {
  const [at, disk] = [desk(), memoryDisk()];
  const state = async (id: string): Promise<BatchState> =>
    Number(id.slice(6)) <= 41 ? failed("token_limit_exceeded") : done;
  at.api = { ...at.api, state };
  const { job } = await client(at, disk);
  await job.plan(() => [1]);
  await expect(job.advance("done")).rejects.toMatchObject({ code: "quota" });
  const later = await client(at, disk);
  expect(await later.job.advance("done")).toBe("done");
  expect(await later.values([1])).toEqual([1]);
});

test("a queue that the run's own batches fill is waited for as long as they take", async () => {
  const at = desk(1);
  const started = at.now;
  const hours = 2 * 3_600_000;
  at.api = {
    ...at.api,
    state: async (id) => {
      if (at.now - started > hours) return done;
      return id === "batch-1" ? { ...done, status: "waiting", ready: false } : failed("token_limit_exceeded");
    },
  };
  const { job, values } = await client(at);
  await job.plan(() => [1, 2]);
  expect(await job.advance("done")).toBe("done");
  expect(await values([1, 2])).toEqual([1, 4]);
});

test("results that the service has deleted: said aloud, and handed in again", async () => {
  const at = desk();
  at.api = {
    ...at.api,
    results: async function* (id) {
      if (id !== "batch-1") return yield* bytes([answer("row_2")]);
      yield* bytes([answer("row_1")]); // the output file is there, the rest is gone
      throw refusal(404);
    },
  };
  const { job, values, news } = await client(at);
  await job.plan(() => [1, 2]);
  expect(await job.advance("done")).toBe("done");
  expect(at.batches.map(({ ids }) => ids)).toEqual([["row_1", "row_2"], ["row_2"]]);
  expect(await values([1, 2])).toEqual([1, 4]);
  const text = "toy no longer has the results of batch-1: 1 of 2 requests have no reply and go in again";
  expect(news).toContainEqual({ type: "note", level: "warn", text });
});

test("results that appear only a while after their batch has ended are not taken for deleted ones", async () => {
  const at = desk();
  const appear = at.now + 60_000;
  at.api = {
    ...at.api,
    results: async function* () {
      if (at.now < appear) throw refusal(404);
      yield* bytes([answer("row_1"), answer("row_2")]);
    },
  };
  const { job } = await client(at);
  await job.plan(() => [1, 2]);
  await job.advance("done");
  expect(at.batches).toHaveLength(1);
});

test("a batch that the service does not know is never started anew: all others are kept, then the run says what to do", async () => {
  const [at, disk] = [desk(1), memoryDisk()];
  const state = async (id: string): Promise<BatchState> => {
    if (id === "batch-1") throw refusal(404);
    return done;
  };
  at.api = { ...at.api, state };
  const { job, spentUsd } = await client(at, disk);
  await job.plan(() => [1, 2]);
  await expect(job.advance("done")).rejects.toMatchObject({
    code: "provider",
    message:
      "toy does not know batch-1 (1 requests): use the key of the project that started it. If it was deleted there, its " +
      "replies are lost: start a run under another name, which asks only for what is not kept",
  });
  expect(at.batches).toHaveLength(2);
  expect(await spentUsd()).toBe(0.01);
  at.api = { ...at.api, state: async () => done };
  const later = await client(at, disk);
  await later.job.advance("done");
  expect(await later.values([1, 2])).toEqual([1, 4]);
});

test("a batch that is unknown right after its creation is waited for", async () => {
  const at = desk();
  const visible = at.now + 60_000;
  const state = async (): Promise<BatchState> => {
    if (at.now < visible) throw refusal(404);
    return done;
  };
  at.api = { ...at.api, state };
  const { job, values } = await client(at);
  await job.plan(() => [1, 2]);
  await job.advance("done");
  expect(await values([1, 2])).toEqual([1, 4]);
});

test("an id with two result lines: the paid reply wins over the error, whichever comes first; the other line is kept aside", async () => {
  for (const lines of [
    [trouble("row_1", "status 500"), answer("row_1")],
    [answer("row_1"), trouble("row_1", "status 500")],
    [answer("row_1"), answer("row_1")],
  ]) {
    const at = desk(1);
    at.api = { ...at.api, results: () => bytes(lines) };
    const { job, values, spentUsd } = await client(at);
    await job.plan(() => [1]);
    await job.advance("done");
    expect(at.batches).toHaveLength(1);
    expect(await values([1])).toEqual([1]);
    expect(await spentUsd()).toBe(0.01);
  }
});

test("a line for a request of another batch answers nobody, and is kept aside", async () => {
  const at = desk(1);
  at.api = {
    ...at.api,
    results: (id) => bytes(id === "batch-1" ? [answer("row_1"), answer("row_2")] : [answer("row_2")]),
  };
  const { job, values, spentUsd, events } = await client(at);
  await job.plan(() => [1, 2]);
  await job.advance("done");
  expect(await values([1, 2])).toEqual([1, 4]);
  expect(await spentUsd()).toBe(0.02);
  expect(events.filter(({ t }) => t === "odd")).toHaveLength(1);
});

test("results of which no line can be read stop the run before anything is handed in again", async () => {
  const at = desk();
  at.api = { ...at.api, results: () => bytes(['{"new_format":1}', '{"new_format":2}']) };
  const { job } = await client(at);
  await job.plan(() => [1, 2]);
  await expect(job.advance("done")).rejects.toMatchObject({
    code: "reply",
    message:
      "none of the 2 result lines of batch-1 belongs to one of its requests; nothing was handed in again. Look at the batch at toy, then run the same command",
  });
  expect(at.batches).toHaveLength(1);
});

test("a download that breaks off counts every reply's cost and tokens once", async () => {
  const at = desk(3);
  let cuts = 0;
  at.api = {
    ...at.api,
    results: async function* () {
      yield* bytes([answer("row_1"), answer("row_2")]);
      if (cuts++ < 3) throw new StudyError("network", "cut");
      yield* bytes([answer("row_3")]);
    },
  };
  const { job, events } = await client(at);
  await job.plan(() => [1, 2, 3]);
  await job.advance("done");
  expect(events.findLast(({ t }) => t === "ingested")).toMatchObject({ ok: 3, failed: 0, usd: expect.closeTo(0.03) });
  expect(job.progress()).toMatchObject({ inputTokens: 3, outputTokens: 3 });
});

test("a service that breaks down over every create is not asked for ever", async () => {
  const at = desk();
  at.api = { ...at.api, create: () => Promise.reject(new StudyError("network", "no answer from toy")) };
  const { job } = await client(at);
  await job.plan(() => [1]);
  const error: unknown = await job.advance("done").catch((thrown: unknown) => thrown);
  expect(isStudyError(error, "network") && error.message).toBe(
    "no answer from toy (9 times, and no batch was found afterwards): look at toy's status page, then run the same command",
  );
});

test("a file that was uploaded long ago is uploaded again before its batch starts", async () => {
  const [at, disk] = [desk(), memoryDisk()];
  const { create } = at.api;
  at.api = { ...at.api, create: () => Promise.reject(refusal(402, "quota")) };
  const { job } = await client(at, disk);
  await job.plan(() => [1]);
  await expect(job.advance("done")).rejects.toMatchObject({ code: "quota" });
  at.now += 31 * 86_400_000;
  at.api = {
    ...at.api,
    create: (chunk, file) => (file === "file-1" ? Promise.reject(refusal(404)) : create(chunk, file)),
  };
  const later = await client(at, disk);
  await later.job.advance("done");
  expect(await later.values([1])).toEqual([1]);
});

test("--max-cost counts what the run's other stages have spent, before the plan and before every batch", async () => {
  const at = desk();
  const tight = await client(at, memoryDisk(), { maxCostUsd: 0.05, spentElsewhereUsd: 0.04 });
  await expect(tight.job.plan(() => [1, 2])).rejects.toMatchObject({ code: "budget" });
  const disk = memoryDisk();
  await (await client(at, disk)).job.plan(() => [1, 2]);
  const { job } = await client(at, disk, { maxCostUsd: 0.05, spentElsewhereUsd: 0.04 });
  await expect(job.advance("done")).rejects.toMatchObject({ code: "budget" });
  expect(at.batches).toEqual([]);
});

test("--max-cost on a run that was planned without a known price is refused before anything is handed in", async () => {
  const [at, disk] = [desk(), memoryDisk()];
  await (await client(at, disk, {}, 0)).job.plan(() => [1, 2]);
  const { job } = await client(at, disk, { maxCostUsd: 1 }, 0);
  await expect(job.advance("done")).rejects.toMatchObject({
    code: "config",
    message: "no price is known for m, so --max-cost cannot be kept; leave it out to go on",
  });
  expect(at.batches).toEqual([]);
});

test("a row that the plan did not know is told apart from one without a reply", async () => {
  const [at, disk] = [desk(), memoryDisk()];
  const first = await client(at, disk);
  await first.job.plan(() => [1]);
  await first.job.advance("done");
  const later = await client(at, disk);
  expect(await later.job.plan(() => [1, 2])).toMatchObject({ rows: 1 });
  expect(await later.values([1, 2])).toEqual([
    1,
    "row_2 was never asked: the rows have changed since this stage was planned; start a run under another name, which asks only for what is not kept",
  ]);
});

test.each([3_600_000, -3_600_000])(
  "a clock that jumps by %s ms while a lost create is looked for neither starts the batch twice nor holds it up",
  async (jumpMs) => {
    const at = desk();
    const { create } = at.api;
    let [lost, slept] = [0, 0];
    at.api = {
      ...at.api,
      create: async (chunk, file) => {
        if (lost++ > 0) return create(chunk, file);
        await create(chunk, file);
        throw new StudyError("network", "the answer was lost");
      },
      // Listed 100 s late, by the service's own clock; the client's jumps after the first look.
      find: async () => {
        slept += 1;
        if (slept === 1) at.now += jumpMs;
        return slept < 4 ? undefined : "batch-1";
      },
    };
    const { job, values } = await client(at);
    await job.plan(() => [1, 2]);
    const began = at.now;
    await job.advance("done");
    expect(at.batches).toHaveLength(1);
    expect(at.now - began - jumpMs).toBeLessThan(120_000);
    expect(await values([1, 2])).toEqual([1, 4]);
  },
);

test.each([3_600_000, -3_600_000])(
  "a clock that jumps by %s ms while results are late does not pass them for missing",
  async (jumpMs) => {
    const at = desk();
    let looks = 0;
    const { results } = at.api;
    at.api = {
      ...at.api,
      state: async () => {
        looks += 1;
        if (looks === 2) at.now += jumpMs;
        return { ...done, ready: looks > 3 };
      },
      results: (id) => (looks > 3 ? results(id) : bytes([])),
    };
    const { job, values } = await client(at);
    await job.plan(() => [1, 2]);
    await job.advance("done");
    expect(at.batches).toHaveLength(1);
    expect(await values([1, 2])).toEqual([1, 4]);
  },
);
