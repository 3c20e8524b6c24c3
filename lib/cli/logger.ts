import { StudyError } from "corrigenda/error";
import type { Appender } from "corrigenda/files";
import type { Json } from "corrigenda/json";
import type { Clock } from "corrigenda/time";
import { maskSecrets } from "./mask.ts";
import { plain } from "./plain.ts";

export const LEVELS = ["debug", "info", "warn", "error"] as const;
export type LogLevel = (typeof LEVELS)[number];

/** Ids, counts and places. Never prompts, replies or keys. */
export type LogFacts = Readonly<Record<string, Json | undefined>>;

export interface Logger {
  readonly level: LogLevel;
  debug(message: string, facts?: LogFacts): void;
  info(message: string, facts?: LogFacts): void;
  warn(message: string, facts?: LogFacts): void;
  error(message: string, facts?: LogFacts): void;
  /** From now on, also writes JSON lines (info and up, or debug) to `<stage>/log.jsonl`. */
  attach(sink: Appender): void;
  /** Returns when every line is in its file, and lets go of it. Throws what went wrong while writing. */
  close(): Promise<void>;
}

export interface LoggerOptions {
  readonly level: LogLevel;
  /** Takes a finished line, without its newline. */
  readonly line: (text: string) => void;
  readonly clock: Clock;
  /** Applied to every line, on the terminal and in the file. */
  readonly redact?: (text: string) => string;
}

/** Reads LOG_LEVEL. */
export function logLevel(text: string | undefined): LogLevel {
  if (text === undefined || text === "") return "info";
  const level = LEVELS.find((one) => one === text.toLowerCase());
  if (!level) throw new StudyError("config", `LOG_LEVEL=${text}: expected one of ${LEVELS.join(", ")}`);
  return level;
}

/** Short lines for people on the terminal, JSON lines in the stage's log. */
export function createLogger({ level, line, clock, redact = maskSecrets }: LoggerOptions): Logger {
  const least = LEVELS.indexOf(level);
  const kept = Math.min(least, LEVELS.indexOf("info"));
  let sink: Appender | undefined;
  let writing: Promise<void> = Promise.resolve();
  let broken: { readonly cause: unknown } | undefined;
  const say = (at: LogLevel, message: string, facts: LogFacts): void => {
    const rank = LEVELS.indexOf(at);
    if (rank >= least) line(redact(shortLine(at, message, facts, clock.now())));
    const file = sink;
    if (!file || rank < kept) return;
    const said = JSON.stringify({ at: new Date(clock.now()).toISOString(), level: at, message, ...facts });
    const text = plain(redact(said));
    writing = writing
      .then(() => file.write(`${text}\n`))
      .catch((cause: unknown) => {
        broken ??= { cause };
      });
  };
  const release = async (file: Appender | undefined): Promise<void> => {
    try {
      await file?.sync();
      await file?.close();
    } catch (cause) {
      broken ??= { cause };
    }
  };
  return {
    level,
    debug: (message, facts = {}) => say("debug", message, facts),
    info: (message, facts = {}) => say("info", message, facts),
    warn: (message, facts = {}) => say("warn", message, facts),
    error: (message, facts = {}) => say("error", message, facts),
    attach: (file) => {
      const before = sink;
      sink = file;
      writing = writing.then(() => release(before));
    },
    close: async () => {
      await writing;
      await release(sink);
      sink = undefined;
      if (broken) throw new StudyError("files", "the log could not be written; is the disk full?", broken);
    },
  };
}

function shortLine(level: LogLevel, message: string, facts: LogFacts, now: number): string {
  const time = new Date(now).toTimeString().slice(0, 8);
  const pairs = Object.entries(facts).filter(([, value]) => value !== undefined);
  const shown = pairs.map(([name, value]) => ` ${name}=${typeof value === "string" ? value : JSON.stringify(value)}`);
  const mark = level === "info" ? "" : `${level}: `;
  return `${time} ${mark}${message}${shown.join("")}`.replace(/\s*\n\s*/g, " ");
}
