import { inspect } from "node:util";
import { collect } from "corrigenda/files";
import { type BatchApi, type Chunk, openProvider } from "corrigenda/provider";
import { scaledClock } from "corrigenda/time";
import { afterEach, describe, expect, it } from "vitest";
import { type Answer, type Call, type Scripted, scripted } from "./scripted.ts";

const KEY = "sk-test-0123456789abcdef";
const env = { OPENAI_API_KEY: KEY, AZURE_OPENAI_API_KEY: KEY, ANTHROPIC_API_KEY: KEY };
const CHUNK_KEY = "0123456789abcdef".repeat(4);
const SINCE = Date.UTC(2026, 10, 20, 12);
const MINUTE = 60_000;

let server: Scripted | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

type Name = "openai" | "azure" | "anthropic";

async function batches(name: Name, answer: (call: Call) => Answer) {
  server = await scripted(answer);
  const baseUrl = name === "openai" ? `${server.url}/v1` : server.url;
  const { batch } = openProvider({ name, baseUrl, timeoutMs: 2000 }, env, scaledClock(1000));
  if (!batch) throw new Error(`${name} has no batches`);
  return { batch, calls: server.calls };
}

const json = (value: unknown, status = 200): Answer => ({ status, body: JSON.stringify(value) });
const wire = (name: Name) => ({
  endpoint: name === "anthropic" ? "/v1/messages" : name === "azure" ? "/chat/completions" : "/v1/responses",
  model: "m",
  body: '{"model":"m"}',
  sample: 0,
});

function chunkOf(name: Name, batch: BatchApi, ids: readonly string[] = ["a", 'b","params":', "c"]): Chunk {
  const lines = ids.map((id) => `${batch.line(id, wire(name))}\n`).join("");
  const { endpoint, model } = wire(name);
  const size = { requests: ids.length, bytes: Buffer.byteLength(lines), tokens: 10 };
  return { key: CHUNK_KEY, ...size, model, endpoint, blob: async () => new Blob([lines]) };
}

async function failure(promise: Promise<unknown>): Promise<Error & { code?: string; facts?: object }> {
  return promise.then(
    () => new Error("nothing was thrown"),
    (error: Error) => error,
  );
}

const CREATE = {
  openai: "/v1/batches",
  azure: "/openai/batches?api-version=2024-10-21",
  anthropic: "/v1/messages/batches",
};

describe("create", () => {
  it.each(["openai", "azure"] as const)("%s: posts the file, the endpoint and the chunk's key", async (name) => {
    const { batch, calls } = await batches(name, () => json({ id: "batch_1" }));
    expect(await batch.create(chunkOf(name, batch), "file-1")).toBe("batch_1");
    expect(calls.map((call) => `${call.method} ${call.path}`)).toEqual([`POST ${CREATE[name]}`]);
    expect(JSON.parse(calls[0]?.body ?? "")).toEqual({
      input_file_id: "file-1",
      endpoint: wire(name).endpoint,
      completion_window: "24h",
      metadata: { chunk: CHUNK_KEY },
    });
  });

  it("anthropic: posts the requests with ids that carry the chunk's key, in the chunk's order", async () => {
    const { batch, calls } = await batches("anthropic", () => json({ id: "msgbatch_1" }));
    expect(await batch.create(chunkOf("anthropic", batch), undefined)).toBe("msgbatch_1");
    expect(JSON.parse(calls[0]?.body ?? "")).toEqual({
      requests: [0, 1, 2].map((n) => ({ custom_id: `0123456789abcdef01234567-${n}`, params: { model: "m" } })),
    });
  });

  it.each([{}, { id: null }, { id: "" }, ["batch_1"], "batch_1"])(
    "an answer without an id (%j) is no answer: the batch may have started",
    async (answer) => {
      for (const name of ["openai", "azure", "anthropic"] as const) {
        const { batch } = await batches(name, () => json(answer));
        const error = await failure(batch.create(chunkOf(name, batch), "file-1"));
        expect(error.code).toBe("network");
        expect(error.message).toBe(`no answer from ${name} when asked to create a batch`);
        await server?.close();
      }
    },
  );

  it.each(["openai", "azure", "anthropic"] as const)(
    "%s: is one POST, also where the connection is cut",
    async (name) => {
      const { batch, calls } = await batches(name, () => "cut");
      const error = await failure(batch.create(chunkOf(name, batch), "file-1"));
      expect(error.code).toBe("network");
      expect(calls).toHaveLength(1);
      expect(inspect(error, { depth: 12 })).not.toContain(KEY);
    },
  );

  it.each([
    [500, "network"],
    [502, "network"],
    [504, "network"],
    [408, "network"],
    [529, "provider"],
    [400, "provider"],
    [429, "provider"],
    [409, "provider"],
  ])("an answer of %i counts as %s: a gateway may speak after the service has acted", async (status, code) => {
    for (const name of ["openai", "anthropic"] as const) {
      const { batch, calls } = await batches(name, () => json({ error: { message: "Why.", type: "t" } }, status));
      const error = await failure(batch.create(chunkOf(name, batch), "file-1"));
      expect(error.code).toBe(code);
      if (code === "provider") expect(error.facts).toMatchObject({ status });
      expect(calls).toHaveLength(1);
      await server?.close();
    }
  });

  it("says what to do about a wrong key and about an empty account", async () => {
    const refusing = await batches("azure", () => json({ error: { code: "401", message: "denied" } }, 401));
    expect((await failure(refusing.batch.create(chunkOf("azure", refusing.batch), "f"))).message).toBe(
      "azure did not accept the key (401): set AZURE_OPENAI_API_KEY in .env",
    );
    await server?.close();
    const empty = await batches("openai", () => json({ error: { code: "insufficient_quota", message: "x" } }, 429));
    const error = await failure(empty.batch.create(chunkOf("openai", empty.batch), "f"));
    expect([error.code, error.message]).toEqual([
      "quota",
      "openai has no credit or quota left (429 insufficient_quota): add credit, then run again",
    ]);
  });
});

