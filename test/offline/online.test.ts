import { memoryDisk } from "corrigenda/files";
import { modelFacts } from "corrigenda/provider";
import { startOfflineService } from "corrigenda/provider/offline";
import { describe, expect, test } from "vitest";
import { bench, chatBody, clock } from "./fixture.ts";

const SCHEMA = {
  type: "object",
  properties: {
    label: { type: "string", enum: ["yes", "no"] },
    why: { type: "string" },
    spans: { type: "array", items: { type: "number" } },
  },
  required: ["label", "why", "spans"],
  additionalProperties: false,
};

describe("one request at a time", () => {
  test("chat completions answer with the simulator's text, the asked model and a label", async () => {
    const { openai } = await bench({ simulators: [() => undefined, ({ messages }) => `${messages.length} messages`] });
    const reply = await openai.chat.completions.create(chatBody("hello"));
    expect(reply.choices[0]?.message.content).toBe("1 messages");
    expect(reply).toMatchObject({ model: "gpt-4o-mini", system_fingerprint: "offline" });
    expect(reply.usage).toMatchObject({ prompt_tokens: 2, completion_tokens: 3, total_tokens: 5 });
  });

  test("a reasoning model puts a reasoning item before its message and is billed for thinking", async () => {
    const { openai } = await bench();
    const body = { model: "o3-mini", input: "hello", reasoning: { effort: "high" as const } };
    const reply = await openai.responses.create(body);
    expect(reply.output.map((item) => item.type)).toEqual(["reasoning", "message"]);
    expect(reply.output_text).toMatch(/^hello \d+$/);
    expect(reply.usage?.output_tokens_details.reasoning_tokens).toBe(128);
    const plain = await openai.responses.create({ model: "gpt-4.1", instructions: "Be brief.", input: "hello" });
    expect(plain.output.map((item) => item.type)).toEqual(["message"]);
  });

  test("Azure takes the model from the deployment in the path", async () => {
    const { azure } = await bench();
    const reply = await azure.chat.completions.create(chatBody("hello", "my-deployment"));
    expect(reply.model).toBe("my-deployment");
    expect((await azure.responses.create({ model: "d", input: "hi" })).output_text).toMatch(/^hi/);
  });

  test("Anthropic's messages carry system, usage and stop reason", async () => {
    const { anthropic } = await bench({ simulators: [({ messages }) => messages.map(({ role }) => role).join(" ")] });
    const body = {
      model: "claude-opus-5-5",
      max_tokens: 50,
      system: "s",
      messages: [{ role: "user" as const, content: "u" }],
    };
    const reply = await anthropic.messages.create(body);
    expect(reply.content).toEqual([{ type: "text", text: "system user" }]);
    expect(reply).toMatchObject({ stop_reason: "end_turn", usage: { input_tokens: 2, output_tokens: 3 } });
    expect((await anthropic.messages.create({ ...body, max_tokens: 1 })).stop_reason).toBe("max_tokens");
  });

  test("a schema's name reaches the simulator on every wire", async () => {
    const { openai, anthropic } = await bench({ simulators: [({ schemaName }) => JSON.stringify({ schemaName })] });
    const format = { type: "json_schema" as const, name: "judge", strict: true, schema: SCHEMA };
    const { type, ...json_schema } = format;
    const chat = await openai.chat.completions.create({ ...chatBody("x"), response_format: { type, json_schema } });
    const response = await openai.responses.create({ model: "gpt-4.1", input: "x", text: { format } });
    const message = await anthropic.messages.create({
      ...{ model: "claude-opus-5-5", max_tokens: 50, messages: [{ role: "user", content: "x" }] },
      output_config: { format: { type: "json_schema", schema: { title: "judge", ...SCHEMA } } },
    });
    const texts = [chat.choices[0]?.message.content, response.output_text, message.content[0]];
    expect(texts).toEqual([
      '{"schemaName":"judge"}',
      '{"schemaName":"judge"}',
      { type: "text", text: '{"schemaName":"judge"}' },
    ]);
  });

  test("what no simulator knows gets a labelled text, or the smallest value of its schema", async () => {
    const { openai } = await bench({ simulators: [] });
    const plain = await openai.chat.completions.create(chatBody("x"));
    expect(plain.choices[0]?.message.content).toBe("offline: no simulator knows this request");
    const format = { type: "json_schema" as const, name: "judge", strict: true, schema: SCHEMA };
    const reply = await openai.responses.create({ model: "gpt-4.1", input: "x", text: { format } });
    expect(JSON.parse(reply.output_text)).toEqual({
      label: "yes",
      why: "offline: no simulator knows this request",
      spans: [],
    });
  });

  test("equal requests get equal answers, also from another service; another model gets another", async () => {
    const [one, two] = [await bench(), await bench()];
    const ask = async (openai: typeof one.openai, model?: string) => {
      const { created, ...reply } = await openai.chat.completions.create(chatBody("hello", model));
      return reply;
    };
    expect(await ask(two.openai)).toEqual(await ask(one.openai));
    expect((await ask(one.openai, "gpt-4.1")).choices).not.toEqual((await ask(one.openai)).choices);
  });

  test("embeddings have 256 dimensions and length 1, the same in both encodings, near for like texts", async () => {
    const { openai } = await bench();
    const input = ["the cat sat on the mat", "the cat sat on a mat", "quarterly revenue grew"];
    const ask = async (encoding_format?: "float") => {
      const body = { model: "text-embedding-3-small", input, ...(encoding_format && { encoding_format }) };
      return (await openai.embeddings.create(body)).data.map(({ embedding }) => embedding);
    };
    const [a = [], b = [], c = []] = await ask("float");
    const dot = (x: readonly number[], y: readonly number[]) =>
      x.reduce((sum, value, i) => sum + value * (y[i] ?? 0), 0);
    expect(a).toHaveLength(256);
    expect(dot(a, a)).toBeCloseTo(1, 5);
    expect(dot(a, b)).toBeGreaterThan(0.6);
    expect(Math.abs(dot(a, c))).toBeLessThan(0.4);
    expect((await ask())[0]?.[7]).toBeCloseTo(a[7] ?? Number.NaN, 6);
  });

  test("models carry the shutdown dates of the table that pre-flight reads", async () => {
    const { openai, anthropic } = await bench();
    const models = (await openai.models.list()).data;
    expect(models.length).toBeGreaterThan(5);
    for (const { id, shutdown_date } of models)
      expect([id, modelFacts(id)?.shutdownDate ?? null]).toEqual([id, shutdown_date]);
    expect((await openai.models.retrieve("gpt-4o")).shutdown_date).toBe("2027-01-14");
    await expect(openai.models.retrieve("gpt-0")).rejects.toMatchObject({ status: 404, code: "model_not_found" });
    expect((await anthropic.models.list()).data[0]?.type).toBe("model");
  });
});

