import type { Json } from "corrigenda/json";
import { type BatchApi, type BatchLine, openProvider } from "corrigenda/provider";
import { describe, expect, it } from "vitest";

function batchOf(name: "openai" | "azure" | "anthropic"): BatchApi {
  const env = { OPENAI_API_KEY: "k", AZURE_OPENAI_API_KEY: "k", ANTHROPIC_API_KEY: "k" };
  const { batch } = openProvider({ name, baseUrl: "http://127.0.0.1:9" }, env);
  if (!batch) throw new Error(`${name} has no batches`);
  return batch;
}

const openai = batchOf("openai");
const anthropic = batchOf("anthropic");
const wire = { endpoint: "/v1/responses", model: "m", body: '{"model":"m","input":"a\\"b"}', sample: 0 };
const CHUNK = "0123456789abcdef".repeat(4);

describe("line", () => {
  it("is one JSON line with the body's own bytes", () => {
    const line = openai.line('fce "1"', wire);
    expect(line).toContain(wire.body);
    expect(JSON.parse(line)).toEqual({
      custom_id: 'fce "1"',
      method: "POST",
      url: "/v1/responses",
      body: { model: "m", input: 'a"b' },
    });
    expect(JSON.parse(anthropic.line("lg_1", wire))).toEqual({
      custom_id: "lg_1",
      params: { model: "m", input: 'a"b' },
    });
  });

  it("has no byte order mark and no newline", () => {
    expect(batchOf("azure").line("a\nb", wire)).toMatch(/^\{[^\n\uFEFF]*\}$/);
  });
});

describe("wireId", () => {
  it("is the readable id where batches carry metadata", () => {
    expect(openai.wireId("lg_fu_12_Dict", CHUNK, 3)).toBe("lg_fu_12_Dict");
  });

  it("leads with the chunk's key where they do not, within 64 of the allowed characters", () => {
    expect(anthropic.wireId('ill "id"', CHUNK, 3)).toBe("0123456789abcdef01234567-3");
    expect(anthropic.wireId("x", CHUNK, 9_999_999)).toMatch(/^[A-Za-z0-9_-]{1,64}$/);
  });
});

const ok = (body: Json, status = 200): Json => ({
  id: "batch_req_1",
  custom_id: "a",
  response: { status_code: status, request_id: "req_1", body },
  error: null,
});
const http = (status: number, code: string): Json =>
  ok({ error: { message: "Why.", type: "t", param: null, code } }, status);
const failed = (code: string): Json => ({ custom_id: "a", response: null, error: { code, message: "Why." } });
const again = (reason: string): BatchLine => ({ id: "a", ok: false, again: true, reason });
const refused = (reason: string): BatchLine => ({ id: "a", ok: false, again: false, reason });

describe("read, OpenAI and Azure", () => {
  it.each<[string, Json, BatchLine | undefined]>([
    ["an answer", ok({ choices: [] }), { id: "a", ok: true, body: { choices: [] } }],
    [
      "an answer in Azure's field order",
      { response: { body: { x: 1 }, status_code: 200 }, error: null, custom_id: "a" },
      { id: "a", ok: true, body: { x: 1 } },
    ],
    ["a line without an id", { response: { status_code: 200, body: { x: 1 } } }, undefined],
    ["no object", "text", undefined],
    ["status 0 (counted as completed by the service)", ok({}, 0), again("0")],
    ["200 without a body", ok(null), again("200 without a body")],
    [
      "200 with an error beside it",
      { ...(ok({ x: 1 }) as object), error: { code: "server_error", message: "Why." } },
      again("server_error: Why."),
    ],
    ["no response and no error", { custom_id: "a", response: null, error: null }, again("no status")],
    ["expiry", failed("batch_expired"), again("batch_expired: Why.")],
    ["cancellation", failed("batch_cancelled"), again("batch_cancelled: Why.")],
    ["a refusal without HTTP", failed("invalid_request"), refused("invalid_request: Why.")],
    ["an error without a code", { custom_id: "a", error: { message: "Why." } }, again("error without a code: Why.")],
    ["408", http(408, "timeout"), again("408 timeout: Why.")],
    ["409", http(409, "conflict"), again("409 conflict: Why.")],
    ["429", http(429, "rate_limit_exceeded"), again("429 rate_limit_exceeded: Why.")],
    ["429 for low credit", http(429, "insufficient_quota"), again("429 insufficient_quota: Why.")],
    ["500", http(500, "server_error"), again("500 server_error: Why.")],
    ["503", http(503, "overloaded"), again("503 overloaded: Why.")],
    ["400", http(400, "context_length_exceeded"), refused("400 context_length_exceeded: Why.")],
    ["404", http(404, "model_not_found"), refused("404 model_not_found: Why.")],
    ["4xx without a reason", ok(null, 422), refused("422")],
  ])("%s", (_what, line, expected) => {
    expect(openai.read(line)).toEqual(expected);
  });

  it("keeps a reason short and free of keys", () => {
    const message = `Incorrect API key provided: sk-proj-abcdefghijklmnop. ${"x".repeat(500)}`;
    const line = openai.read(ok({ error: { message, code: "bad" } }, 400));
    expect(line).toMatchObject({ ok: false, again: false });
    const reason = line && !line.ok ? line.reason : "";
    expect(reason).toMatch(/^400 bad: Incorrect API key provided: \[key\]\. x+$/);
    expect(reason.length).toBe("400 bad: ".length + 200);
  });
});

describe("read, Anthropic", () => {
  const result = (fields: Json): Json => ({ custom_id: "a", result: fields });
  const errored = (type: string): Json =>
    result({ type: "errored", error: { type: "error", error: { type, message: "Why." }, request_id: "r" } });

  it.each<[string, Json, BatchLine | undefined]>([
    ["an answer", result({ type: "succeeded", message: { id: "m" } }), { id: "a", ok: true, body: { id: "m" } }],
    ["a line without an id", { result: { type: "succeeded", message: { id: "m" } } }, undefined],
    ["success without a message", result({ type: "succeeded" }), again("result without a message")],
    ["expiry", result({ type: "expired" }), again("expired")],
    ["cancellation", result({ type: "canceled" }), again("canceled")],
    ["an invalid request", errored("invalid_request_error"), refused("invalid_request_error: Why.")],
    [
      "an invalid request, short form",
      result({ type: "errored", error: { type: "invalid_request", message: "Why." } }),
      refused("invalid_request: Why."),
    ],
    ["a request that is too large", errored("request_too_large"), refused("request_too_large: Why.")],
    ["overload", errored("overloaded_error"), again("overloaded_error: Why.")],
    ["an API error", errored("api_error"), again("api_error: Why.")],
    ["a rate limit", errored("rate_limit_error"), again("rate_limit_error: Why.")],
  ])("%s", (_what, line, expected) => {
    expect(anthropic.read(line)).toEqual(expected);
  });
});
