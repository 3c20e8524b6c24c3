import { isStudyError } from "corrigenda/error";
import { type Environment, keyless, openProvider, type ProviderConfig } from "corrigenda/provider";
import { PROVIDERS } from "corrigenda/text";
import { afterEach, describe, expect, it } from "vitest";
import { type Call, type Scripted, scripted } from "./scripted.ts";

let server: Scripted | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

function thrown(config: ProviderConfig, env: Environment): Error {
  try {
    openProvider(config, env);
  } catch (error) {
    if (isStudyError(error, "config")) return error;
    throw error;
  }
  return new Error("nothing was thrown");
}

describe("openProvider", () => {
  it.each<[ProviderConfig, Environment, string]>([
    [{ name: "openai" }, {}, "OPENAI_API_KEY is not set: put your key into .env or the environment"],
    [
      { name: "openai" },
      { OPENAI_API_KEY: "  " },
      "OPENAI_API_KEY is not set: put your key into .env or the environment",
    ],
    [{ name: "anthropic" }, {}, "ANTHROPIC_API_KEY is not set: put your key into .env or the environment"],
    [{ name: "azure" }, {}, "AZURE_OPENAI_API_KEY is not set: put your key into .env or the environment"],
    [
      { name: "azure" },
      { AZURE_OPENAI_API_KEY: "k" },
      "AZURE_OPENAI_ENDPOINT is not set: put the resource's URL into .env or the environment",
    ],
    [{ name: "compatible" }, {}, "COMPATIBLE_BASE_URL is not set: put the server's URL into .env or the environment"],
    [
      { name: "openai" },
      { OPENAI_API_KEY: "sk-a\nsk-b" },
      "OPENAI_API_KEY holds a space or a character that no key or URL has: paste it again",
    ],
    [{ name: "bard" as "openai" }, {}, `unknown provider "bard"; choose ${PROVIDERS.join(", ")} or offline`],
  ])("%o: says what is missing and never shows a key", (config, env, sentence) => {
    const error = thrown(config, env);
    expect(error.message).toBe(sentence);
    expect(`${error.stack}`).not.toContain("sk-a");
  });

  it.each(PROVIDERS)("%s opens without a key or an address, to encode and decode what is kept", (name) => {
    const provider = openProvider({ name }, keyless());
    expect(provider.name).toBe(name);
    expect(provider.encode({ model: "m", messages: [] }).model).toBe("m");
  });

  it("keeps the addresses that are given where it opens without a key", () => {
    const env = { AZURE_OPENAI_ENDPOINT: "https://a.example", COMPATIBLE_BASE_URL: " ", COMPATIBLE_API_KEY: "k" };
    expect(openProvider({ name: "azure" }, keyless(env)).base).toContain("a.example");
    expect(openProvider({ name: "compatible" }, keyless(env)).base).toBe("https://nowhere.invalid");
    expect(Object.values(keyless(env))).not.toContain("k");
  });

  it("is known by its name and its base URL", () => {
    const env = { OPENAI_API_KEY: "k", AZURE_OPENAI_API_KEY: "k", ANTHROPIC_API_KEY: "k" };
    const base = (config: ProviderConfig, more: Environment = {}) => openProvider(config, { ...env, ...more }).base;
    expect(base({ name: "openai" })).toBe("https://api.openai.com/v1");
    expect(base({ name: "openai" }, { OPENAI_BASE_URL: "https://eu.api.openai.com/v1" })).toBe(
      "https://eu.api.openai.com/v1",
    );
    expect(base({ name: "openai" }, { OPENAI_BASE_URL: "" })).toBe("https://api.openai.com/v1"); // left empty in .env
    expect(base({ name: "anthropic" })).toBe("https://api.anthropic.com");
    expect(base({ name: "azure" }, { AZURE_OPENAI_ENDPOINT: "https://r.openai.azure.com/" })).toBe(
      "https://r.openai.azure.com/",
    );
    expect(base({ name: "compatible", baseUrl: "http://localhost:11434/v1" })).toBe("http://localhost:11434/v1");
  });

  it("keeps batches within the model's first queue, where it is known, or the account's own", () => {
    const limits = (config: Partial<ProviderConfig>) =>
      openProvider({ name: "openai", ...config }, { OPENAI_API_KEY: "k" }).batch?.limits;
    expect(limits({})).toEqual({ requests: 50_000, bytes: 200_000_000 });
    expect(limits({ model: "gpt-4o" })).toEqual({ requests: 50_000, bytes: 200_000_000, enqueuedTokens: 90_000 });
    expect(limits({ model: "gpt-4o", enqueuedTokens: 5_000_000 })).toMatchObject({ enqueuedTokens: 5_000_000 });
    expect(limits({ model: "o3" })).not.toHaveProperty("enqueuedTokens");
  });

  it("sends a local server no other service's key", async () => {
    server = await scripted(() => ({ body: "{}" }));
    const provider = openProvider({ name: "compatible", baseUrl: `${server.url}/v1` }, { OPENAI_API_KEY: "sk-secret" });
    await provider.complete(provider.encode({ model: "llama", messages: [] }));
    expect(server.calls[0]?.headers.authorization).toBe("Bearer none");
  });

  it("takes Azure's version from the config, then the environment", async () => {
    server = await scripted(() => ({ body: "{}" }));
    const env = {
      AZURE_OPENAI_API_KEY: "k",
      AZURE_OPENAI_ENDPOINT: server.url,
      AZURE_OPENAI_API_VERSION: "2025-01-01",
    };
    for (const config of [{}, { apiVersion: "2025-03-01-preview" }]) {
      const provider = openProvider({ name: "azure", ...config }, env);
      await provider.complete(provider.encode({ model: "d", messages: [], format: "responses" }));
    }
    expect(server.calls.map((call) => call.path)).toEqual([
      "/openai/responses?api-version=2025-01-01",
      "/openai/responses?api-version=2025-03-01-preview",
    ]);
  });
});