describe("upload", () => {
  it("openai: sends the lines as a file that is named after the chunk", async () => {
    const { batch, calls } = await batches("openai", () => json({ id: "file-1", status: "processed" }));
    const chunk = chunkOf("openai", batch);
    expect(await batch.upload(chunk)).toBe("file-1");
    expect(calls).toHaveLength(1);
    const { body = "" } = calls[0] ?? {};
    expect(body).toContain(`filename="corrigenda-${CHUNK_KEY}.jsonl"`);
    expect(body).toContain('name="purpose"\r\n\r\nbatch');
    expect(body).toContain(await (await chunk.blob()).text());
    expect(body).not.toContain("\uFEFF");
  });

  it("azure: waits until the file is processed", async () => {
    const states = ["pending", "running", "Processed"];
    const { batch, calls } = await batches("azure", (call) =>
      json({ id: "file-1", status: call.method === "POST" ? "pending" : states.shift() }),
    );
    expect(await batch.upload(chunkOf("azure", batch))).toBe("file-1");
    expect(calls.map((call) => call.method)).toEqual(["POST", "GET", "GET", "GET"]);
  });

  it("azure: says so where the file cannot be read", async () => {
    const { batch } = await batches("azure", () => json({ id: "file-1", status: "error" }));
    const error = await failure(batch.upload(chunkOf("azure", batch)));
    expect(error.message).toBe("azure could not read the uploaded file file-1 (error): upload it again");
  });

  it("anthropic: has no files", async () => {
    const { batch, calls } = await batches("anthropic", () => "cut");
    expect(await batch.upload(chunkOf("anthropic", batch))).toBeUndefined();
    expect(calls).toEqual([]);
  });
});

const seconds = (ms: number): number => Math.floor(ms / 1000);
const listed = (id: string, created: number | string, rest: object = {}) => ({ id, created_at: created, ...rest });

