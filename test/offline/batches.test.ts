import { billKey, noFaults } from "corrigenda/provider/offline";
import { describe, expect, test } from "vitest";
import {
  always,
  bench,
  chatBody,
  content,
  finished,
  parsed,
  requestLine,
  requestLines,
  submit,
  until,
  upload,
} from "./fixture.ts";

/** Batches that stay in_progress for the length of a test. */
const slow = { validateMs: 0, perRequestMs: 60_000, finalizeMs: 0 };

describe("a batch of OpenAI", () => {
  test("goes from upload to output: every line once, in another order, with usage that adds up", async () => {
    const { openai, bill } = await bench();
    const batch = await submit(openai, requestLines(600), { chunk: "c1" });
    expect(batch).toMatchObject({ status: "validating", metadata: { chunk: "c1" }, output_file_id: null });
    const done = await finished(openai, batch.id);
    expect(done).toMatchObject({ status: "completed", request_counts: { total: 600, completed: 600, failed: 0 } });
    expect(done).toMatchObject({ model: "gpt-4o-mini", error_file_id: null });
    const lines = parsed(await content(openai, done.output_file_id));
    const ids = lines.map((line) => line.custom_id);
    expect(new Set(ids).size).toBe(600);
    expect(ids).not.toEqual(Array.from({ length: 600 }, (_, index) => `r${index}`));
    expect(lines.every((line) => line.response?.status_code === 200 && line.error === null)).toBe(true);
    const billed = (await bill()).filter((line) => line.kind === "batch");
    const sum = billed.reduce((total, { usage }) => total + usage.input + usage.output, 0);
    expect(billed).toHaveLength(600);
    expect(done.usage?.total_tokens).toBe(sum);
    const output = await openai.files.retrieve(done.output_file_id ?? "");
    expect(output).toMatchObject({ purpose: "batch_output", filename: `${batch.id}_output.jsonl` });
  });

  test("answers a request as the online endpoint does, and bills the body's exact bytes", async () => {
    const { openai, url, bill } = await bench();
    const body =
      '{ "model":"gpt-4o-mini", "note": "a \\"brace} \\u00e9\\\\", "messages":[{"role":"user","content":"h\\n{i"}] }';
    const line = `{"body" : ${body} ,"method":"POST", "url":"/v1/chat/completions","custom_id":"a"}`;
    const done = await finished(openai, (await submit(openai, line)).id);
    const [reply] = parsed(await content(openai, done.output_file_id));
    const headers = { authorization: "Bearer k" };
    const online = (await (
      await fetch(`${url}/v1/chat/completions`, { method: "POST", headers, body })
    ).json()) as object;
    expect({ ...reply?.response?.body, created: 0 }).toEqual({ ...online, created: 0 });
    const keys = (await bill()).filter((one) => "key" in one).map((one) => one.key);
    expect(keys).toEqual(Array(2).fill(billKey("/v1/chat/completions", Buffer.from(body))));
  });

  test.each([
    ["completed", noFaults],
    ["expired", always("batchExpire")],
  ])("shows its progress as time goes by, never falls back, and ends %s", async (last, faults) => {
    const { openai } = await bench({ faults, pace: { validateMs: 5000, perRequestMs: 500, finalizeMs: 10_000 } });
    const { id } = await submit(openai, requestLines(60));
    const seen: { status: string; completed: number }[] = [];
    await until(
      async () => {
        const { status, request_counts } = await openai.batches.retrieve(id);
        seen.push({ status, completed: request_counts?.completed ?? -1 });
        return status;
      },
      (status) => status === last,
    );
    const order = ["validating", "in_progress", "finalizing", last];
    const places = seen.map(({ status }) => order.indexOf(status));
    expect(places).toEqual([...places].sort());
    expect(places).not.toContain(-1);
    const counts = seen.map(({ completed }) => completed);
    expect(counts).toEqual([...counts].sort((a, b) => a - b));
    expect(counts.at(-1) === 60).toBe(last === "completed");
  });

  test("cancelled half-way keeps and bills what was done; the rest says batch_cancelled", async () => {
    const { openai, bill } = await bench({ pace: { validateMs: 0, perRequestMs: 20_000, finalizeMs: 0 } });
    const { id } = await submit(openai, requestLines(400));
    await until(
      () => openai.batches.retrieve(id),
      ({ request_counts }) => (request_counts?.completed ?? 0) > 2,
    );
    expect((await openai.batches.cancel(id)).status).toMatch(/cancell/);
    const done = await finished(openai, id);
    const output = parsed(await content(openai, done.output_file_id));
    const rest = parsed(await content(openai, done.error_file_id));
    expect(done.status).toBe("cancelled");
    expect(output.length).toBeGreaterThan(2);
    expect(output.length + rest.length).toBe(400);
    expect(rest.every(({ response, error }) => response === null && error?.code === "batch_cancelled")).toBe(true);
    expect((await bill()).filter(({ kind }) => kind === "batch")).toHaveLength(output.length);
    await expect(openai.batches.cancel(id)).rejects.toMatchObject({ status: 409 });
  });

  test("cancelled before work began ends without files", async () => {
    const { openai } = await bench({ pace: { ...slow, validateMs: 1e6 } });
    const { id } = await submit(openai, requestLines(2));
    await openai.batches.cancel(id);
    expect(await finished(openai, id)).toMatchObject({
      status: "cancelled",
      output_file_id: null,
      error_file_id: null,
    });
  });

  test("with all lines refused completes without an output file", async () => {
    const { openai, bill } = await bench();
    const line = requestLine("a", { ...chatBody("x", "o3-mini"), temperature: 0 });
    const done = await finished(openai, (await submit(openai, line)).id);
    expect(done).toMatchObject({
      status: "completed",
      output_file_id: null,
      request_counts: { completed: 0, failed: 1 },
    });
    const [error] = parsed(await content(openai, done.error_file_id));
    expect(error).toMatchObject({
      custom_id: "a",
      response: { status_code: 400, body: { error: { param: "temperature" } } },
    });
    expect((await bill()).filter(({ kind }) => kind === "batch")).toEqual([]);
  });

  test.each([
    ["invalid_json_line", `${requestLine("a")}\n{"custom_id":`, 2],
    ["invalid_json_line", `\uFEFF${requestLine("a")}\n`, 1],
    ["duplicate_custom_id", `${requestLine("a")}\n${requestLine("b")}\n${requestLine("a")}\n`, 3],
    ["url_mismatch", requestLine("a", { model: "gpt-4o-mini", input: "x" }, "/v1/responses"), 1],
    ["model_mismatch", `${requestLine("a")}\n${requestLine("b", chatBody("x", "gpt-4o"))}`, 2],
    ["missing_required_parameter", JSON.stringify({ method: "POST", url: "/v1/chat/completions", body: {} }), 1],
    ["empty_file", "\n", null],
    ["too_many_tasks", requestLines(50_001), null],
  ])("with an input that is wrong fails later, saying %s and the line", async (code, text, line) => {
    const { openai, bill } = await bench();
    const batch = await submit(openai, text);
    expect(batch.status).toBe("validating");
    const done = await finished(openai, batch.id);
    expect(done).toMatchObject({ status: "failed", output_file_id: null });
    expect(done.errors?.data?.[0]).toMatchObject({ code, line });
    expect((await bill()).map(({ kind }) => kind)).toEqual(["batch_created", "batch_ended"]);
  });

  test("over the queue's quota fails, and fits once the other has ended", async () => {
    const { openai } = await bench({ limits: { enqueuedTokens: 100 }, pace: slow });
    const first = await submit(openai, requestLines(100)); // one token each
    await until(
      () => openai.batches.retrieve(first.id),
      ({ status }) => status === "in_progress",
    );
    const refused = await finished(openai, (await submit(openai, requestLines(1))).id);
    expect(refused.errors?.data?.[0]).toMatchObject({ code: "token_limit_exceeded", line: null });
    expect(refused.errors?.data?.[0]?.message).toContain("Limit: 100 enqueued tokens");
    await openai.batches.cancel(first.id);
    await finished(openai, first.id);
    const fits = await submit(openai, requestLines(1));
    await until(
      () => openai.batches.retrieve(fits.id),
      ({ status }) => status === "in_progress",
    );
  });

  test("is refused at once where the request itself is wrong", async () => {
    const { openai } = await bench();
    const { id } = await upload(openai, requestLines(1));
    const good = { input_file_id: id, endpoint: "/v1/chat/completions", completion_window: "24h" } as const;
    const wrong = (body: object) => expect(openai.batches.create({ ...good, ...body } as typeof good)).rejects;
    await wrong({ input_file_id: "file-0" }).toMatchObject({ status: 400, param: "input_file_id" });
    await wrong({ endpoint: "/v1/videos" }).toMatchObject({ status: 400, param: "endpoint" });
    await wrong({ completion_window: "1h" }).toMatchObject({ status: 400, param: "completion_window" });
    const pairs = Object.fromEntries(Array.from({ length: 17 }, (_, index) => [`k${index}`, "v"]));
    await wrong({ metadata: pairs }).toMatchObject({ status: 400, param: "metadata" });
    await wrong({ metadata: { k: "v".repeat(513) } }).toMatchObject({ status: 400, param: "metadata" });
    await expect(openai.batches.retrieve("batch_0")).rejects.toMatchObject({ status: 404 });
  });

  test("is listed newest first, page by page, each once", async () => {
    const { openai } = await bench({ pace: slow });
    const ids: string[] = [];
    for (let count = 1; count <= 7; count += 1) ids.unshift((await submit(openai, requestLines(count))).id);
    const first = await openai.batches.list({ limit: 3 });
    expect(first.data.map(({ id }) => id)).toEqual(ids.slice(0, 3));
    expect(first.has_more).toBe(true);
    const all: string[] = [];
    for await (const { id } of openai.batches.list({ limit: 3 })) all.push(id);
    expect(all).toEqual(ids);
  });
});

