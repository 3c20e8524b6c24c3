import { inspect } from "node:util";
import { isStudyError } from "corrigenda/error";
import { answerError, KEY_VARIABLE, openProvider, type Provider, type ProviderConfig } from "corrigenda/provider";
import { PROVIDERS, type ProviderName } from "corrigenda/text";
import { afterEach, describe, expect, it } from "vitest";
import { type Answer, type Scripted, scripted } from "./scripted.ts";

const KEY = "sk-test-0123456789abcdef";
const env = Object.fromEntries(Object.values(KEY_VARIABLE).map((variable) => [variable, KEY]));

const CASES = PROVIDERS.flatMap((name) => (["sdk", "lean"] as const).map((transport) => [name, transport] as const));

const PATHS: Record<ProviderName, string> = {
  openai: "/v1/responses",
  azure: "/openai/deployments/m%2F1/chat/completions?api-version=2024-10-21",
  anthropic: "/v1/messages",
  compatible: "/v1/chat/completions",
};
const KEY_HEADERS: Record<ProviderName, readonly [header: string, value: string]> = {
  openai: ["authorization", `Bearer ${KEY}`],
  azure: ["api-key", KEY],
  anthropic: ["authorization", `Bearer ${KEY}`],
  compatible: ["authorization", `Bearer ${KEY}`],
};

let server: Scripted | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

async function serving(
  name: ProviderConfig["name"],
  transport: "sdk" | "lean",
  answer: Answer,
  timeoutMs = 5000,
): Promise<{ provider: Provider; server: Scripted }> {
  server = await scripted(() => answer);
  const baseUrl = name === "azure" || name === "anthropic" ? server.url : `${server.url}/v1`;
  return { provider: openProvider({ name, transport, baseUrl, timeoutMs }, env), server };
}

const wireOf = (provider: Provider) =>
  provider.encode({ model: "m/1", messages: [{ role: "user", content: "為什麼 “why”?\u2028" }] });

async function failure(promise: Promise<unknown>): Promise<Error> {
  return promise.then(
    () => new Error("nothing was thrown"),
    (error: Error) => error,
  );
}

describe.each(CASES)("%s through %s", (name, transport) => {
  it("posts exactly the bytes of the wire request, once, with the key in its header", async () => {
    const { provider, server } = await serving(name, transport, { body: "{}" });
    const wire = wireOf(provider);
    await provider.complete(wire);
    expect(server.calls).toHaveLength(1);
    const call = server.calls[0];
    expect(call?.body).toBe(wire.body);
    expect([call?.method, call?.path]).toEqual(["POST", PATHS[name]]);
    expect(call?.headers["content-type"]).toBe("application/json");
    const [header, value] = KEY_HEADERS[name];
    expect(call?.headers[header]).toBe(value);
    expect(call?.headers["anthropic-version"]).toBe(name === "anthropic" ? "2026-10-21" : undefined);
  });

  it.each([200, 400, 401, 404, 408, 409, 429, 500, 503, 529])(
    "gives a reply of status %i as it came",
    async (status) => {
      const text = '{ "error": {"message":"é"} ,"odd": 1}\n';
      const headers = { "Retry-After": "120", "x-should-retry": "true", "X-RateLimit-Remaining-Requests": "7" };
      const { provider, server } = await serving(name, transport, { status, headers, body: text });
      const reply = await provider.complete(wireOf(provider));
      expect([reply.status, reply.text]).toEqual([status, text]);
      expect(reply.headers).toMatchObject({ "retry-after": "120", "x-ratelimit-remaining-requests": "7" });
      expect(server.calls).toHaveLength(1);
    },
  );

  it("gives an error reply that is not JSON, or empty, as it came", async () => {
    const { provider } = await serving(name, transport, { status: 502, body: "<html>bad gateway</html>" });
    expect((await provider.complete(wireOf(provider))).text).toBe("<html>bad gateway</html>");
    await server?.close();
    const empty = await serving(name, transport, { status: 500, body: "" });
    expect(await empty.provider.complete(wireOf(empty.provider))).toMatchObject({ status: 500, text: "" });
  });

  it.each(["cut", "torn"] as const)("throws a network error, once, where the connection is %s", async (how) => {
    const { provider, server } = await serving(name, transport, how);
    const error = await failure(provider.complete(wireOf(provider)));
    expect(isStudyError(error, "network")).toBe(true);
    expect(error.message).toMatch(new RegExp(`^no answer from ${name} when asked to answer a request`));
    expect(error.cause).toBeInstanceOf(Error);
    expect(server.calls).toHaveLength(1);
  });

  it("throws a network error where nothing listens", async () => {
    const { provider, server } = await serving(name, transport, "cut");
    await server.close();
    const error = await failure(provider.complete(wireOf(provider)));
    expect(error.message).toBe(`no answer from ${name} when asked to answer a request (ECONNREFUSED)`);
  });

  it("stops waiting when the signal says so", async () => {
    const { provider } = await serving(name, transport, "hang");
    const stop = new AbortController();
    const call = failure(provider.complete(wireOf(provider), stop.signal));
    setTimeout(() => stop.abort(new Error("enough")), 20);
    expect(isStudyError(await call, "network")).toBe(true);
    expect(isStudyError(await failure(provider.complete(wireOf(provider), stop.signal)), "network")).toBe(true);
  });

  it("keeps the key and the prompt out of its errors, their causes included", async () => {
    for (const answer of ["cut", "torn"] as const) {
      const { provider } = await serving(name, transport, answer);
      expectNoSecret(await failure(provider.complete(wireOf(provider))));
      await server?.close();
    }
  });
});

