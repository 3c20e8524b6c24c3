import path from "node:path";
import { type Kernel, startKernel } from "corrigenda/notebook";
import { realClock } from "corrigenda/time";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Asked, connect, freeConnection, type TestClient } from "./client.ts";

let kernel: Kernel;
let client: TestClient;

beforeAll(async () => {
  const connection = await freeConnection("a key");
  const place = { folder: path.resolve("notebooks"), root: path.resolve("."), types: "off" as const };
  kernel = await startKernel({ connection, clock: realClock, ...place });
  client = await connect(connection);
});
afterAll(() => client[Symbol.asyncDispose]());

const execute = (code: string, more: object = {}): Asked => client.ask("execute_request", { code, ...more });
const types = async (asked: Asked): Promise<string[]> => (await asked.published).map(([type]) => type);

describe("execute", () => {
  test("says busy, the input, the outputs and idle, and replies with the count", async () => {
    const asked = execute("console.log('a'); 1");
    const reply = await asked.reply;
    expect(reply).toEqual({ status: "ok", execution_count: reply.execution_count, payload: [], user_expressions: {} });
    expect(await types(asked)).toEqual(["status", "execute_input", "stream", "execute_result", "status"]);
    expect((await execute("2").reply).execution_count).toBe(Number(reply.execution_count) + 1);
  });

  test("silently: nothing is shown, counted or remembered", async () => {
    const before = (await execute("0").reply).execution_count;
    const asked = execute("console.log('a'); silent = 1; 1", { silent: true });
    expect(await types(asked)).toEqual(["status", "status"]);
    expect((await execute("'unstored'", { store_history: false }).reply).execution_count).toBe(before);
    const { history } = await client.ask("history_request", {
      hist_access_type: "tail",
      n: 1,
      raw: true,
      output: false,
    }).reply;
    expect(history).toEqual([[1, before, "0"]]);
  });

  test("answers user expressions, also those that fail", async () => {
    await execute("let shared = 20").reply;
    const { user_expressions: found } = await execute("1", { user_expressions: { a: "shared + 1", b: "missing" } })
      .reply;
    expect(found).toMatchObject({
      a: { status: "ok", data: { "text/plain": "21" }, metadata: {} },
      b: { status: "error", ename: "ReferenceError" },
    });
  });

  test("an error stops the cells that wait behind it, unless their client wants them", async () => {
    const failing = "await new Promise((done) => setTimeout(done, 20)); throw new Error('no')";
    const stopped = [execute(failing), execute("1"), client.ask("kernel_info_request"), execute("2")];
    expect((await Promise.all(stopped.map(({ reply }) => reply))).map(({ status }) => status)).toEqual([
      "error",
      "aborted",
      "ok",
      "aborted",
    ]);
    const going = [execute(failing, { stop_on_error: false }), execute("1")];
    expect((await Promise.all(going.map(({ reply }) => reply))).map(({ status }) => status)).toEqual(["error", "ok"]);
  });

  test("an error is published once, and replied with", async () => {
    const asked = execute("throw new TypeError('wrong')");
    expect(await asked.reply).toMatchObject({ status: "error", ename: "TypeError", evalue: "wrong" });
    const errors = (await asked.published).filter(([type]) => type === "error");
    expect(errors).toMatchObject([["error", { ename: "TypeError", evalue: "wrong", traceback: expect.any(Array) }]]);
  });
});

describe("while a cell is busy", () => {
  test("the heart beats, and an interrupt on the control channel stops it; values are kept", async () => {
    await execute("let kept = 'yes'").reply;
    const busy = execute("await 1; console.log('go'); for (;;);");
    const after = execute("1");
    await busy.says("go");
    expect(await client.beat("still here")).toBe("still here");
    expect(await client.ask("interrupt_request", {}, "control").reply).toEqual({ status: "ok" });
    expect(await busy.reply).toMatchObject({ status: "error", ename: "KeyboardInterrupt" });
    expect((await after.reply).status).toBe("aborted");
    expect(await execute("kept").published).toContainEqual([
      "execute_result",
      expect.objectContaining({ data: { "text/plain": "'yes'" } }),
    ]);
  });

  test("a signal to the process stops it too", async () => {
    const busy = execute("console.log('go'); for (;;);");
    await busy.says("go");
    await kernel.interrupt();
    expect((await busy.reply).status).toBe("error");
  });
});

describe("other requests", () => {
  test("kernel_info names the protocol and the language, on both channels", async () => {
    for (const channel of ["shell", "control"] as const) {
      const info = await client.ask("kernel_info_request", {}, channel).reply;
      expect(info).toMatchObject({
        status: "ok",
        protocol_version: "5.3",
        language_info: { name: "typescript", file_extension: ".ts" },
      });
    }
  });

  test("completion counts in characters", async () => {
    const code = "'𝕏𝕏'.toUpperC";
    const reply = await client.ask("complete_request", { code, cursor_pos: [...code].length }).reply;
    expect(reply).toMatchObject({ status: "ok", matches: ["toUpperCase"], cursor_start: 5, cursor_end: 13 });
  });

  test("inspection answers with text, or that there is none", async () => {
    const found = await client.ask("inspect_request", { code: "parseInt", cursor_pos: 3, detail_level: 0 }).reply;
    expect(found).toMatchObject({
      status: "ok",
      found: true,
      data: { "text/plain": expect.stringContaining("parseInt") },
    });
    const none = await client.ask("inspect_request", { code: "   ", cursor_pos: 1, detail_level: 0 }).reply;
    expect(none).toEqual({ status: "ok", found: false, data: {}, metadata: {} });
  });

  test("a comm is closed at once: no target is known", async () => {
    const asked = client.ask("comm_open", { comm_id: "c1", target_name: "none", data: {} });
    expect(await asked.published).toContainEqual(["comm_close", { comm_id: "c1", data: {} }]);
    expect(await client.ask("comm_info_request").reply).toEqual({ status: "ok", comms: {} });
  });

  test("a request without what it needs is answered with an error, one of an unknown type with silence", async () => {
    expect(await client.ask("execute_request", {}).reply).toMatchObject({ status: "error", ename: "ZodError" });
    expect(await types(client.ask("unheard_of_request"))).toEqual(["status", "status"]);
  });
});

test("a shutdown is answered, and ends the kernel", async () => {
  expect(await client.ask("shutdown_request", { restart: false }, "control").reply).toEqual({
    status: "ok",
    restart: false,
  });
  await kernel.ended;
});