describe("what is refused", () => {
  test.each([
    ["temperature on a reasoning model", { ...chatBody("x", "o3-mini"), temperature: 0.2 }, "temperature"],
    ["max_tokens on a reasoning model", { ...chatBody("x", "gpt-6-luna"), max_tokens: 9 }, "max_tokens"],
    ["effort on a plain model", { ...chatBody("x"), reasoning_effort: "low" }, "reasoning_effort"],
    ["a temperature above 2", { ...chatBody("x"), temperature: 2.1 }, "temperature"],
    ["no messages", { model: "gpt-4o", messages: [] }, "messages"],
    ["a schema name of 65 characters", withSchema("n".repeat(65), SCHEMA), "response_format.json_schema.name"],
    ["an open object", withSchema("n", { ...SCHEMA, additionalProperties: true }), "response_format.json_schema"],
    [
      "a key that is not required",
      withSchema("n", { ...SCHEMA, required: ["label", "why"] }),
      "response_format.json_schema",
    ],
    ["allOf", withSchema("n", { ...SCHEMA, allOf: [] }), "response_format.json_schema"],
    ["a root that is a list", withSchema("n", { type: "array", items: SCHEMA }), "response_format.json_schema"],
  ])("%s is a 400 that names the parameter, and is not billed", async (_name, body, param) => {
    const { openai, bill } = await bench();
    const asked = openai.chat.completions.create(body as never);
    await expect(asked).rejects.toMatchObject({ status: 400, param, type: "invalid_request_error" });
    expect(await bill()).toEqual([]);
  });

  test("Anthropic wants max_tokens and a closed schema", async () => {
    const { anthropic } = await bench();
    const body = { model: "claude-opus-5-5", messages: [{ role: "user" as const, content: "x" }] };
    await expect(anthropic.messages.create({ ...body, max_tokens: 0 })).rejects.toMatchObject({
      status: 400,
      error: { type: "error", error: { type: "invalid_request_error" } },
    });
    const format = { type: "json_schema" as const, schema: { type: "object", properties: {} } };
    const open = anthropic.messages.create({ ...body, max_tokens: 9, output_config: { format } });
    await expect(open).rejects.toMatchObject({ status: 400 });
  });

  test("no key is a 401, an unknown path a 404, a body that is not JSON a 400, each in its service's shape", async () => {
    const { url } = await bench();
    const post = (path: string, key: string) =>
      fetch(url + path, { method: "POST", body: "{", headers: key ? { "api-key": key } : {} });
    const [none, lost, broken] = [
      await post("/v1/messages", ""),
      await post("/v1/nothing", "k"),
      await post("/openai/deployments/d/chat/completions", "k"),
    ];
    expect([none.status, lost.status, broken.status]).toEqual([401, 404, 400]);
    expect(await none.json()).toMatchObject({ type: "error", error: { type: "authentication_error" } });
    expect(await lost.json()).toMatchObject({ error: { code: "unknown_url", type: "invalid_request_error" } });
    expect(await broken.json()).toMatchObject({ error: { code: "400" } });
  });
});

