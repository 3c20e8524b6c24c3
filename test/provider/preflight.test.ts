import type { JsonObject } from "corrigenda/json";
import { type Finding, type ModelRequest, modelFacts, preflight } from "corrigenda/provider";
import { describe, expect, it } from "vitest";

const NOW = Date.UTC(2026, 10, 21);
const DAY = 86_400_000;

function findings(
  request: Partial<ModelRequest>,
  { provider = "openai", now = NOW, days = 1, tokens = 100 } = {},
): readonly Finding[] {
  const checker = preflight({ provider, now, expectedEnd: now + days * DAY });
  checker.add({ model: "gpt-5-mini", messages: [], ...request }, tokens);
  return checker.findings();
}

const strict = (properties: JsonObject, rest: JsonObject = {}): JsonObject => ({
  type: "object",
  properties,
  required: Object.keys(properties),
  additionalProperties: false,
  ...rest,
});
const ofSchema = (schema: JsonObject, name = "x") => findings({ schema: { name, schema } });
const stop = (code: string, message: string) => [{ level: "stop", code, message }];
const warn = (code: string, message: string) => [{ level: "warn", code, message }];

describe("models that end", () => {
  it.each([
    [
      "has ended",
      { model: "gpt-4.1-nano" },
      {},
      stop("shutdown", "openai shut gpt-4.1-nano down on 2026-10-23: choose another model"),
    ],
    [
      "ends before the run",
      { model: "gpt-4o-mini" },
      { now: Date.UTC(2027, 0, 13, 12) },
      stop("shutdown", "openai shuts gpt-4o-mini down on 2027-01-14, before this run would end: use gpt-6-luna"),
    ],
    [
      "ends soon after the run",
      { model: "gpt-4o-2024-08-06" },
      { now: Date.UTC(2026, 11, 20) },
      warn(
        "shutdown",
        "openai shuts gpt-4o-2024-08-06 down on 2027-01-14, 24 days after this run: use gpt-6-luna soon",
      ),
    ],
    ["ends in good time", { model: "gpt-4o-mini" }, {}, []],
    ["ends at its maker, not on Azure", { model: "gpt-4.1-nano" }, { provider: "azure" }, []],
    [
      "has ended, offline",
      { model: "gpt-4.1-nano" },
      { provider: "offline" },
      warn(
        "shutdown",
        "openai shut gpt-4.1-nano down on 2026-10-23: it answers only offline; with a key, choose another model",
      ),
    ],
    [
      "ends at Anthropic",
      { model: "claude-sonnet-4-5-20250929" },
      { provider: "anthropic" },
      warn(
        "shutdown",
        "anthropic shuts claude-sonnet-4-5-20250929 down on 2026-11-30, 8 days after this run: choose another model soon",
      ),
    ],
    [
      "is the base of a fine-tuned one",
      { model: "ft:gpt-4.1-nano-2025-04-14:org::id" },
      {},
      stop("shutdown", "openai shut ft:gpt-4.1-nano-2025-04-14:org::id down on 2026-10-23: choose another model"),
    ],
    [
      "is unknown",
      { model: "my-deployment" },
      { provider: "azure" },
      warn(
        "unknown-model",
        'nothing is known of the model "my-deployment": its limits, price and end date are not checked',
      ),
    ],
  ])("a model that %s", (_what, request, options, expected) => {
    expect(findings(request, options)).toEqual(expected);
  });
});

describe("requests that a model would refuse", () => {
  it.each([
    [{ model: "o3", temperature: 0 }, stop("temperature", "o3 takes no temperature: leave it out for this model")],
    [
      { model: "claude-sonnet-5", temperature: 0.7 },
      stop("temperature", "claude-sonnet-5 takes no temperature: leave it out for this model"),
    ],
    [{ model: "gpt-4o", temperature: 0 }, []],
    [
      { model: "gpt-4o", effort: "low" as const },
      stop("effort", "gpt-4o does not reason and takes no effort: leave it out for this model"),
    ],
    [{ model: "o3", effort: "low" as const }, []],
    [
      { model: "gpt-4o", maxOutputTokens: 20_000 },
      stop("output", "gpt-4o writes at most 16384 tokens, 20000 were asked for: lower maxOutputTokens"),
    ],
  ])("%o", (request, expected) => {
    expect(findings(request)).toEqual(expected);
  });

  it("counts the requests that do not fit into the context and names the largest", () => {
    const checker = preflight({ provider: "openai", now: NOW, expectedEnd: NOW });
    const request = { model: "gpt-4o", messages: [], maxOutputTokens: 1000 };
    checker.add(request, 127_000);
    expect(checker.findings()).toEqual([]);
    checker.add(request, 127_001);
    expect(checker.findings()).toEqual(
      stop(
        "context",
        "1 request does not fit into the 128000 tokens of gpt-4o (largest: 127001 estimated input + 1000 output tokens): shorten or split the input",
      ),
    );
    checker.add(request, 200_000.2);
    checker.add(request, 130_000);
    expect(checker.findings()).toEqual(
      stop(
        "context",
        "3 requests do not fit into the 128000 tokens of gpt-4o (largest: 200001 estimated input + 1000 output tokens): shorten or split the input",
      ),
    );
  });

  it("says each thing once, however many requests have it", () => {
    const checker = preflight({ provider: "openai", now: NOW, expectedEnd: NOW });
    const schema = strict({}, { additionalProperties: true });
    for (let i = 0; i < 1000; i++)
      checker.add({ model: "o3", messages: [], temperature: 0, schema: { name: "a b", schema } }, 1);
    expect(checker.findings().map((finding) => finding.code)).toEqual(["temperature", "schema-name", "schema"]);
  });
});

