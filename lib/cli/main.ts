import { isStudyError, StudyError } from "corrigenda/error";
import { type Disk, nodeDisk, othersMayRead } from "corrigenda/files";
import { type Clock, realClock } from "corrigenda/time";
import { readArgv, scriptArgs } from "./argv.ts";
import { helpPage } from "./help.ts";
import { createLogger, type Logger, type LogLevel, logLevel } from "./logger.ts";
import { maskSecrets, passwordsIn, secretsIn } from "./mask.ts";
import { plain } from "./plain.ts";
import { createProgress, type Progress } from "./progress.ts";
import { parseScript, type Script } from "./script.ts";
import { createTerminal, type TextStream } from "./terminal.ts";

/** What a running script is given. */
export interface ScriptRun {
  /** Aborts at the first Ctrl-C (or SIGTERM): stop sending, save, return. */
  readonly signal: AbortSignal;
  readonly log: Logger;
  readonly progress: Progress;
  /** The folder in which the script was started. */
  readonly disk: Disk;
  /** Where replies and jobs are kept: a Postgres address (--store, else CORRIGENDA_STORE); absent: files in results/. */
  readonly store?: string;
  /** Prints a result on stdout. */
  print(text: string): void;
}

/** The process as `main` uses it; tests hand in a double. */
export interface Surroundings {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdout: TextStream;
  readonly stderr: TextStream;
  readonly disk: Disk;
  readonly clock: Clock;
  on(signal: "SIGINT" | "SIGTERM", listener: () => void): unknown;
  off(signal: "SIGINT" | "SIGTERM", listener: () => void): unknown;
  setExitCode(code: number): void;
  /** Sets a variable for the processes that this one starts. */
  setVariable?(name: string, value: string): void;
  /** Ends the process at once. */
  kill(code: number): void;
}

const STOPPED = 130;
const STORE = "CORRIGENDA_STORE";

/**
 * Runs a script: reads its flags, hands them to `body`, and turns whatever is thrown into one line on stderr and an
 * exit code (0 done, 1 failed, 2 wrong flags or configuration, 130 stopped by the user).
 */
export async function main<V>(
  script: Script<V>,
  body: (values: V, run: ScriptRun) => Promise<void>,
  around: Surroundings = thisProcess(),
): Promise<void> {
  const known = [...secretsIn(around.env), ...passwordsIn(around.env[STORE] ?? "")];
  const redact = (text: string): string => maskSecrets(text, known);
  const terminal = createTerminal(around.stderr);
  const stopping = new AbortController();
  const release = listen(around, stopping, () => terminal.line(STOPPING));
  let level: LogLevel = "info";
  try {
    level = logLevel(around.env.LOG_LEVEL);
    const values = await parseScript(script, around.argv, around.disk);
    if (values === "help") {
      around.stdout.write(helpPage(script));
      return;
    }
    const store = (readArgv(script, around.argv).store ?? around.env[STORE]) || undefined;
    if (store !== undefined) {
      known.push(...passwordsIn(store));
      around.setVariable?.(STORE, store); // the steps of a chain keep theirs there too; a flag would show it to all
    }
    const log = createLogger({ level, clock: around.clock, redact, line: terminal.line });
    if (known.length > 0 && (await othersMayRead(around.disk, ".env")))
      log.warn("other users of this machine may read .env, where keys are kept: chmod 600 .env");
    const progress = createProgress({ terminal, clock: around.clock, quiet: level === "error" });
    const print = (text: string): unknown => around.stdout.write(`${plain(redact(text))}\n`);
    try {
      await body(values, {
        signal: stopping.signal,
        log,
        progress,
        disk: around.disk,
        print,
        ...(store !== undefined && { store }),
      });
    } finally {
      progress.end();
      await log.close();
    }
    if (stopping.signal.aborted) around.setExitCode(STOPPED);
  } catch (thrown) {
    const error = level === "debug" ? thrown : firstOf(thrown);
    if (!isStudyError(error, "step")) terminal.line(redact(errorLine(error, level)));
    around.setExitCode(exitCode(error, stopping.signal.aborted));
  } finally {
    release();
  }
}

/** What went wrong first, where closing what was open went wrong after it. */
function firstOf(error: unknown): unknown {
  return error instanceof SuppressedError ? firstOf(error.suppressed) : error;
}

const STOPPING = "stopping: saving what is in flight …; press again to kill";

/** The first Ctrl-C aborts, the second kills. SIGTERM (from a chain's parent) only ever aborts. */
function listen(around: Surroundings, stopping: AbortController, announce: () => void): () => void {
  const abort = (): void => {
    if (stopping.signal.aborted) return;
    announce();
    stopping.abort(new StudyError("stopped", "stopped by the user; the same command goes on from here"));
  };
  let interrupts = 0;
  const interrupt = (): void => {
    interrupts += 1;
    if (interrupts > 1) around.kill(STOPPED);
    else abort();
  };
  around.on("SIGINT", interrupt);
  around.on("SIGTERM", abort);
  return () => {
    around.off("SIGINT", interrupt);
    around.off("SIGTERM", abort);
  };
}

/** "error[code]: sentence"; the stack, and those of its causes, only for LOG_LEVEL=debug. */
export function errorLine(error: unknown, level: LogLevel): string {
  if (level === "debug" && error instanceof Error) return `error: ${stackOf(error)}`;
  if (isStudyError(error)) return error.code === "stopped" ? error.message : `error[${error.code}]: ${error.message}`;
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return `error: ${text.replace(/\s*\n\s*/g, " ")}; run again with LOG_LEVEL=debug to see where`;
}

function stackOf(error: Error): string {
  const stack = error.stack ?? `${error.name}: ${error.message}`;
  return error.cause instanceof Error ? `${stack}\ncaused by ${stackOf(error.cause)}` : stack;
}

function exitCode(error: unknown, stopped: boolean): number {
  if (stopped || isStudyError(error, "stopped")) return STOPPED;
  if (isStudyError(error, "step")) return Number(error.facts.exitCode);
  return isStudyError(error, "config") ? 2 : 1;
}

/** The real process, with .env loaded; variables that are set win over the file. */
function thisProcess(): Surroundings {
  try {
    process.loadEnvFile(".env");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
  // Whoever reads may stop (`| head`, `2>&1 | less`): nothing is left to be said to them, and the work goes on.
  for (const stream of [process.stdout, process.stderr])
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EPIPE") throw error;
    });
  return {
    argv: scriptArgs(process.argv),
    env: process.env,
    stdout: process.stdout,
    stderr: process.stderr,
    disk: nodeDisk("."),
    clock: realClock,
    on: (signal, listener) => process.on(signal, listener),
    off: (signal, listener) => process.off(signal, listener),
    setExitCode: (code) => {
      process.exitCode = code;
    },
    setVariable: (name, value) => {
      process.env[name] = value;
    },
    kill: (code) => process.exit(code),
  };
}