describe.each(["sdk", "lean"] as const)("a time-out through %s", (transport) => {
  it("is a network error, without key and prompt, after one call", async () => {
    const { provider, server } = await serving("openai", transport, "hang", 50);
    const error = await failure(provider.complete(wireOf(provider)));
    expect(isStudyError(error, "network")).toBe(true);
    expectNoSecret(error);
    expect(server.calls).toHaveLength(1);
  });
});

function expectNoSecret(error: Error): void {
  const shown = inspect(error, { depth: 12, showHidden: true });
  expect(shown).toContain("StudyError");
  expect(shown).not.toContain(KEY);
  expect(shown).not.toContain("為什麼");
}

describe("answerError", () => {
  const reply = (status: number, error: object, headers: Record<string, string> = {}) => ({
    status,
    headers,
    text: JSON.stringify({ error }),
  });

  it.each([
    [
      "a rate limit",
      reply(
        429,
        { message: "Slow down.", code: "rate_limit_exceeded" },
        { "retry-after": "120", "x-request-id": "req_1" },
      ),
      "provider",
      "openai answered 429 rate_limit_exceeded when asked to list batches: Slow down.",
      { status: 429, code: "rate_limit_exceeded", retryAfterMs: 120_000, requestId: "req_1" },
    ],
    [
      "no credit",
      reply(429, { message: "You exceeded your current quota.", code: "insufficient_quota" }),
      "quota",
      "openai has no credit or quota left (429 insufficient_quota): add credit, then run again",
      { status: 429, code: "insufficient_quota" },
    ],
    [
      "no credit at Anthropic",
      reply(400, { type: "invalid_request_error", message: "Your credit balance is too low to access the API." }),
      "quota",
      "openai has no credit or quota left (400 invalid_request_error): add credit, then run again",
      { status: 400 },
    ],
    [
      "a wrong key",
      reply(401, { message: `Incorrect API key provided: ${KEY}`, code: "invalid_api_key" }),
      "provider",
      "openai did not accept the key (401 invalid_api_key): set OPENAI_API_KEY in .env",
      { status: 401 },
    ],
    [
      "a full queue",
      reply(400, { message: "Enqueued token limit reached.", code: "token_limit_exceeded" }),
      "provider",
      "openai answered 400 token_limit_exceeded when asked to list batches: Enqueued token limit reached.",
      { status: 400, code: "token_limit_exceeded" },
    ],
    [
      "no JSON",
      { status: 502, headers: {}, text: "<html>" },
      "provider",
      "openai answered 502 when asked to list batches",
      { status: 502, code: undefined },
    ],
  ])("says what to do about %s", (_what, answer, code, sentence, facts) => {
    const error = answerError("openai", "list batches", answer);
    expect([error.code, error.message]).toEqual([code, sentence]);
    expect(error.facts).toMatchObject(facts);
    expect(inspect(error)).not.toContain(KEY);
  });

  it.each([
    [{ "retry-after": "1.5" }, 1500],
    [{ "retry-after": "0" }, 0],
    [{ "retry-after": "7200" }, 7_200_000],
    [{ "retry-after-ms": "250", "retry-after": "1" }, 250],
    [{ "retry-after": "Sat, 21 Nov 2026 05:00:30 GMT", date: "Sat, 21 Nov 2026 05:00:00 GMT" }, 30_000],
    [{ "retry-after": "Sat, 21 Nov 2026 05:00:30 GMT" }, undefined],
    [{ "retry-after": "soon" }, undefined],
    [{ "retry-after": "Infinity" }, undefined],
    [{ "retry-after-ms": "Infinity" }, undefined],
    [{ "retry-after": "-5", date: "Sat, 21 Nov 2026 05:00:00 GMT" }, undefined],
    [{ "retry-after": "" }, undefined],
    [{}, undefined],
  ])("reads Retry-After in %o", (headers, ms) => {
    expect(answerError("openai", "x", { status: 429, headers, text: "" }).facts.retryAfterMs).toBe(ms);
  });
});