describe("embed", () => {
  const vectors = (call: Call) => {
    const { input } = JSON.parse(call.body) as { input: string[] };
    // Out of order on purpose.
    const data = input.map((text, index) => ({ index, embedding: [text.length, 0.5] })).reverse();
    return { body: JSON.stringify({ data, usage: { prompt_tokens: 1 } }) };
  };

  it.each([
    ["openai", "/v1/embeddings", "text-embedding-3-large"],
    ["azure", "/openai/deployments/text-embedding-3-large/embeddings?api-version=2024-10-21", "text-embedding-3-large"],
    ["compatible", "/v1/embeddings", "text-embedding-3-large"],
  ] as const)("%s: gives one vector per text, in order, over several calls", async (name, path, embeddingModel) => {
    server = await scripted(vectors);
    const env = { OPENAI_API_KEY: "k", AZURE_OPENAI_API_KEY: "k" };
    const baseUrl = name === "azure" ? server.url : `${server.url}/v1`;
    const provider = openProvider({ name, baseUrl, embeddingModel }, env);
    const texts = Array.from({ length: 600 }, (_, i) => "x".repeat(i % 7));
    const found = (await provider.embed?.(texts)) ?? [];
    expect(found.map(([length]) => length)).toEqual(texts.map((text) => text.length));
    expect(found[0]).toBeInstanceOf(Float32Array);
    expect(server.calls.map((call) => call.path)).toEqual([path, path, path]);
    expect(JSON.parse(server.calls[0]?.body ?? "")).toMatchObject({ model: embeddingModel, encoding_format: "float" });
  });

  it("throws where the service sends fewer vectors than texts", async () => {
    server = await scripted(() => ({ body: '{"data":[]}' }));
    const provider = openProvider({ name: "openai", baseUrl: `${server.url}/v1` }, { OPENAI_API_KEY: "k" });
    await expect(provider.embed?.(["a", "b"])).rejects.toThrow("openai sent 0 embeddings for 2 texts");
  });
});
