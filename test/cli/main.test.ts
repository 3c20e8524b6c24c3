import { createLogger, defineScript, main, runStep, type ScriptRun, type Surroundings } from "corrigenda/cli";
import { StudyError } from "corrigenda/error";
import { collect, memoryDisk, readJsonl, readText } from "corrigenda/files";
import type { Clock } from "corrigenda/time";
import { describe, expect, test } from "vitest";
import { z } from "zod";

const script = defineScript({ name: "scripts/demo.ts", summary: "A demo.", flags: { word: z.string().default("hi") } });
const clock: Clock = { now: () => Date.UTC(2026, 10, 1), sleep: async () => undefined };

interface Trial {
  readonly out: string;
  readonly err: string;
  readonly codes: number[];
  readonly kills: number[];
}

async function run(
  body: (values: { readonly word: string }, run: ScriptRun, press: (signal?: string) => void) => Promise<void>,
  { argv = [] as string[], env = {} as Record<string, string> } = {},
): Promise<Trial> {
  const trial = { out: "", err: "", codes: [] as number[], kills: [] as number[] };
  const listeners = new Map<string, () => void>();
  const around: Surroundings = {
    argv,
    env,
    stdout: { write: (text) => (trial.out += text) },
    stderr: { write: (text) => (trial.err += text) },
    disk: memoryDisk(),
    clock,
    on: (signal, listener) => listeners.set(signal, listener),
    off: (signal) => listeners.delete(signal),
    setExitCode: (code) => trial.codes.push(code),
    kill: (code) => trial.kills.push(code),
  };
  await main(script, (values, given) => body(values, given, (signal = "SIGINT") => listeners.get(signal)?.()), around);
  expect(listeners.size).toBe(0);
  return trial;
}

