import { type FaultKind, harshFaults, noFaults } from "corrigenda/provider/offline";
import { describe, expect, test } from "vitest";
import {
  always,
  bench,
  chatBody,
  clock,
  content,
  finished,
  parsed,
  requestLine,
  requestLines,
  submit,
  until,
  upload,
} from "./fixture.ts";

const ask = chatBody("hello");

/** The same call until it succeeds; the errors on the way. */
async function persist<T>(call: () => Promise<T>): Promise<{ errors: Failure[]; value: T }> {
  const errors: Failure[] = [];
  for (;;) {
    try {
      return { errors, value: await call() };
    } catch (error) {
      errors.push(error as Failure);
    }
  }
}

interface Failure {
  readonly status?: number;
  readonly code?: string;
  readonly headers?: Headers;
  readonly message: string;
}

describe("a request", () => {
  test.each([
    ["rateShort", 429, "rate_limit_exceeded", "1"],
    ["rateLong", 429, "rate_limit_exceeded", "120"],
    ["rateSilent", 429, "rate_limit_exceeded", null],
    ["noCredit", 429, "insufficient_quota", null],
  ] as const)("struck by %s is refused twice, then served and billed once", async (kind, status, code, after) => {
    const { openai, bill } = await bench({ faults: always(kind) });
    const { errors } = await persist(() => openai.chat.completions.create(ask));
    expect(errors).toHaveLength(2);
    expect(errors[0]).toMatchObject({ status, code });
    expect(errors[0]?.headers?.get("retry-after")).toBe(after);
    expect(await bill()).toHaveLength(1);
  });

  test("struck by server gets a 5xx, on Anthropic also a 529", async () => {
    const { openai, anthropic, bill } = await bench({ faults: always("server") });
    const { errors } = await persist(() => openai.chat.completions.create(ask));
    expect(errors.every(({ status = 0 }) => status === 500 || status === 503)).toBe(true);
    const statuses = new Set<number | undefined>();
    for (let n = 0; n < 12; n += 1) {
      const body = { model: "claude-opus-5-5", max_tokens: 9, messages: [{ role: "user" as const, content: `${n}` }] };
      for (const { status } of (await persist(() => anthropic.messages.create(body))).errors) statuses.add(status);
    }
    expect([...statuses].sort()).toEqual([500, 529]);
    expect(await bill()).toHaveLength(13);
  });

  test("cut before is not acted on, cut after is: the bill tells them apart", async () => {
    const [before, after] = [await bench({ faults: always("cutBefore") }), await bench({ faults: always("cutAfter") })];
    for (const { openai } of [before, after]) {
      const { errors } = await persist(() => openai.chat.completions.create(ask));
      expect(errors.map(({ status }) => status)).toEqual([undefined, undefined]);
    }
    expect(await before.bill()).toHaveLength(1);
    expect(await after.bill()).toHaveLength(3);
  });

  test("that hangs is given up by the client, and closed by the service in the end", async () => {
    const { openai, bill } = await bench({ faults: { ...always("hang"), hangMs: 400_000 } });
    const timedOut = openai.chat.completions.create(ask, { timeout: 200 });
    await expect(timedOut).rejects.toThrow("timed out");
    const { errors } = await persist(() => openai.chat.completions.create(ask));
    expect(errors.map(({ message }) => message)).toEqual(["Connection error."]);
    expect((await bill()).length).toBeGreaterThanOrEqual(1);
  });

  test("that hangs does not keep the service from closing", async () => {
    const { openai, close } = await bench({ faults: { ...always("hang"), hangMs: 1e12 } });
    const hung = openai.chat.completions.create(ask).catch((error: unknown) => error);
    await clock.sleep(20_000);
    await close();
    expect(await hung).toMatchObject({ message: "Connection error." });
  });
});

test("an official client that retries creates as many batches as it posts when replies are lost", async () => {
  const { openai, bill } = await bench({ faults: always("cutAfter") });
  const { value: file } = await persist(() => upload(openai, requestLines(2)));
  const { errors } = await persist(() =>
    openai.batches.create({ input_file_id: file.id, endpoint: "/v1/chat/completions", completion_window: "24h" }),
  );
  expect(errors).toHaveLength(2);
  const created = (await bill()).filter((line) => line.kind === "batch_created");
  expect(created).toHaveLength(3);
  expect(new Set(created.map((line) => line.input_sha256)).size).toBe(1);
});

test("a lost reply leaves a message batch behind, which the list shows", async () => {
  const { anthropic } = await bench({ faults: always("cutAfter") });
  const params = { model: "claude-opus-5-5", max_tokens: 9, messages: [{ role: "user" as const, content: "x" }] };
  const created = anthropic.messages.batches.create({ requests: [{ custom_id: "a", params }] });
  await expect(created).rejects.toThrow("Connection error");
  const { value } = await persist(() => anthropic.messages.batches.list());
  expect(value.data).toHaveLength(1);
});