describe("a batch of Azure", () => {
  test("waits for its file, takes short paths and always names an error file", async () => {
    const { azure } = await bench({ pace: { validateMs: 300_000, perRequestMs: 1, finalizeMs: 1 } });
    const file = await upload(azure, requestLines(3, "/chat/completions"));
    expect(file.status).toBe("pending");
    const create = () =>
      azure.batches.create({
        ...{ input_file_id: file.id, completion_window: "24h" },
        endpoint: "/chat/completions" as "/v1/chat/completions",
      });
    await expect(create()).rejects.toMatchObject({ status: 400 });
    await until(
      () => azure.files.retrieve(file.id),
      ({ status }) => status === "processed",
    );
    const done = await finished(azure, (await create()).id);
    expect(done).toMatchObject({ status: "completed", endpoint: "/chat/completions" });
    expect(parsed(await content(azure, done.output_file_id))).toHaveLength(3);
    expect(done.error_file_id).toMatch(/^file-/);
    expect(await content(azure, done.error_file_id)).toBe("");
  });

  test("is found by the deployment's path too, and not among OpenAI's", async () => {
    const { azure, openai, url } = await bench();
    const { id } = await submit(azure, requestLines(1));
    await finished(azure, id);
    const headers = { "api-key": "k" };
    const v1 = await fetch(`${url}/openai/v1/batches/${id}`, { headers });
    const deployed = await fetch(`${url}/openai/deployments/d/batches/${id}?api-version=x`, { headers });
    expect([v1.status, deployed.status]).toEqual([200, 200]);
    expect((await openai.batches.list()).data).toEqual([]);
    expect((await azure.batches.list()).data).toHaveLength(1);
  });
});