describe("main", () => {
  test("hands over the flags and leaves the exit code alone", async () => {
    const trial = await run(async ({ word }, { print }) => print(word), { argv: ["--word", "yes"] });
    expect(trial).toEqual({ out: "yes\n", err: "", codes: [], kills: [] });
  });

  test("turns a StudyError into one line and exit code 1, without a stack", async () => {
    const trial = await run(async () => {
      throw new StudyError("stage", "run a has no step1; run step1.ts first");
    });
    expect(trial).toMatchObject({ err: "error[stage]: run a has no step1; run step1.ts first\n", codes: [1] });
  });

  test("tells what went wrong first, where closing failed after it", async () => {
    const trial = await run(async () => {
      await using _ = { [Symbol.asyncDispose]: () => Promise.reject(new Error("closed twice")) };
      throw new StudyError("config", "no such plan; name another");
    });
    expect(trial).toMatchObject({ err: "error[config]: no such plan; name another\n", codes: [2] });
  });

  test("a chain adds no line to its step's own, and ends with the step's exit code", async () => {
    const trial = await run(async (_, { signal }) => runStep(["scripts/whyfix/step1.ts", "--no-such-flag"], signal));
    expect(trial).toMatchObject({ err: "", codes: [2] });
  });

  test("exits 2 for a wrong flag", async () => {
    const trial = await run(async () => undefined, { argv: ["--wrod", "x"] });
    expect(trial).toMatchObject({
      err: "error[config]: unknown flag --wrod; did you mean --word? (--help lists all)\n",
      codes: [2],
    });
  });

  test("exits 2 for a LOG_LEVEL that does not exist", async () => {
    const trial = await run(async () => undefined, { env: { LOG_LEVEL: "loud" } });
    expect(trial).toMatchObject({
      err: "error[config]: LOG_LEVEL=loud: expected one of debug, info, warn, error\n",
      codes: [2],
    });
  });

  test("keeps an unknown error to one line with a hint", async () => {
    const trial = await run(async () => {
      throw new TypeError("x is\n  not a function");
    });
    expect(trial).toMatchObject({
      err: "error: TypeError: x is not a function; run again with LOG_LEVEL=debug to see where\n",
      codes: [1],
    });
  });

  test("shows the stack and its causes with LOG_LEVEL=debug", async () => {
    const body = async (): Promise<void> => {
      throw new StudyError("network", "no answer", { cause: new Error("socket hang up") });
    };
    const trial = await run(body, { env: { LOG_LEVEL: "debug" } });
    expect(trial.err).toMatch(/no answer\n\s+at [\s\S]*caused by Error: socket hang up\n\s+at /);
  });

  test("never shows a key, in a message, in a log line or on stdout", async () => {
    const secret = "0123456789abcdef0123456789abcdef";
    const body = async (_: unknown, { log, print }: ScriptRun): Promise<void> => {
      log.warn("using", { key: secret });
      print(`key ${secret}`);
      throw new StudyError("provider", `401 for ${secret} and sk-proj-aaaabbbbccccdddd`);
    };
    const trial = await run(body, { env: { AZURE_OPENAI_API_KEY: secret } });
    expect(trial.err + trial.out).not.toContain(secret);
    expect(trial.err).toContain("error[provider]: 401 for [masked] and [masked]");
  });

  test("Ctrl-C once aborts the signal and says so; exit code 130", async () => {
    const trial = await run(async (_, { signal }, press) => {
      press();
      signal.throwIfAborted();
    });
    expect(trial).toMatchObject({
      err: "stopping: saving what is in flight …; press again to kill\nstopped by the user; the same command goes on from here\n",
      codes: [130],
      kills: [],
    });
  });

  test("Ctrl-C twice kills with 130", async () => {
    const trial = await run(async (_values, _run, press) => {
      press();
      press();
    });
    expect(trial.kills).toEqual([130]);
  });

  test("SIGTERM after Ctrl-C does not count as the second press", async () => {
    const trial = await run(async (_values, _run, press) => {
      press("SIGTERM");
      press();
      press("SIGTERM");
    });
    expect(trial).toMatchObject({ kills: [], codes: [130] });
  });

  test("--help prints the page on stdout and does not run the script", async () => {
    const trial = await run(async () => expect.unreachable(), { argv: ["--help"] });
    expect(trial.out).toMatch(/^A demo\.\n\nUsage: npx zx scripts\/demo\.ts \[flags\]\n/);
    expect(trial.codes).toEqual([]);
  });
});

describe("the logger", () => {
  test("writes short lines by level, and masked JSON lines of info and up to its file", async () => {
    const disk = memoryDisk();
    const lines: string[] = [];
    const log = createLogger({ level: "warn", clock, line: (text) => lines.push(text) });
    log.info("before the file");
    log.attach(await disk.append("step1/log.jsonl"));
    log.debug("quiet");
    log.info("sent", { chunk: 3 });
    log.error("refused\nby the service", { header: "Bearer abcdefgh12345678" });
    await log.close();
    expect(lines).toEqual([expect.stringMatching(/^\d\d:\d\d:\d\d error: refused by the service header=\[masked\]$/)]);
    const kept = (await collect(readJsonl(disk, "step1/log.jsonl"))).map((line) => line.value);
    expect(kept).toEqual([
      { at: "2026-11-01T00:00:00.000Z", level: "info", message: "sent", chunk: 3 },
      { at: "2026-11-01T00:00:00.000Z", level: "error", message: "refused\nby the service", header: "[masked]" },
    ]);
    expect(await readText(disk, "step1/log.jsonl")).not.toContain("abcdefgh");
  });

  test("says at close that its file could not be written", async () => {
    const disk = memoryDisk();
    const sink = await disk.append("log.jsonl");
    const log = createLogger({ level: "error", clock, line: () => undefined });
    log.attach({
      ...sink,
      size: 0,
      write: async () => {
        throw new Error("ENOSPC");
      },
    });
    log.info("lost");
    await expect(log.close()).rejects.toMatchObject({
      code: "files",
      message: "the log could not be written; is the disk full?",
    });
  });
});