describe("find, OpenAI and Azure", () => {
  const young = seconds(SINCE + MINUTE);

  it.each([
    ["its metadata", { metadata: { chunk: CHUNK_KEY } }],
    ["its input file", { metadata: null, input_file_id: "file-1" }],
  ])("knows a batch by %s", async (_by, fields) => {
    const data = [listed("batch_0", young, { metadata: { chunk: "other" } }), listed("batch_1", young, fields)];
    const { batch } = await batches("openai", () => json({ data, has_more: false }));
    expect(await batch.find(chunkOf("openai", batch), SINCE, "file-1")).toBe("batch_1");
  });

  it("passes over an older batch of the same requests: the new one may only be listed late", async () => {
    const fields = { metadata: { chunk: CHUNK_KEY } };
    const data = [listed("batch_1", young), listed("batch_0", seconds(SINCE - 60 * MINUTE), fields)];
    const { batch } = await batches("openai", () => json({ data, has_more: false }));
    expect(await batch.find(chunkOf("openai", batch), SINCE, undefined)).toBeUndefined();
  });

  it("knows a batch by its input file though the clock was a day ahead when it was handed in", async () => {
    const old = listed("batch_1", seconds(SINCE - 25 * 60 * MINUTE), { input_file_id: "file-1" });
    const pages = [[listed("batch_2", young)], [old]];
    const { batch } = await batches("openai", () => json({ data: pages.shift(), has_more: true }));
    expect(await batch.find(chunkOf("openai", batch), SINCE, "file-1")).toBe("batch_1");
  });

  it("finds nothing where no batch is the chunk's", async () => {
    const data = [listed("batch_0", young, { input_file_id: "file-2" })];
    const { batch } = await batches("openai", () => json({ data, has_more: false }));
    expect(await batch.find(chunkOf("openai", batch), SINCE, undefined)).toBeUndefined();
  });

  it("follows the pages until they are older than the intent, five minutes of clock error allowed", async () => {
    const pages = [
      [listed("p0", young)],
      [listed("p1", seconds(SINCE - 4 * MINUTE))],
      [listed("p2", seconds(SINCE - 6 * MINUTE))],
      [listed("p3", seconds(SINCE - 60 * MINUTE), { metadata: { chunk: CHUNK_KEY } })],
    ];
    const { batch, calls } = await batches("openai", () => json({ data: pages.shift(), has_more: true }));
    expect(await batch.find(chunkOf("openai", batch), SINCE, undefined)).toBeUndefined();
    expect(calls.map((call) => call.path)).toEqual([
      "/v1/batches?limit=100",
      "/v1/batches?limit=100&after=p0",
      "/v1/batches?limit=100&after=p1",
    ]);
  });

  it("reads the ISO times of older Azure versions", async () => {
    const pages = [[listed("p0", "2026-11-20T11:00:00Z")], [listed("p1", "2026-11-20T13:00:00Z")]];
    const { batch, calls } = await batches("azure", () => json({ data: pages.shift(), has_more: true }));
    expect(await batch.find(chunkOf("azure", batch), SINCE, undefined)).toBeUndefined();
    expect(calls).toHaveLength(1);
  });

  it("throws where the list cannot be had", async () => {
    const { batch } = await batches("openai", () => json({ error: { message: "Why." } }, 503));
    expect((await failure(batch.find(chunkOf("openai", batch), SINCE, undefined))).message).toBe(
      "openai answered 503 when asked to list batches: Why.",
    );
  });
});

