import { isStudyError } from "corrigenda/error";
import type { Json } from "corrigenda/json";
import { type ModelRequest, openProvider, type Provider, requestKey } from "corrigenda/provider";
import { describe, expect, it } from "vitest";

const openai = openProvider({ name: "openai" }, { OPENAI_API_KEY: "sk-test" });
const azure = openProvider({ name: "azure", baseUrl: "https://r.openai.azure.com" }, { AZURE_OPENAI_API_KEY: "k" });
const anthropic = openProvider({ name: "anthropic" }, { ANTHROPIC_API_KEY: "sk-ant-test" });
const compatible = openProvider({ name: "compatible", baseUrl: "http://localhost:11434/v1" }, {});

const schema = { type: "object", properties: { z: { type: "string" }, a: { type: "string" } } };
const request: ModelRequest = {
  model: "gpt-4o-mini",
  messages: [
    { role: "system", content: "Be brief." },
    { role: "user", content: 'Why "suggest"?\n為什麼？' },
  ],
  schema: { name: "explanation", schema },
  temperature: 0,
  maxOutputTokens: 300,
};
const messages = [
  { role: "system", content: "Be brief." },
  { role: "user", content: 'Why "suggest"?\n為什麼？' },
];

describe("encode", () => {
  it("writes a response's body in one field order", () => {
    const { endpoint, model, body, sample } = openai.encode(request);
    expect([endpoint, model, sample]).toEqual(["/v1/responses", "gpt-4o-mini", 0]);
    expect(body).toBe(
      JSON.stringify({
        model: "gpt-4o-mini",
        input: messages,
        temperature: 0,
        max_output_tokens: 300,
        store: false,
        text: { format: { type: "json_schema", name: "explanation", strict: true, schema } },
      }),
    );
  });

  it("writes a chat completion's body in one field order", () => {
    const { endpoint, body } = openai.encode({ ...request, format: "chat" });
    expect(endpoint).toBe("/v1/chat/completions");
    expect(body).toBe(
      JSON.stringify({
        model: "gpt-4o-mini",
        messages,
        temperature: 0,
        max_completion_tokens: 300,
        response_format: { type: "json_schema", json_schema: { name: "explanation", strict: true, schema } },
      }),
    );
  });

  it("writes a message's body: system prompt apart, a limit always, the schema's name as its title", () => {
    const { endpoint, body } = anthropic.encode({ ...request, effort: "high" });
    expect(endpoint).toBe("/v1/messages");
    expect(body).toBe(
      JSON.stringify({
        model: "gpt-4o-mini",
        max_tokens: 300,
        system: "Be brief.",
        messages: messages.slice(1),
        temperature: 0,
        output_config: {
          effort: "high",
          format: { type: "json_schema", schema: { title: "explanation", ...schema } },
        },
      }),
    );
    const bare = anthropic.encode({
      model: "claude-sonnet-5",
      messages: messages.slice(1) as ModelRequest["messages"],
    });
    expect(JSON.parse(bare.body)).toEqual({ model: "claude-sonnet-5", max_tokens: 8192, messages: messages.slice(1) });
  });

  it("asks a reasoning model for its effort, and sends no temperature that was not asked for", () => {
    const reasoning: ModelRequest = { model: "o4-mini", messages: [], effort: "medium" };
    expect(JSON.parse(openai.encode(reasoning).body)).toEqual({
      model: "o4-mini",
      input: [],
      reasoning: { effort: "medium" },
      store: false,
    });
    expect(JSON.parse(openai.encode({ ...reasoning, format: "chat" }).body)).toEqual({
      model: "o4-mini",
      messages: [],
      reasoning_effort: "medium",
    });
  });

  it("names Azure's deployment in place of the model, at Azure's own path", () => {
    const deployed = openProvider(
      { name: "azure", baseUrl: "https://r.openai.azure.com", deployment: "batch-mini" },
      { AZURE_OPENAI_API_KEY: "k" },
    );
    const wire = deployed.encode(request);
    expect([wire.endpoint, wire.model, JSON.parse(wire.body).model]).toEqual([
      "/chat/completions",
      "batch-mini",
      "batch-mini",
    ]);
    expect(azure.encode(request).model).toBe("gpt-4o-mini");
    expect(azure.encode({ ...request, format: "responses" }).endpoint).toBe("/v1/responses");
  });

  it("speaks the older max_tokens to compatible servers", () => {
    expect(JSON.parse(compatible.encode(request).body)).toMatchObject({ max_tokens: 300, messages });
    expect(compatible.batch).toBeUndefined();
  });

  it("keeps keys apart by provider, base, format, sample and the order of a schema's properties", () => {
    const turned = { type: "object", properties: { a: { type: "string" }, z: { type: "string" } } };
    const keys = [
      requestKey(openai, openai.encode(request)),
      requestKey(openai, openai.encode({ ...request, format: "chat" })),
      requestKey(openai, openai.encode({ ...request, sample: 1 })),
      requestKey(openai, openai.encode({ ...request, schema: { name: "explanation", schema: turned } })),
      requestKey(azure, azure.encode(request)),
      requestKey({ ...openai, base: "https://elsewhere/v1" }, openai.encode(request)),
    ];
    expect(new Set(keys).size).toBe(keys.length);
    expect(requestKey(openai, openai.encode({ ...request }))).toBe(keys[0]);
  });
});

