import { StudyError } from "corrigenda/error";
import { KEY_VARIABLE, openProvider, type Provider, type ProviderConfig } from "corrigenda/provider";
import { PROVIDERS } from "corrigenda/text";
import { realClock } from "corrigenda/time";
import { afterEach, describe, expect, test } from "vitest";
import { type Answer, type Call, type Scripted, scripted } from "../provider/scripted.ts";

// No service's shape: only its value gives it away.
const KEY = "kanarienvogel7Q";
const ENV = {
  ...Object.fromEntries(Object.values(KEY_VARIABLE).map((variable) => [variable, KEY])),
  AZURE_OPENAI_ENDPOINT: "http://127.0.0.1:1",
};

const open = new Set<Scripted>();
afterEach(async () => {
  for (const server of open) await server.close();
  open.clear();
});

/** A service that answers with all that it was sent in its headers, in the body and in a header. */
async function echoing(status: number, provider: Partial<ProviderConfig>, body?: (said: string) => string) {
  const echo = (call: Call): Answer => {
    const said = JSON.stringify(call.headers);
    const text = body?.(said) ?? JSON.stringify({ error: { message: `who is ${said}?`, code: `no ${KEY}` } });
    return { status, headers: { "x-request-id": said }, body: text };
  };
  const server = await scripted(echo);
  open.add(server);
  const config = { name: "openai", baseUrl: server.url, ...provider } as ProviderConfig;
  return { server, provider: openProvider(config, ENV) };
}

/** All that an error holds, its causes and their own fields included. */
function whole(error: unknown): string {
  if (!(error instanceof Error)) return JSON.stringify(error) ?? "";
  const fields = Object.getOwnPropertyNames(error).map((name) => (error as unknown as Record<string, unknown>)[name]);
  return fields.map((field) => (field instanceof Error ? whole(field) : (JSON.stringify(field) ?? ""))).join("\n");
}

const request = { model: "gpt-4o-mini", messages: [{ role: "user" as const, content: "?" }] };
const ways = PROVIDERS.flatMap((name) => (["sdk", "lean"] as const).map((transport) => ({ name, transport })));

describe.each(ways)("a service ($name, $transport) that echoes its headers", (way) => {
  test.each([200, 400, 401, 500])("with status %i hands no key to what is kept", async (status) => {
    const { server, provider } = await echoing(status, way);
    const reply = await provider.complete(provider.encode(request));
    expect(JSON.stringify(server.calls[0]?.headers)).toContain(KEY);
    expect(reply.status).toBe(status);
    expect(reply.text).toContain("[key]");
    expect(JSON.stringify(reply)).not.toContain(KEY);
  });
});

async function errorOf(act: Promise<unknown>): Promise<unknown> {
  return act.then(
    () => expect.fail("nothing was thrown"),
    (error: unknown) => error,
  );
}

const batch = (provider: Provider) => provider.batch ?? expect.fail("no batches");

test.each(["openai", "azure", "anthropic"] as const)("a refusal of %s's batches holds no key", async (name) => {
  const { provider } = await echoing(400, { name });
  const error = await errorOf(batch(provider).state("batch_1"));
  expect(error).toBeInstanceOf(StudyError);
  expect((error as Error).message).toContain("[key]");
  expect(whole(error)).not.toContain(KEY);
});

test("the errors of a failed batch hold no key", async () => {
  const failed = (said: string): string =>
    JSON.stringify({ id: "b", status: "failed", errors: { data: [{ code: "x", message: said }] } });
  const { provider } = await echoing(200, {}, failed);
  const state = await batch(provider).state("b");
  expect(state.errors[0]?.message).toContain("[key]");
  expect(JSON.stringify(state)).not.toContain(KEY);
});

test("result lines hold no key, wherever a connection parts them", async () => {
  const lines = `{"custom_id":"1","said":"${KEY}"}\n{"custom_id":"2","said":"${KEY.slice(0, 9)} ${KEY}${KEY}"}\n`;
  const clean = lines.replaceAll(KEY, "[key]");
  const { bytesWithoutKey } = await import("../../lib/provider/own-key.ts");
  for (let size = 1; size <= lines.length; size++) {
    const parts = async function* (): AsyncGenerator<Uint8Array> {
      for (let at = 0; at < lines.length; at += size) yield Buffer.from(lines.slice(at, at + size));
    };
    expect(Buffer.concat(await Array.fromAsync(bytesWithoutKey(parts(), KEY))).toString()).toBe(clean);
  }
  const { provider } = await echoing(200, { name: "anthropic" }, () => lines);
  expect(Buffer.concat(await Array.fromAsync(batch(provider).results("b"))).toString()).toBe(clean);
});

test.each(ways)("$name, $transport: a redirect is not followed, so no other host gets the key", async (way) => {
  const other = await scripted(() => ({ body: "{}" }));
  open.add(other);
  const server = await scripted(() => ({ status: 307, headers: { location: `${other.url}/x` }, body: "" }));
  open.add(server);
  const provider = openProvider({ ...way, baseUrl: server.url }, ENV, realClock);
  expect((await provider.complete(provider.encode(request))).status).toBe(307);
  if (provider.batch) await errorOf(provider.batch.state("batch_1"));
  expect(server.calls.length).toBeGreaterThan(0);
  expect(other.calls).toEqual([]);
});

test.each([
  `https://${KEY}@host.example/v1`,
  `https://me:${KEY}@host.example/v1`,
  `https://host.example/v1?api-key=${KEY}`,
  `https://host.example/v1#${KEY}`,
  `${KEY}`,
])("an address that holds a secret is refused and not shown: %s", (baseUrl) => {
  for (const name of PROVIDERS) {
    let said: unknown;
    try {
      openProvider({ name, baseUrl }, ENV);
    } catch (error) {
      said = error;
    }
    expect(said).toMatchObject({ code: "config" });
    expect(whole(said)).not.toContain(KEY);
  }
});
