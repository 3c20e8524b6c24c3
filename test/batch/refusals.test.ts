import { type BatchEvent, type BatchPolicy, openBatchJob } from "corrigenda/batch";
import { StudyError } from "corrigenda/error";
import { collect, memoryDisk } from "corrigenda/files";
import type { BatchApi, BatchState, Chunk, Prompt, Provider } from "corrigenda/provider";
import { keyedRng } from "corrigenda/rng";
import { openJournal, openLocalStore } from "corrigenda/store";
import { virtualClock } from "corrigenda/time";
import { expect, test } from "vitest";

const ended: BatchState = {
  ...{ status: "completed", detail: "completed", counts: { total: 1, done: 1, failed: 0 } },
  ...{ ready: true, errors: [] },
};

/** A service that starts every batch and ends it as told; result lines as told by chunk. */
function service(more: Partial<BatchApi> = {}): BatchApi & { readonly created: Chunk[] } {
  const created: Chunk[] = [];
  return {
    ...{ created, limits: { requests: 2, bytes: 1_000 } },
    line: (id, wire) => JSON.stringify({ custom_id: id, body: wire.body }),
    wireId: (id) => id,
    upload: async () => "file-1",
    create: async (chunk) => `batch-${created.push(chunk)}`,
    find: async () => undefined,
    state: async () => ended,
    results: async function* () {
      yield Buffer.from("");
    },
    cancel: async () => undefined,
    read: () => undefined,
    ...more,
  };
}

interface Given {
  readonly api?: BatchApi | undefined;
  readonly policy?: Partial<BatchPolicy>;
  readonly prompt?: Partial<Prompt<number, string>>;
  readonly signal?: AbortSignal;
}

async function jobOver({ api, policy = {}, prompt = {}, signal }: Given) {
  const [disk, clock] = [memoryDisk(), virtualClock()];
  const provider: Provider = {
    ...{ name: "toy", base: "toy", limits: {} },
    encode: ({ model, messages }) => ({ endpoint: "/x", model, body: JSON.stringify(messages), sample: 0 }),
    decode: () => {
      throw new StudyError("reply", "none");
    },
    complete: async () => ({ status: 500, headers: {}, text: "" }),
    ...(api && { batch: api }),
  };
  const asked: Prompt<number, string> = {
    name: "n",
    id: (n) => `row_${n}`,
    request: (n) => ({ model: "m", messages: [{ role: "user", content: `${n}` }] }),
    parse: ({ text }) => text,
    ...prompt,
  };
  const job = openBatchJob({
    ...{ prompt: asked, provider, disk, clock, policy, run: "toy/run/stage", rng: keyedRng(1) },
    store: await openLocalStore(disk, clock),
    journal: await openJournal<BatchEvent>(disk, "journal.jsonl"),
    estimate: () => ({ tokens: 10, usd: 0.01, usdLow: 0.005, usdHigh: 0.02 }),
    price: () => 0.01,
    ...(signal && { signal }),
  });
  const failures = async (rows: readonly number[]) =>
    (await collect(job.outcomes(rows))).map((one) => (one.ok ? "" : one.error.message));
  return { job, failures, run: <T>(promise: Promise<T>): Promise<T> => clock.run(promise) };
}

test("a provider without batches is told apart before anything is written", async () => {
  await expect(jobOver({})).rejects.toMatchObject({
    code: "config",
    message: "provider toy has no batch API; use online calls (--online) or another provider",
  });
});

test("a plan whose estimate passes --max-cost is not sent", async () => {
  const api = service();
  const { job } = await jobOver({ api, policy: { maxCostUsd: 0.015 } });
  await expect(job.plan(() => [1, 2])).rejects.toMatchObject({
    code: "budget",
    message:
      "the plan costs an estimated $0.0200 ($0.0100 to $0.0400), more than --max-cost 0.015; nothing was sent. " +
      "Raise --max-cost or plan fewer requests",
  });
  expect(api.created).toEqual([]);
});

test("the batch that could pass --max-cost at the upper end of its estimate is not started", async () => {
  const api = service({ state: async () => ({ ...ended, status: "waiting" }) });
  const { job, run } = await jobOver({ api, policy: { maxCostUsd: 0.05 } });
  await job.plan(() => [1, 2, 3, 4]);
  await expect(run(job.advance("done"))).rejects.toMatchObject({
    code: "budget",
    message:
      "$0.0000 is spent and up to $0.0400 in open batches; the next 2 requests (up to $0.0400) could pass --max-cost 0.05. " +
      "Raise it and run the same command to go on",
  });
  expect(api.created).toHaveLength(1);
});

test("a plan over several models makes files of one model each, which is all that services take", async () => {
  const api = service({ state: async () => ({ ...ended, status: "waiting" }) });
  const messages = (n: number) => [{ role: "user", content: `${n}` }] as const;
  const request = (n: number) => ({ model: n % 2 === 0 ? "even" : "odd", messages: messages(n) });
  const { job } = await jobOver({ api, prompt: { request } });
  await job.plan(() => [1, 2, 3, 4]);
  await job.advance("submitted");
  const ids = async (chunk: Chunk) => (await (await chunk.blob()).text()).match(/row_\d/g);
  const files = await Promise.all(api.created.map(async (chunk) => `${chunk.model}: ${await ids(chunk)}`));
  expect(files.sort()).toEqual(["even: row_2,row_4", "odd: row_1,row_3"]);
});

test("a request larger than a file, and two requests under one id, are refused by name", async () => {
  const large = await jobOver({
    api: service(),
    prompt: { request: () => ({ model: "m".repeat(8), messages: long }) },
  });
  await expect(large.job.plan(() => [7])).rejects.toThrow(
    /^request row_7 has \d{4} bytes, a batch file may have 1000; shorten it$/,
  );
  const twins = await jobOver({ api: service(), prompt: { id: () => "row" } });
  await expect(twins.job.plan(() => [1, 2])).rejects.toMatchObject({
    code: "dataset",
    message: "two different requests share the id row; ids must be unique",
  });
});

const long = [{ role: "user", content: "x".repeat(2_000) }] as const;

test("what a batch leaves out goes in again, three times in all, and then its rows say so", async () => {
  const api = service({ state: async () => ({ ...ended, status: "expired" }) });
  const { job, failures, run } = await jobOver({ api });
  await job.plan(() => [1, 2]);
  expect(await run(job.advance("done"))).toBe("done");
  expect(api.created).toHaveLength(3);
  expect(await failures([1, 2])).toEqual(Array(2).fill("batch expired without this request (tried 3 times)"));
});

test("a queue that stays full ends the run after 41 refusals, and no try of a row is counted", async () => {
  const errors = [{ code: "token_limit_exceeded", message: "Enqueued token limit reached" }];
  const api = service({ state: async () => ({ ...ended, status: "failed", errors }) });
  const { job, run } = await jobOver({ api });
  await job.plan(() => [1]);
  await expect(run(job.advance("done"))).rejects.toMatchObject({
    code: "quota",
    message:
      "batches of m were refused 41 times (Enqueued token limit reached); wait for other batches to end, then run the same command",
  });
});

test("Ctrl-C ends with one sentence: what runs goes on at the service", async () => {
  const stop = new AbortController();
  const state = async (): Promise<BatchState> => {
    stop.abort();
    return { ...ended, status: "waiting" };
  };
  const { job, run } = await jobOver({ api: service({ state }), signal: stop.signal });
  await job.plan(() => [1]);
  await expect(run(job.advance("done"))).rejects.toMatchObject({
    code: "stopped",
    message: "stopped; 1 open batches go on at the service: run the same command to go on",
  });
});
