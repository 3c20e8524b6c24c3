import { spawn } from "node:child_process";
import os from "node:os";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { type Disk, nodeDisk } from "corrigenda/files";

/** How a script's process ended. */
export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export interface Running {
  readonly pid: number;
  readonly ended: Promise<Ended>;
  /** Returns once stdout or stderr holds a text; throws with both where the process ends first. */
  says(text: string): Promise<void>;
  kill(signal: NodeJS.Signals): void;
}

/** A script that hangs does not outlive its test. */
const MOST_MS = 230_000;

/** No key of this machine reaches a test, and an error is all that stderr holds. */
const ENV = {
  ...process.env,
  ...{ OPENAI_API_KEY: "", AZURE_OPENAI_API_KEY: "", ANTHROPIC_API_KEY: "", COMPATIBLE_API_KEY: "" },
  ...{ OPENAI_BASE_URL: "", AZURE_OPENAI_ENDPOINT: "", ANTHROPIC_BASE_URL: "", COMPATIBLE_BASE_URL: "" },
  LOG_LEVEL: "error",
  // Halves the start of a process.
  NODE_COMPILE_CACHE: path.join(os.tmpdir(), "corrigenda-compile-cache"),
};

/** Starts a script as `npx zx` does; npx itself would only cost time here. */
export function start(words: readonly string[], env: Readonly<Record<string, string>> = {}): Running {
  const child = spawn(process.execPath, ["node_modules/zx/build/cli.js", ...words], {
    stdio: ["ignore", "pipe", "pipe"],
    ...{ timeout: MOST_MS, killSignal: "SIGKILL" },
    env: { ...ENV, ...env },
  });
  const said = { out: "", err: "" };
  child.stdout.setEncoding("utf8").on("data", (text: string) => (said.out += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (said.err += text));
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, ...said }));
  });
  return {
    pid: child.pid ?? 0,
    ended,
    says: async (text) => {
      while (!`${said.out}${said.err}`.includes(text)) {
        if (child.exitCode !== null || child.signalCode !== null)
          throw new Error(`ended without "${text}":\n${said.out}${said.err}`);
        await wait(5);
      }
    },
    kill: (signal) => child.kill(signal),
  };
}

/** Runs a script to its end. */
export function run(...words: readonly string[]): Promise<Ended> {
  return start(words).ended;
}

/** Runs a script that has to end well; what it printed. */
export async function done(...words: readonly string[]): Promise<string> {
  const { code, out, err } = await run(...words);
  if (code !== 0) throw new Error(`${words.join(" ")} ended with exit code ${code}:\n${out}${err}`);
  return out;
}

/** A results folder for one test file; `remove(".")` takes it away. */
export function temporary(name: string): Disk {
  return nodeDisk(path.join(os.tmpdir(), `corrigenda-${name}-${process.pid}`));
}