describe("a batch of Anthropic", () => {
  const params = (text: string) => ({
    ...{ model: "claude-opus-5-5", max_tokens: 64 },
    messages: [{ role: "user" as const, content: text }],
  });
  const requests = (count: number) =>
    Array.from({ length: count }, (_, index) => ({ custom_id: `m-${index}`, params: params(`n${index}`) }));

  test("goes from create to results; counts stay zero until it has ended", async () => {
    const { anthropic, bill } = await bench({ pace: { validateMs: 0, perRequestMs: 2000, finalizeMs: 1 } });
    const bad = { custom_id: "bad", params: { ...params("x"), max_tokens: 0 } };
    const batch = await anthropic.messages.batches.create({ requests: [...requests(300), bad] });
    expect(batch).toMatchObject({ processing_status: "in_progress", results_url: null });
    expect(batch.request_counts).toMatchObject({ processing: 301, succeeded: 0, errored: 0 });
    await expect(anthropic.messages.batches.results(batch.id)).rejects.toThrow("No batch `results_url`");
    const done = await until(
      () => anthropic.messages.batches.retrieve(batch.id),
      ({ processing_status }) => processing_status === "ended",
    );
    expect(done.request_counts).toEqual({ processing: 0, succeeded: 300, errored: 1, canceled: 0, expired: 0 });
    const types = new Map<string, string>();
    for await (const line of await anthropic.messages.batches.results(batch.id))
      types.set(line.custom_id, line.result.type);
    expect(types.size).toBe(301);
    expect([types.get("bad"), types.get("m-7")]).toEqual(["errored", "succeeded"]);
    expect((await bill()).filter(({ kind }) => kind === "batch")).toHaveLength(300);
  });

  test("canceled gives every request one result", async () => {
    const { anthropic } = await bench({ pace: { validateMs: 0, perRequestMs: 5000, finalizeMs: 0 } });
    const { id } = await anthropic.messages.batches.create({ requests: requests(500) });
    await new Promise((resolve) => setTimeout(resolve, 20));
    await anthropic.messages.batches.cancel(id);
    const done = await until(
      () => anthropic.messages.batches.retrieve(id),
      ({ processing_status }) => processing_status === "ended",
    );
    expect(done.request_counts.canceled).toBeGreaterThan(0);
    expect(done.request_counts.succeeded + done.request_counts.canceled).toBe(500);
    expect(done.cancel_initiated_at).toMatch(/^\d{4}-.*Z$/);
  });

  test("is listed newest first, forwards and backwards", async () => {
    const { anthropic } = await bench({ pace: slow });
    const ids: string[] = [];
    for (let count = 1; count <= 5; count += 1) {
      ids.unshift((await anthropic.messages.batches.create({ requests: requests(count) })).id);
    }
    const all: string[] = [];
    for await (const { id } of anthropic.messages.batches.list({ limit: 2 })) all.push(id);
    expect(all).toEqual(ids);
    const before = await anthropic.messages.batches.list({ limit: 2, before_id: ids[4] ?? "" });
    expect(before.data.map(({ id }) => id)).toEqual(ids.slice(2, 4));
    expect(before.has_more).toBe(true);
  });

  test.each([
    ["a custom_id with a space", [{ custom_id: "a b", params: params("x") }], "requests.0.custom_id"],
    ["a custom_id of 65 characters", [{ custom_id: "a".repeat(65), params: params("x") }], "requests.0.custom_id"],
    ["a custom_id twice", [...requests(2), ...requests(1)], "requests.2.custom_id"],
    ["no requests", [], "requests: List should have"],
  ])("is refused with %s", async (_name, list, place) => {
    const { anthropic, bill } = await bench();
    const refused = anthropic.messages.batches.create({ requests: list });
    await expect(refused).rejects.toMatchObject({ status: 400, message: expect.stringContaining(place) });
    expect(await bill()).toEqual([]);
  });

  test("is read from any spelling of its JSON, in any pieces, and bills the bytes of params", async () => {
    const { url, bill } = await bench();
    const text =
      '{\n"model":"claude-opus-5-5",\t"max_tokens": 8, "messages":[{"role":"user","content":"a ] } \\" \\\\"}]}';
    const json = `\n{ "requests_": ["requests"], "other": {"requests": [{"custom_id":"no"}]},\r\n "requests" : [\n {"custom_id":"a", "params":${text}} ,{"params":${text},"custom_id":"b"}\n] }`;
    const pieces = new ReadableStream({
      start: (controller) => {
        for (const byte of Buffer.from(json)) controller.enqueue(Uint8Array.of(byte));
        controller.close();
      },
    });
    const headers = { "x-api-key": "k", "anthropic-version": "2023-06-01" };
    const init = { method: "POST", headers, body: pieces, duplex: "half" } as RequestInit;
    const created = (await (await fetch(`${url}/v1/messages/batches`, init)).json()) as { id: string };
    await until(bill, (lines) => lines.some(({ kind }) => kind === "batch_ended"));
    const billed = (await bill()).filter((line) => line.kind === "batch");
    expect(billed.map((line) => line.custom_id).sort()).toEqual(["a", "b"]);
    expect(created.id).toBe(billed[0]?.batch);
    const bytes = Buffer.from(text.replace("\n", " ")); // line breaks between tokens become blanks
    expect(billed[0]?.key).toBe(billKey("/v1/messages", bytes));
  });

  test.each(['{"requests":[', '{"requests":{}}', "[]", "nonsense"])("is refused when its body is %s", async (body) => {
    const { url } = await bench();
    const headers = { "x-api-key": "k" };
    const reply = await fetch(`${url}/v1/messages/batches`, { method: "POST", headers, body });
    expect([reply.status, await reply.text()]).toEqual([400, expect.stringContaining("invalid_request_error")]);
  });
});

test("a batch of 500 takes a second of clock time by default", async () => {
  let now = 0;
  const sleep = async (ms: number) => {
    now += ms;
  };
  const { openai } = await bench({ clock: { now: () => now, sleep } });
  const done = await finished(openai, (await submit(openai, requestLines(500))).id);
  expect([done.created_at, done.completed_at]).toEqual([0, 1]);
});
