import { StudyError } from "corrigenda/error";
import type { Disk } from "corrigenda/files";
import { parseJson } from "corrigenda/json";
import type { TraceFailure, TraceOutcome } from "./trace-types.ts";
import type { TraceRecord } from "./types.ts";

/** A stage's tables, relative to its folder. */
export const TRACES = "traces.jsonl";
export const FAILURES = "failures.jsonl";

/** Where traces are written as they finish. */
export interface TraceFiles extends AsyncDisposable {
  /** What an earlier process wrote, in order. */
  kept(): AsyncGenerator<TraceOutcome>;
  /** Returns when the line is written: a kill after that does not lose it. */
  write(outcome: TraceOutcome): Promise<void>;
  /** Returns when all lines would survive a power cut. */
  sync(): Promise<void>;
}

/** The disk, and how lines are read from it. */
export interface LineDisk {
  readonly disk: Disk;
  readonly textLines: (disk: Disk, path: string) => AsyncIterable<string>;
}

/**
 * Opens traces.jsonl and failures.jsonl for going on: a torn last line is cut off, and so is what stands after a gap that
 * a power cut may have left. @param at a file's path
 */
export async function openTraceFiles({ disk, textLines }: LineDisk, at: (file: string) => string): Promise<TraceFiles> {
  const [traces, failures] = [at(TRACES), at(FAILURES)];
  for (const path of [traces, failures]) await cut(disk, path, await wholeLines(disk, path));
  await cut(disk, failures, await reachable({ disk, textLines }, traces, failures));
  const [traceFile, failureFile] = [await disk.append(traces), await disk.append(failures)];
  return {
    kept: () => keptOutcomes({ disk, textLines }, traces, failures),
    write: (outcome) =>
      outcome.ok
        ? traceFile.write(`${JSON.stringify(outcome.trace)}\n`)
        : failureFile.write(`${JSON.stringify(outcome.failure)}\n`),
    sync: async () => {
      await traceFile.sync();
      await failureFile.sync();
    },
    [Symbol.asyncDispose]: async () => {
      await traceFile.close();
      await failureFile.close();
    },
  };
}

/** The traces of a finished run, or of one under way. Throws StudyError "stage" at a line that is none. */
export async function* readTraces({ disk, textLines }: LineDisk, path: string): AsyncGenerator<TraceRecord> {
  let line = 0;
  for await (const text of textLines(disk, path)) {
    line += 1;
    yield parsed<TraceRecord>(text, `${disk.resolve(path)}:${line}`, "trace_id");
  }
}

/** A failure says which question it is of; all other questions have a trace. */
async function* keptOutcomes(lines: LineDisk, traces: string, failures: string): AsyncGenerator<TraceOutcome> {
  const failed = readFailures(lines, failures);
  let next = await failed.next();
  let index = 0;
  const due = async function* (): AsyncGenerator<TraceOutcome> {
    for (; !next.done && next.value.index === index; next = await failed.next())
      yield { ok: false, index: index++, failure: next.value };
  };
  for await (const trace of readTraces(lines, traces)) {
    yield* due();
    yield { ok: true, index: index++, trace };
  }
  yield* due();
}

async function* readFailures({ disk, textLines }: LineDisk, path: string): AsyncGenerator<TraceFailure> {
  let line = 0;
  for await (const text of textLines(disk, path)) {
    line += 1;
    yield parsed<TraceFailure>(text, `${disk.resolve(path)}:${line}`, "index");
  }
}

/** This program wrote the line: a look at one field tells a damaged file. */
function parsed<T extends object>(text: string, place: string, field: keyof T & string): T {
  const value = parseJson(text);
  if (typeof value === "object" && value !== null && field in value) return value as unknown as T;
  throw new StudyError("stage", `${place} is damaged; remove its stage's folder and run it again`);
}

/** Bytes of the failures that the traces reach up to: a failure at place i stands behind i outcomes. */
async function reachable({ disk, textLines }: LineDisk, traces: string, failures: string): Promise<number> {
  if (((await disk.size(failures)) ?? 0) === 0) return 0;
  let written = 0;
  for await (const _ of textLines(disk, traces)) written += 1;
  let [rank, bytes] = [0, 0];
  for await (const text of textLines(disk, failures)) {
    const { index } = parsed<TraceFailure>(text, disk.resolve(failures), "index");
    if (index - rank > written) break;
    rank += 1;
    bytes += Buffer.byteLength(text) + 1;
  }
  return bytes;
}

const LOOK_BYTES = 1 << 16;
const NEWLINE = 10;

/** Bytes up to the last newline; makes the file where there is none. */
async function wholeLines(disk: Disk, path: string): Promise<number> {
  const size = await disk.size(path);
  if (size === undefined) await disk.write(path, "");
  for (let end = size ?? 0; end > 0; ) {
    const start = Math.max(0, end - LOOK_BYTES);
    const at = (await disk.readAt(path, start, end - start)).lastIndexOf(NEWLINE);
    if (at >= 0) return start + at + 1;
    end = start;
  }
  return 0;
}

/** Keeps the first bytes of a file. */
async function cut(disk: Disk, path: string, bytes: number): Promise<void> {
  if ((await disk.size(path)) === bytes) return;
  const draft = await disk.draft();
  try {
    for await (const part of disk.read(path, 0, bytes)) await draft.write(part);
  } catch (error) {
    await draft.discard();
    throw error;
  }
  await draft.commit(path);
}