describe("headers", () => {
  test("say where the limits stand: OpenAI in durations, Azure without limits, Anthropic in RFC 3339", async () => {
    const { openai, azure, anthropic } = await bench({ limits: { rpm: 600, tpm: 60_000 } });
    const first = await openai.chat.completions.create(chatBody("x")).withResponse();
    expect(first.response.headers.get("x-ratelimit-limit-requests")).toBe("600");
    expect(first.response.headers.get("x-ratelimit-remaining-requests")).toBe("599");
    expect(first.response.headers.get("x-ratelimit-reset-requests")).toMatch(/^(\d+m)?[\d.]+m?s$/);
    expect(first.request_id).toMatch(/^req_/);
    const second = await azure.chat.completions.create(chatBody("x", "d")).withResponse();
    expect(second.response.headers.has("x-ratelimit-remaining-tokens")).toBe(true);
    expect(second.response.headers.has("x-ratelimit-limit-requests")).toBe(false);
    const body = { model: "claude-opus-5-5", max_tokens: 5, messages: [{ role: "user" as const, content: "x" }] };
    const third = await anthropic.messages.create(body).withResponse();
    const reset = third.response.headers.get("anthropic-ratelimit-input-tokens-reset") ?? "";
    expect(new Date(reset).toISOString()).toBe(reset);
    expect(third.request_id).toMatch(/^req_/);
  });

  test("a request over the limit is a 429 with Retry-After, unbilled; after that time it is served", async () => {
    const { openai, bill } = await bench({ limits: { rpm: 1 } });
    await openai.chat.completions.create(chatBody("x"));
    const refused = await openai.chat.completions.create(chatBody("y")).catch((error: unknown) => error);
    expect(refused).toMatchObject({ status: 429, code: "rate_limit_exceeded" });
    const seconds = Number((refused as { headers: Headers }).headers.get("retry-after"));
    expect(seconds).toBeGreaterThan(0);
    await clock.sleep(seconds * 1000);
    await openai.chat.completions.create(chatBody("y"));
    expect(await bill()).toHaveLength(2);
  });
});

test("a port that is taken is refused with a sentence, and the folder is free again", async () => {
  const { url } = await bench();
  const port = Number(new URL(url).port);
  const disk = memoryDisk();
  const taken = startOfflineService({ disk, clock, simulators: [], port });
  await expect(taken).rejects.toThrow(`port ${port} cannot be used; name another or 0 for a free one`);
  await bench({ disk });
});

function withSchema(name: string, schema: object) {
  return { ...chatBody("x"), response_format: { type: "json_schema", json_schema: { name, strict: true, schema } } };
}