describe("find, Anthropic", () => {
  const counts = (total: number, field = "succeeded") => ({
    request_counts: { processing: 0, succeeded: 0, errored: 0, canceled: 0, expired: 0, [field]: total },
  });
  const young = new Date(SINCE + MINUTE).toISOString();
  const open = { processing_status: "in_progress", results_url: null, archived_at: null, ...counts(3, "processing") };
  const ended = { processing_status: "ended", results_url: "x", archived_at: null, ...counts(3) };
  const mine = `{"custom_id":"0123456789abcdef01234567-2","result":{}}\n{"custom_id":"0123456789abcdef01234567-0"}\n`;
  const other = `{"custom_id":"ffffffffffffffffffffffff-2","result":{}}\n`;

  async function found(data: readonly object[], results: Readonly<Record<string, string>> = {}, known?: Set<string>) {
    const { batch, calls } = await batches("anthropic", (call) => {
      const id = /batches\/(.*)\/results/.exec(call.path)?.[1];
      return id === undefined ? json({ data, has_more: false }) : { body: results[id] ?? "" };
    });
    const answer = await batch.find(chunkOf("anthropic", batch), SINCE, undefined, known);
    return { answer, paths: calls.map((call) => call.path) };
  }

  it("knows an ended batch by its first result", async () => {
    const data = [listed("b0", young, ended), listed("b1", young, ended)];
    const { answer, paths } = await found(data, { b0: other, b1: mine });
    expect(answer).toBe("b1");
    expect(paths.slice(1)).toEqual(["/v1/messages/batches/b0/results", "/v1/messages/batches/b1/results"]);
  });

  it("waits for an open batch that may be the chunk's", async () => {
    expect((await found([listed("b0", young, open)])).answer).toBe("wait");
    expect((await found([listed("b0", young, { ...open, ...counts(0) })])).answer).toBe("wait");
    expect((await found([listed("b0", young, { ...ended, results_url: null })])).answer).toBe("wait");
  });

  it("prefers a batch it knows to one it would wait for", async () => {
    expect((await found([listed("b0", young, open), listed("b1", young, ended)], { b1: mine })).answer).toBe("b1");
  });

  it("does not wait for a batch of another size, of another chunk, or from before the intent", async () => {
    const old = new Date(SINCE - 6 * MINUTE).toISOString();
    expect((await found([listed("b0", young, { ...open, ...counts(4, "processing") })])).answer).toBeUndefined();
    expect((await found([listed("b0", young, open)], {}, new Set(["b0"]))).answer).toBeUndefined();
    expect((await found([listed("b0", old, open)])).answer).toBeUndefined();
    expect((await found([listed("b0", young, ended)], { b0: other })).answer).toBeUndefined();
    expect((await found([listed("b0", young, ended)], { b0: "" })).answer).toBeUndefined();
  });
});

describe("state, OpenAI and Azure", () => {
  const zero = { total: 0, done: 0, failed: 0 };
  const counts = (completed: number, failed = 0) => ({ request_counts: { total: 3, completed, failed } });

  it.each([
    ["validating", { status: "validating", request_counts: null }, { status: "waiting", ready: false, counts: zero }],
    [
      "in progress",
      { status: "in_progress", ...counts(1) },
      { status: "waiting", ready: false, counts: { total: 3, done: 1, failed: 0 } },
    ],
    ["finalizing", { status: "finalizing" }, { status: "waiting", ready: false }],
    ["cancelling", { status: "cancelling" }, { status: "waiting", ready: false }],
    ["completed", { status: "completed", output_file_id: "f", ...counts(3) }, { status: "completed", ready: true }],
    [
      "completed, output still to come",
      { status: "completed", output_file_id: null, ...counts(3) },
      { status: "completed", ready: false },
    ],
    [
      "completed, output still to come, Azure",
      { status: "completed", output_file_id: "", ...counts(3) },
      { status: "completed", ready: false },
    ],
    [
      "completed, not counted yet",
      { status: "completed", output_file_id: null, error_file_id: "e", request_counts: null },
      { status: "completed", ready: false },
    ],
    [
      "completed, every line failed",
      { status: "completed", output_file_id: null, error_file_id: "e", ...counts(0, 3) },
      { status: "completed", ready: true },
    ],
    [
      "expired with a part done",
      { status: "expired", output_file_id: "f", ...counts(1, 2) },
      { status: "expired", ready: true },
    ],
    ["expired, output still to come", { status: "expired", ...counts(1, 2) }, { status: "expired", ready: false }],
    ["cancelled", { status: "cancelled", ...counts(0) }, { status: "cancelled", ready: true }],
    ["failed", { status: "failed", request_counts: null }, { status: "failed", ready: true, counts: zero }],
    ["Azure's capitals", { status: "Validating" }, { status: "waiting", detail: "Validating" }],
    ["Azure's capitals at the end", { status: "Completed", output_file_id: "f" }, { status: "completed", ready: true }],
    ["a word that is new", { status: "paused" }, { status: "waiting", detail: "paused" }],
  ])("%s", async (_what, fields, expected) => {
    const { batch, calls } = await batches("azure", () => json({ id: "b", ...fields }));
    expect(await batch.state("b")).toMatchObject(expected);
    expect(calls.map((call) => call.path)).toEqual(["/openai/batches/b?api-version=2024-10-21"]);
  });

  it("tells why a batch failed, and which line is to blame", async () => {
    const data = [
      { code: "token_limit_exceeded", message: "Enqueued token limit reached for gpt-4o.", line: null, param: null },
      { code: "invalid_json_line", message: `bad ${KEY}`, line: 7 },
    ];
    const { batch } = await batches("openai", () => json({ status: "failed", errors: { object: "list", data } }));
    expect((await batch.state("b")).errors).toEqual([
      { code: "token_limit_exceeded", message: "Enqueued token limit reached for gpt-4o." },
      { code: "invalid_json_line", message: "bad [key]", line: 7 },
    ]);
  });
});