const usage = {
  chat: {
    prompt_tokens: 100,
    completion_tokens: 20,
    prompt_tokens_details: { cached_tokens: 64 },
    completion_tokens_details: { reasoning_tokens: 8 },
  },
  responses: {
    input_tokens: 100,
    output_tokens: 20,
    input_tokens_details: { cached_tokens: 64 },
    output_tokens_details: { reasoning_tokens: 8 },
  },
  anthropic: {
    input_tokens: 30,
    cache_read_input_tokens: 64,
    cache_creation_input_tokens: 6,
    output_tokens: 20,
    output_tokens_details: { thinking_tokens: 8 },
  },
};
const seen = { input: 100, cached: 64, cacheWrite: 0, output: 20, reasoning: 8 };

function chat(message: Json, finish = "stop"): Json {
  const choices = [{ index: 0, message, finish_reason: finish }];
  return { id: "c1", model: "gpt-4o-mini-2024-07-18", system_fingerprint: "fp", choices, usage: usage.chat };
}

function response(output: readonly Json[], rest: Record<string, Json> = {}): Json {
  return {
    id: "r1",
    object: "response",
    status: "completed",
    model: "o4-mini",
    output,
    usage: usage.responses,
    ...rest,
  };
}

const reasoning = { type: "reasoning", summary: [], content: [{ type: "reasoning_text", text: "hm" }] };
const said = (text: string): Json => ({ type: "message", content: [{ type: "output_text", text }] });

describe("decode", () => {
  it("reads a chat completion", () => {
    expect(openai.decode(chat({ role: "assistant", content: "yes" }))).toEqual({
      text: "yes",
      finish: "stop",
      model: "gpt-4o-mini-2024-07-18",
      id: "c1",
      fingerprint: "fp",
      usage: seen,
    });
  });

  it("finds a response's message behind a reasoning item", () => {
    expect(openai.decode(response([reasoning, said("yes")]))).toEqual({
      text: "yes",
      finish: "stop",
      model: "o4-mini",
      id: "r1",
      usage: seen,
    });
  });

  it("reads a message; cached tokens are part of its input", () => {
    const content = [
      { type: "thinking", thinking: "hm" },
      { type: "text", text: "ye" },
      { type: "text", text: "s" },
    ];
    const body = {
      id: "m1",
      type: "message",
      model: "claude",
      content,
      stop_reason: "end_turn",
      usage: usage.anthropic,
    };
    expect(anthropic.decode(body)).toEqual({
      text: "yes",
      finish: "stop",
      model: "claude",
      id: "m1",
      usage: { ...seen, cacheWrite: 6 },
    });
  });

  it.each<[string, Provider, Json, string, string]>([
    ["a cut chat completion", openai, chat({ content: '{"a":' }, "length"), "length", '{"a":'],
    ["a refused chat completion", openai, chat({ content: null, refusal: "No." }), "refusal", "No."],
    ["a filtered chat completion", openai, chat({ content: "" }, "content_filter"), "refusal", ""],
    ["a tool call", openai, chat({ content: null }, "tool_calls"), "other", ""],
    [
      "a refused response",
      openai,
      response([{ type: "message", content: [{ type: "refusal", refusal: "No." }] }]),
      "refusal",
      "No.",
    ],
    [
      "a response whose reasoning took all tokens",
      openai,
      response([reasoning], { status: "incomplete", incomplete_details: { reason: "max_output_tokens" } }),
      "length",
      "",
    ],
    [
      "a filtered response",
      openai,
      response([said("x")], { status: "incomplete", incomplete_details: { reason: "content_filter" } }),
      "refusal",
      "x",
    ],
    ["a cut message", anthropic, { content: [{ type: "text", text: "x" }], stop_reason: "max_tokens" }, "length", "x"],
    ["a refused message", anthropic, { content: [], stop_reason: "refusal" }, "refusal", ""],
    ["a paused message", anthropic, { content: [], stop_reason: "pause_turn" }, "other", ""],
  ])("says how %s ended", (_what, provider, body, finish, text) => {
    expect(provider.decode(body)).toMatchObject({ finish, text });
  });

  it("reads absent usage as zero", () => {
    const zero = { input: 0, cached: 0, cacheWrite: 0, output: 0, reasoning: 0 };
    expect(openai.decode({ choices: [{ message: { content: "x" } }], usage: null }).usage).toEqual(zero);
  });

  it.each<[string, Provider, Json, string]>([
    ["null", openai, null, "the reply is neither a chat completion nor a response: it has no choices and no output"],
    ["a list", openai, [], "the reply is neither a chat completion nor a response: it has no choices and no output"],
    ["no choice", openai, { choices: [] }, "the chat completion has no message in choices[0]"],
    ["no message", openai, response([reasoning]), "the response is completed but its output has no message"],
    [
      "a failed response",
      openai,
      response([], { status: "failed", error: { code: "server_error" } }),
      "the response ended as failed (server_error)",
    ],
    ["an error", anthropic, { type: "error" }, "the reply is not a message: it has no content"],
  ])("throws a reply error for %s", (_what, provider, body, sentence) => {
    const error = catching(() => provider.decode(body));
    expect(isStudyError(error, "reply")).toBe(true);
    expect((error as Error).message).toBe(sentence);
  });
});

function catching(act: () => unknown): unknown {
  try {
    return act();
  } catch (error) {
    return error;
  }
}