describe("schema names", () => {
  const bad = (name: string) => ofSchema(strict({}), name);

  it("are 1 to 64 of the allowed characters", () => {
    expect(bad("a".repeat(64))).toEqual([]);
    expect(bad("json_result-1")).toEqual([]);
    expect(bad("a".repeat(65))).toEqual(
      stop("schema-name", `schema name "${"a".repeat(65)}" has 65 characters; 64 are allowed: shorten it`),
    );
    expect(bad("json result")).toEqual(
      stop("schema-name", 'schema name "json result" must be 1 to 64 of A-Z, a-z, 0-9, _ and -: rename it'),
    );
    expect(bad("")).toEqual(stop("schema-name", 'schema name "" must be 1 to 64 of A-Z, a-z, 0-9, _ and -: rename it'));
  });
});

describe("schemas outside the strict subset", () => {
  const text = { type: "string" };
  const nested = (levels: number): JsonObject =>
    levels === 1 ? strict({ a: text }) : strict({ a: nested(levels - 1) });
  const many = (n: number): JsonObject =>
    strict(Object.fromEntries(Array.from({ length: n }, (_, i) => [`p${i}`, text])));
  const choices = (n: number, length = 4): JsonObject =>
    strict({ a: { type: "string", enum: Array.from({ length: n }, (_, i) => `${i}`.padEnd(length, "x")) } });

  it.each<[string, JsonObject, string[]]>([
    ["a schema within it", strict({ a: { type: "array", items: strict({ b: { type: ["string", "null"] } }) } }), []],
    ["an array as root", { type: "array", items: text }, ['at $: the root must be an object, not "array"']],
    ["an untyped root", {}, ["at $: the root must be an object, not untyped"]],
    ["anyOf as root", strict({}, { anyOf: [strict({})] }), ["at $: the root must not be an anyOf"]],
    [
      "an optional field",
      strict({ a: text, b: text }, { required: ["a"] }),
      ["at $: every property must be required, but not b"],
    ],
    ["open objects", strict({ a: text }, { additionalProperties: true }), ["at $: additionalProperties must be false"]],
    [
      "a nested optional field",
      strict({ a: { type: "array", items: strict({ b: text }, { required: [] }) } }),
      ["at $.a[]: every property must be required, but not b"],
    ],
    [
      "a nested open object",
      strict({ a: { anyOf: [text, { type: "object", properties: {} }] } }),
      ["at $.a.anyOf[1]: additionalProperties must be false"],
    ],
    [
      "an open definition",
      strict({ a: { $ref: "#/$defs/d" } }, { $defs: { d: { type: "object", properties: {} } } }),
      ["at $.$defs.d: additionalProperties must be false"],
    ],
    ["allOf", strict({ a: { allOf: [text] } }), ["at $.a: allOf is not allowed"]],
    ["not", strict({ a: { not: text } }), ["at $.a: not is not allowed"]],
    ["if", strict({ a: { if: text } }), ["at $.a: if is not allowed"]],
    ["10 levels", nested(10), []],
    ["11 levels", nested(11), ["at $.a.a.a.a.a.a.a.a.a.a: objects are nested more than 10 levels deep"]],
    ["5,000 properties", many(5000), []],
    ["5,001 properties", many(5001), ["5001 properties in all; 5000 are allowed"]],
    ["1,000 enum values", choices(1000), []],
    ["1,001 enum values", choices(1001), ["1001 enum values in all; 1000 are allowed"]],
    ["119,001 characters", choices(1000, 119), []],
    [
      "120,001 characters",
      choices(1000, 120),
      ["120001 characters of names and enum values in all; 120000 are allowed"],
    ],
  ])("%s", (_what, schema, faults) => {
    expect(ofSchema(schema)).toEqual(
      faults.map((fault) => ({
        level: "stop",
        code: "schema",
        message: `schema "x" is outside the strict subset: ${fault}`,
      })),
    );
  });
});

describe("modelFacts", () => {
  it("knows a model with its date, without it, and as the base of a fine-tuned one", () => {
    for (const id of ["gpt-4o-mini", "gpt-4o-mini-2024-07-18", "ft:gpt-4o-mini-2024-07-18:org::id"])
      expect(modelFacts(id)).toMatchObject({
        id: "gpt-4o-mini",
        enqueuedTokens: 2_000_000,
        shutdownDate: "2027-01-14",
      });
    expect(modelFacts("claude-sonnet-4-5-20250929")?.id).toBe("claude-sonnet-4-5");
    expect(modelFacts("gpt-4o-mini-x")).toBeUndefined();
  });
});