describe("state, Anthropic", () => {
  const counts = { processing: 0, succeeded: 2, errored: 1, canceled: 0, expired: 0 };

  it.each([
    [
      { processing_status: "in_progress", request_counts: { ...counts, processing: 3, succeeded: 0, errored: 0 } },
      { status: "waiting", ready: false, counts: { total: 3, done: 0, failed: 0 } },
    ],
    [
      { processing_status: "canceling", request_counts: counts },
      { status: "waiting", ready: false },
    ],
    [
      { processing_status: "ended", request_counts: counts, results_url: "u" },
      { status: "completed", ready: true, counts: { total: 3, done: 2, failed: 1 } },
    ],
    [
      { processing_status: "ended", request_counts: counts, results_url: null },
      { status: "completed", ready: false },
    ],
    [
      { processing_status: "ended", request_counts: { ...counts, expired: 1 }, results_url: "u" },
      { status: "expired" },
    ],
    [
      { processing_status: "ended", request_counts: { ...counts, canceled: 1 }, results_url: "u" },
      { status: "cancelled" },
    ],
  ])("%#", async (fields, expected) => {
    const { batch } = await batches("anthropic", () => json(fields));
    expect(await batch.state("b")).toMatchObject(expected);
  });
});

describe("results", () => {
  const text = async (batch: BatchApi): Promise<string> =>
    Buffer.concat(await collect(batch.results("b"))).toString("utf8");

  it.each([
    [
      "both files, a newline between them",
      { output_file_id: "out", error_file_id: "err" },
      { out: "1\n2", err: "3\n" },
      "1\n2\n3\n",
    ],
    ["the error file alone", { output_file_id: null, error_file_id: "err" }, { err: "3" }, "3\n"],
    ["Azure's empty error file", { output_file_id: "out", error_file_id: "err" }, { out: "1\n", err: "" }, "1\n"],
    ["Azure's empty id", { output_file_id: "out", error_file_id: "" }, { out: "1\n" }, "1\n"],
    ["nothing", { output_file_id: null, error_file_id: null }, {}, ""],
  ])("gives %s", async (_what, fields, files: Readonly<Record<string, string>>, expected) => {
    const { batch } = await batches("openai", (call) => {
      const file = /files\/(.*)\/content/.exec(call.path)?.[1];
      return file === undefined ? json({ id: "b", status: "completed", ...fields }) : { body: files[file] ?? "?" };
    });
    expect(await text(batch)).toBe(expected);
  });

  it.each(["openai", "anthropic"] as const)("%s: a download that breaks off is a network error", async (name) => {
    const { batch } = await batches(name, (call) =>
      /content|results/.test(call.path) ? "torn" : json({ id: "b", output_file_id: "out" }),
    );
    const error = await failure(text(batch));
    expect(error.code).toBe("network");
    expect(error.message).toMatch(/^no answer from (openai|anthropic) when asked to send a result file/);
  });

  it("anthropic: asks the configured host by the batch's id", async () => {
    const { batch, calls } = await batches("anthropic", () => ({ body: '{"custom_id":"a"}' }));
    expect(await text(batch)).toBe('{"custom_id":"a"}\n');
    expect(calls.map((call) => call.path)).toEqual(["/v1/messages/batches/b/results"]);
  });
});

it.each([
  ["openai", "/v1/batches/b/cancel"],
  ["azure", "/openai/batches/b/cancel?api-version=2024-10-21"],
  ["anthropic", "/v1/messages/batches/b/cancel"],
] as const)("%s: cancel is one POST", async (name, path) => {
  const { batch, calls } = await batches(name, () => json({ id: "b" }));
  await batch.cancel("b");
  expect(calls.map((call) => `${call.method} ${call.path}`)).toEqual([`POST ${path}`]);
});