test("an upload whose reply is lost is stored, and found in the list by its name", async () => {
  const { openai } = await bench({ faults: always("cutAfter") });
  await expect(upload(openai, requestLines(2), "b-lost.jsonl")).rejects.toThrow("Connection error");
  const { value: files } = await persist(() => openai.files.list({ purpose: "batch" }));
  expect(files.data.map(({ filename }) => filename)).toEqual(["b-lost.jsonl"]);
});

test("a download that breaks off shows as an error, and is whole the next time", async () => {
  const { openai } = await bench({ faults: always("cutDownload") });
  const text = requestLines(5000);
  const file = await upload(openai, text);
  const { errors, value } = await persist(() => content(openai, file.id));
  expect(errors).toHaveLength(2);
  expect(value).toBe(text);
});

describe("a batch", () => {
  test("whose listing is delayed can be retrieved at once but is listed later", async () => {
    const { openai } = await bench({ faults: { ...always("listDelay"), listDelayMs: 400_000 } });
    const batch = await submit(openai, requestLines(1));
    expect((await openai.batches.list()).data).toEqual([]);
    expect((await openai.batches.retrieve(batch.id)).id).toBe(batch.id);
    await until(
      () => openai.batches.list(),
      ({ data }) => data.length === 1,
    );
  });

  test("refused for quota at random fails twice, then the same input goes through", async () => {
    const { openai } = await bench({ faults: always("batchQuota") });
    const statuses: string[] = [];
    for (let n = 0; n < 3; n += 1) {
      const done = await finished(openai, (await submit(openai, requestLines(5))).id);
      statuses.push(`${done.status} ${done.errors?.data?.[0]?.code}`);
    }
    const failed = "failed token_limit_exceeded";
    expect(statuses).toEqual([failed, failed, "completed undefined"]);
  });

  test("that expires has its finished part in the output, the rest in the error file, and bills the part", async () => {
    const { openai, bill } = await bench({ faults: always("batchExpire") });
    const done = await finished(openai, (await submit(openai, requestLines(40))).id);
    const output = parsed(await content(openai, done.output_file_id));
    const rest = parsed(await content(openai, done.error_file_id));
    expect(done.status).toBe("expired");
    expect(output.length).toBeGreaterThan(0);
    expect(rest.length).toBe(40 - output.length);
    expect(rest[0]).toMatchObject({ response: null, error: { code: "batch_expired" } });
    expect((await bill()).filter(({ kind }) => kind === "batch")).toHaveLength(output.length);
    const again = rest.map(({ custom_id }) => custom_id);
    expect(new Set([...output.map(({ custom_id }) => custom_id), ...again]).size).toBe(40);
  });

  test("does not expire on Azure", async () => {
    const { azure } = await bench({ faults: always("batchExpire") });
    expect((await finished(azure, (await submit(azure, requestLines(4))).id)).status).toBe("completed");
  });

  test("completes before its output file is named", async () => {
    const { openai } = await bench({ faults: { ...always("lateOutput"), lateOutputMs: 300_000 } });
    const done = await finished(openai, (await submit(openai, requestLines(3))).id);
    expect(done).toMatchObject({ status: "completed", output_file_id: null, request_counts: { completed: 3 } });
    const later = await until(
      () => openai.batches.retrieve(done.id),
      ({ output_file_id }) => Boolean(output_file_id),
    );
    expect(parsed(await content(openai, later.output_file_id))).toHaveLength(3);
  });

  test("may have an error file of 0 bytes", async () => {
    const { openai } = await bench({ faults: always("emptyErrorFile") });
    const done = await finished(openai, (await submit(openai, requestLines(3))).id);
    expect(done.error_file_id).toMatch(/^file-/);
    expect(await content(openai, done.error_file_id)).toBe("");
  });

  test.each(["garbageLine", "tornTail"] as const)("with a %s still has every good line whole", async (kind) => {
    const { openai, bill } = await bench({ faults: always(kind) });
    const done = await finished(openai, (await submit(openai, requestLines(30))).id);
    const text = await content(openai, done.output_file_id);
    expect(text.endsWith("\n")).toBe(kind === "garbageLine");
    const lines = text.split("\n").filter((line) => line !== "");
    const good = lines.filter(isJson);
    expect(lines).toHaveLength(31);
    expect(parsed(good.join("\n"))).toHaveLength(30);
    expect((await bill()).filter((line) => line.kind === "batch")).toHaveLength(30);
  });

  test.each([
    ["busyLine", (status: number) => status === 429 || status >= 500],
    ["refusedLine", (status: number) => status === 400],
  ] as const)("with every line struck by %s has only an error file, unbilled", async (kind, fits) => {
    const { openai, bill } = await bench({ faults: always(kind) });
    const done = await finished(openai, (await submit(openai, requestLines(20))).id);
    expect(done).toMatchObject({
      status: "completed",
      output_file_id: null,
      request_counts: { completed: 0, failed: 20 },
    });
    const errors = parsed(await content(openai, done.error_file_id));
    expect(errors.every(({ response, error }) => error === null && fits(response?.status_code ?? 0))).toBe(true);
    expect(errors.every(({ response }) => typeof response?.body.error === "object")).toBe(true);
    expect((await bill()).filter((line) => line.kind === "batch")).toEqual([]);
  });

  test("with lines of status 0 counts them as completed and bills nothing", async () => {
    const { openai, bill } = await bench({ faults: always("zeroLine") });
    const done = await finished(openai, (await submit(openai, requestLines(4))).id);
    expect(done.request_counts).toEqual({ total: 4, completed: 4, failed: 0 });
    const lines = parsed(await content(openai, done.output_file_id));
    expect(lines.map(({ response }) => response?.status_code)).toEqual([0, 0, 0, 0]);
    expect((await bill()).filter((line) => line.kind === "batch")).toEqual([]);
  });

  test("lines are struck twice at most, across batches and a restart of the service", async () => {
    const first = await bench({ faults: always("busyLine") });
    const outcomes: number[] = [];
    const round = async ({ openai }: typeof first) => {
      const done = await finished(openai, (await submit(openai, requestLines(3))).id);
      outcomes.push(done.request_counts?.failed ?? -1);
    };
    await round(first);
    await first.close();
    const second = await bench({ faults: always("busyLine"), disk: first.disk });
    await round(second);
    await round(second);
    expect(outcomes).toEqual([3, 3, 0]);
  });

  test("of Anthropic suffers busy and garbage lines too, in its one results file", async () => {
    const { anthropic, url } = await bench({
      faults: { ...always(), rates: { busyLine: 0.5, garbageLine: 1 } },
    });
    const messages = [{ role: "user" as const, content: "x" }];
    const requests = Array.from({ length: 40 }, (_, n) => ({
      custom_id: `a${n}`,
      params: { model: "claude-opus-5-5", max_tokens: 9 + n, messages },
    }));
    const { id } = await anthropic.messages.batches.create({ requests });
    const done = await until(
      () => anthropic.messages.batches.retrieve(id),
      ({ processing_status }) => processing_status === "ended",
    );
    expect(done.request_counts.errored).toBeGreaterThan(5);
    expect(done.request_counts.errored + done.request_counts.succeeded).toBe(40);
    const reply = await fetch(`${url}/v1/messages/batches/${id}/results`, { headers: { "x-api-key": "k" } });
    const lines = (await reply.text()).split("\n").filter((line) => line !== "");
    expect(lines).toHaveLength(41);
    expect(lines.filter(isJson)).toHaveLength(40);
  });
});

