import { z } from "zod";

/** What was run, and what came out as text. */
export interface History {
  add(line: number, input: string): void;
  /** What the newest entry came to. */
  result(text: string): void;
  /** Answers a history_request: [session, line, input], or [session, line, [input, output]]. */
  answer(request: HistoryRequest): readonly HistoryEntry[];
}

export type HistoryEntry = readonly [
  session: number,
  line: number,
  text: string | readonly [input: string, output: string | null],
];

const count = z.number().int().nonnegative().nullish();

/** The content of a history_request. */
export const HistoryRequest = z.object({
  hist_access_type: z.enum(["tail", "range", "search"]).default("tail"),
  output: z.boolean().default(false),
  n: count,
  session: z.number().int().nullish(),
  start: count,
  stop: count,
  pattern: z.string().nullish(),
  unique: z.boolean().default(false),
});
export type HistoryRequest = z.infer<typeof HistoryRequest>;

interface Entry {
  readonly line: number;
  readonly input: string;
  output: string | null;
}

/** A kernel remembers only its own session; Jupyter counts sessions from 1, and 0 means the present one. */
const SESSION = 1;

export function createHistory(): History {
  const entries: Entry[] = [];
  return {
    add: (line, input) => {
      entries.push({ line, input, output: null });
    },
    result: (text) => {
      const last = entries.at(-1);
      if (last) last.output = text;
    },
    answer: (request) =>
      chosen(entries, request).map(({ line, input, output }) => [
        SESSION,
        line,
        request.output ? [input, output] : input,
      ]),
  };
}

function chosen(entries: readonly Entry[], request: HistoryRequest): readonly Entry[] {
  const { hist_access_type: access, n, session, start, stop, pattern, unique } = request;
  if (access === "range") {
    if (session && session !== SESSION) return [];
    return entries.filter(({ line }) => line >= (start ?? 0) && (stop === null || stop === undefined || line < stop));
  }
  const found = access === "search" ? entries.filter(({ input }) => globOf(pattern ?? "*").test(input)) : entries;
  const kept = unique && access === "search" ? newestOfEach(found) : found;
  return typeof n === "number" ? kept.slice(Math.max(0, kept.length - n)) : kept;
}

function newestOfEach(entries: readonly Entry[]): readonly Entry[] {
  return [...new Map(entries.map((entry) => [entry.input, entry])).values()].sort((a, b) => a.line - b.line);
}

/** "*" is any text and "?" any character, line ends included. */
function globOf(pattern: string): RegExp {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  return new RegExp(`^${source}$`, "su");
}