describe("a plan", () => {
  test("strikes the same requests whatever their order and time; another seed strikes others", async () => {
    const run = async (seed: number, order: (texts: string[]) => string[]) => {
      const { openai } = await bench({ faults: { ...noFaults, seed, rates: { server: 0.3, cutAfter: 0.3 } } });
      const struck: string[] = [];
      for (const text of order(Array.from({ length: 30 }, (_, n) => `q${n}`))) {
        const { errors } = await persist(() => openai.chat.completions.create(chatBody(text)));
        struck.push(`${text} ${errors.map(({ status }) => status).join()}`);
      }
      return struck.sort();
    };
    const first = await run(1, (texts) => texts);
    expect(await run(1, (texts) => texts.reverse())).toEqual(first);
    expect(await run(2, (texts) => texts)).not.toEqual(first);
    expect(first.filter((line) => /\d$/.test(line) && !line.endsWith(" ")).length).toBeGreaterThan(3);
  });

  test.each([1, 2, 3])(
    "that is harsh (seed %i) lets a patient client get every reply within six rounds",
    async (seed) => {
      const { openai } = await bench({ faults: { ...harshFaults(seed), hangMs: 20_000, listDelayMs: 0 } });
      const missing = new Set(Array.from({ length: 300 }, (_, n) => `r${n}`));
      let rounds = 0;
      while (missing.size > 0 && rounds < 6) {
        rounds += 1;
        const text = [...missing].map((id) => `${requestLine(id)}\n`).join("");
        const { value: file } = await persist(() => upload(openai, text));
        const body = { input_file_id: file.id, endpoint: "/v1/chat/completions", completion_window: "24h" } as const;
        const { value: batch } = await persist(() => openai.batches.create(body));
        const { value: ended } = await persist(() => finished(openai, batch.id));
        const ready = until(
          () => persist(() => openai.batches.retrieve(batch.id)),
          ({ value }) => Boolean(value.output_file_id) || !value.request_counts?.completed,
        );
        const output = (await ready).value.output_file_id;
        const { value: result } = await persist(() => content(openai, output));
        for (const line of parsed(result.split("\n").filter(isJson).join("\n"))) {
          if (line.response?.status_code === 200) missing.delete(line.custom_id);
        }
        expect(ended.status).toMatch(/completed|failed|expired/);
      }
      expect([...missing]).toEqual([]);
    },
  );

  test("that is harsh has no kind that a patient client cannot get over", () => {
    const never: FaultKind[] = ["noCredit", "refusedLine"];
    for (const kind of never) expect(harshFaults(1).rates[kind]).toBeUndefined();
    expect(Object.keys(harshFaults(1).rates)).toHaveLength(17);
  });
});

function isJson(line: string): boolean {
  try {
    JSON.parse(line);
    return true;
  } catch {
    return false;
  }
}
